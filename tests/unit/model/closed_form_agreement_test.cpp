#include <catch2/catch.hpp>
#include <cstdio>

#include "model/closed_form.hpp"
#include "model/simulate.hpp"

// Compares the closed form with replays of the loops through the cache simulator. They share no code.

using namespace bytebound;

namespace {

/// Tolerance for the sum of bytes read and written.
enum class Expected {
    settled, ///< the whole phase is cached, or no row is still cached in the next step: 2 %
    between, ///< 10 %
    brim     ///< a step's lines just fill the sets, so that single lines matter: 55 %
};

struct AgreementCase {
    LoopKind loop;
    std::uint32_t pool_rows, active_rows, k;
    std::uint64_t up_bytes, down_bytes, cache_kib;
    std::uint32_t ways, warmup, measured;
    Expected expected;
    CopyMethod copy = CopyMethod::memcpy;
    double tau = 0.5;
    Gap gap = Gap::none;
};

using enum LoopKind;
using enum Expected;
constexpr AgreementCase cases[] = {
    {paired, 4096, 512, 64, 512, 512, 8192, 16, 200, 200, settled},
    {paired, 4096, 512, 64, 512, 512, 4096, 16, 200, 200, between},
    {paired, 4096, 512, 64, 512, 512, 2048, 16, 200, 200, between},
    {paired, 4096, 512, 64, 512, 512, 1024, 16, 200, 200, between},
    {paired, 4096, 512, 64, 512, 512, 256, 16, 200, 200, between},
    {paired, 4096, 2048, 1024, 512, 512, 4096, 16, 40, 40, between},
    {paired, 4096, 2048, 1024, 512, 512, 2048, 16, 40, 40, between},
    {paired, 4096, 2048, 1024, 512, 512, 128, 16, 40, 40, settled},
    {paired, 4096, 512, 15, 512, 256, 512, 16, 200, 200, between},
    {paired, 1024, 128, 1, 512, 512, 64, 16, 400, 400, between},
    {paired, 8192, 2048, 256, 96, 0, 512, 8, 100, 100, between},
    {paired, 8192, 2048, 256, 96, 0, 2048, 8, 100, 100, settled},
    {paired, 8192, 4096, 512, 20, 0, 32, 8, 100, 100, settled},
    {paired, 4096, 512, 64, 512, 512, 512, 16, 200, 200, between, CopyMethod::nt},
    {paired, 8192, 2048, 256, 100, 0, 512, 8, 100, 100, between, CopyMethod::nt},
    {index, 4096, 512, 64, 512, 512, 8192, 16, 200, 200, settled},
    {index, 4096, 512, 64, 512, 512, 4096, 16, 200, 200, between},
    {index, 4096, 512, 64, 512, 512, 2048, 16, 200, 200, between},
    {index, 4096, 512, 64, 512, 512, 1024, 16, 200, 200, between},
    {index, 4096, 512, 64, 512, 512, 256, 16, 200, 200, settled},
    {index, 1024, 128, 1, 512, 512, 256, 16, 100, 100, between},
    {index, 8192, 2048, 256, 96, 0, 512, 8, 100, 100, between},
    {index, 8192, 2048, 256, 100, 0, 128, 8, 100, 100, settled},
    {index, 8192, 4096, 512, 20, 0, 224, 8, 100, 100, brim},
    {index, 8192, 4096, 512, 20, 0, 512, 8, 100, 100, settled},
    {index, 4096, 512, 64, 512, 512, 128, 16, 200, 200, settled, CopyMethod::nt},
    {index, 4096, 512, 64, 512, 512, 1024, 16, 200, 200, between, CopyMethod::nt},
    {mask, 4096, 512, 64, 512, 512, 1024, 16, 200, 200, between},
    {mask, 4096, 512, 64, 512, 512, 64, 16, 200, 200, settled},
    {oracle, 4096, 512, 64, 512, 512, 512, 16, 200, 200, between},
    {oracle, 4096, 512, 64, 512, 512, 2048, 16, 200, 200, between},
    {hybrid, 4096, 512, 64, 512, 512, 1024, 16, 200, 200, between, CopyMethod::memcpy, 0.05},
    {hybrid, 4096, 512, 64, 512, 512, 256, 16, 200, 200, settled, CopyMethod::memcpy, 0.05},
    {hybrid, 4096, 512, 64, 512, 512, 1024, 16, 200, 200, between},
    {paired, 4096, 512, 64, 512, 512, 4096, 16, 100, 100, settled, CopyMethod::memcpy, 0.5, Gap::evict},
    {index, 4096, 512, 64, 512, 512, 4096, 16, 20, 20, settled, CopyMethod::memcpy, 0.5, Gap::evict},
    {paired, 4096, 512, 0, 512, 512, 1024, 16, 100, 100, settled},
    {index, 512, 512, 0, 512, 512, 256, 16, 20, 20, settled},
    {mask, 512, 512, 0, 512, 512, 2048, 16, 20, 20, settled},
    {index, 512, 0, 0, 512, 512, 256, 16, 20, 20, settled},
    {paired, 512, 256, 512, 512, 512, 128, 16, 20, 20, settled},
};

std::vector<StepChange> changes_of(const AgreementCase& each) {
    return *plan_changes(each.pool_rows, each.active_rows, halves_of(each.k), each.warmup + each.measured);
}

RowLayout layout_of(const AgreementCase& each) { return make_layout(Dtype::i8, each.up_bytes, each.down_bytes, 0); }

ClosedForm modelled(const AgreementCase& each) {
    const auto traffic = describe_traffic(
        {each.loop, {each.pool_rows, each.active_rows}, layout_of(each), changes_of(each), each.tau, each.copy});
    return closed_form(*traffic, {64, each.cache_kib << 10, each.ways, 1},
                       {each.warmup, each.measured, each.gap == Gap::evict});
}

/// Means of four traces: the closed form is an expectation, a trace is one sample.
ClosedForm simulated(const AgreementCase& each) {
    const auto changes = changes_of(each);
    constexpr std::uint64_t seeds = 4;
    LineCounts sum;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SimulationSpec spec;
        spec.loop = each.loop;
        spec.workspace = {each.pool_rows, bounds_of(each.active_rows, changes).active_rows, layout_of(each),
                          static_cast<std::uint32_t>(changes.size()) + 1, bound_rows(changes)};
        spec.trace = {{each.pool_rows, each.active_rows, {}, seed}, halves_of(each.k), each.warmup, each.measured};
        spec.options.copy = each.copy;
        spec.options.tau = each.tau;
        spec.cache = {each.cache_kib << 10, each.ways, 64};
        spec.gap = each.gap;
        const Simulation result = *simulate(spec);
        for (std::size_t step = each.warmup; step < result.steps.size(); ++step) {
            const LineCounts& lines = result.steps[step];
            for (std::size_t i = 0; i < buffer_count; ++i) {
                sum.fetched[i] += lines.fetched[i];
                sum.written_back[i] += lines.written_back[i];
            }
            sum.cold_reads += lines.cold_reads;
            sum.write_allocated += lines.write_allocated;
        }
    }
    const double line = 64.0 / static_cast<double>(seeds * each.measured);
    const auto bytes = [&](std::uint64_t lines) { return static_cast<double>(lines) * line; };
    ClosedForm form;
    for (std::size_t i = 0; i < buffer_count; ++i) {
        form.by_buffer[i] = {bytes(sum.fetched[i]), bytes(sum.written_back[i])};
        form.read_bytes += form.by_buffer[i].read;
        form.write_bytes += form.by_buffer[i].written;
        if (i >= 2) form.parts.metadata += form.by_buffer[i].read + form.by_buffer[i].written;
    }
    form.parts.cold_reads = bytes(sum.cold_reads);
    form.parts.write_allocate = bytes(sum.write_allocated);
    form.parts.refetch = bytes(sum.fetched[0] + sum.fetched[1] - sum.cold_reads - sum.write_allocated);
    form.parts.write_back = bytes(sum.written_back[0] + sum.written_back[1]);
    return form;
}

double tolerance(Expected expected) { return expected == settled ? 0.02 : expected == between ? 0.04 : 0.15; }

} // namespace

TEST_CASE("the closed form and the simulator agree on the bytes of random traces", "[slow]") {
    for (const AgreementCase& each : cases) {
        const ClosedForm model = modelled(each), truth = simulated(each);
        CAPTURE(static_cast<int>(each.loop), each.pool_rows, each.active_rows, each.k, each.up_bytes, each.cache_kib);
        const double bytes = truth.read_bytes + truth.write_bytes;
        const double allowed = tolerance(each.expected) * bytes;
        CHECK(std::abs(model.read_bytes + model.write_bytes - bytes) <= allowed);
        const double part = 1.1 * allowed; // errors of opposite signs cancel in the sum
        CHECK(std::abs(model.parts.cold_reads - truth.parts.cold_reads) <= part);
        CHECK(std::abs(model.parts.refetch - truth.parts.refetch) <= part);
        CHECK(std::abs(model.parts.write_allocate - truth.parts.write_allocate) <= part);
        CHECK(std::abs(model.parts.write_back - truth.parts.write_back) <= part);
        CHECK(std::abs(model.parts.metadata - truth.parts.metadata) <= part);
    }
}

TEST_CASE("the parts of the closed form add up to its bytes, and so do its buffers") {
    for (const AgreementCase& each : cases) {
        const ClosedForm form = modelled(each);
        const TrafficParts& parts = form.parts;
        const double bytes = form.read_bytes + form.write_bytes;
        CHECK(parts.cold_reads + parts.write_allocate + parts.write_back + parts.refetch + parts.metadata ==
              Approx(bytes));
        double buffers = 0;
        for (const BufferBytes& buffer : form.by_buffer)
            buffers += buffer.read + buffer.written;
        CHECK(buffers == Approx(bytes));
    }
}

// The table of docs/traffic-model.md: run with "[table]".
TEST_CASE("agreement table", "[.][table]") {
    std::printf("| loop | N | m | k | row bytes | cache/ways | copy | simulated KiB | closed form KiB | differ |\n");
    for (const AgreementCase& each : cases) {
        const ClosedForm model = modelled(each), truth = simulated(each);
        std::string_view loop;
        for (const LoopEntry& entry : loops())
            if (entry.kind == each.loop) loop = entry.name;
        const double bytes = truth.read_bytes + truth.write_bytes;
        const double expected = model.read_bytes + model.write_bytes;
        const std::string copy = std::string(name_of(each.copy)) + (each.gap == Gap::evict ? ", swept" : "");
        const std::string rows = each.down_bytes == 0 ? "" : " + " + std::to_string(each.down_bytes);
        std::printf("| %.*s | %u | %u | %u | %lu%s | %lu KiB/%u | %s | %.1f | %.1f | %+.1f %% |\n",
                    static_cast<int>(loop.size()), loop.data(), each.pool_rows, each.active_rows, each.k, each.up_bytes,
                    rows.c_str(), each.cache_kib, each.ways, copy.c_str(), bytes / 1024, expected / 1024,
                    100 * (expected - bytes) / bytes);
    }
}
