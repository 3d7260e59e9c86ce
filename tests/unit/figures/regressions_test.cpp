#include <catch2/catch.hpp>

#include "figures/summary.hpp"

using namespace bytebound;

namespace {

/// Rows as a summary holds them: bytes per step that grow with k as `read` and `written` say.
struct Rows {
    RunRecord run;
    Summary summary;

    Rows() {
        run.workload.spec.active_rows = 4096;
        run.workload.layout = make_layout(Dtype::f32, 128, 128, 0); // S = 1024, m*S = 4 MiB
        run.simulation = SimulationRecord{{1 << 20, 16, 64}, GeometryOrigin::option, 0, 0, {}};
    }

    void add(const char* loop, std::uint32_t k, double rows, double read, double written) {
        SummaryRow row;
        row.loop = loop;
        row.k = k;
        row.bound_bytes = rows * 1024;
        const auto put = [&](const char* metric, double bytes, Tier tier, const char* source) {
            row.metrics.emplace(metric, Figure{{bytes, Stat::mean, {}, {}, 1, 1}, 0, tier, source, {}, {}, {}, {}});
        };
        put("min_bytes", rows * 1024, Tier::computed, "trace");
        put("requested_bytes", 2 * rows * 1024, Tier::computed, "trace");
        put("dram_read_bytes", read, Tier::simulated, "sim");
        put("dram_write_bytes", written, Tier::simulated, "sim");
        run.experiments.emplace_back();
        run.experiments.back().loop = loop;
        run.experiments.back().k = k;
        run.experiments.back().copy_method = "memcpy";
        summary.rows.push_back(row);
    }

    void copy_with(const char* method) {
        for (ExperimentRecord& experiment : run.experiments)
            experiment.copy_method = method;
    }

    const Regression find(const char* loop, const char* y) const {
        for (const Regression& line : regressions(run, summary))
            if (line.loop == loop && line.y == y) return line;
        FAIL("no line of " << loop << " " << y);
        return {};
    }
};

Rows paired_rows() {
    Rows rows;
    for (const std::uint32_t k : {16, 64, 256})
        rows.add("paired", k, k / 2.0, k * 1024.0 + 128, k * 512.0 + 64);
    return rows;
}

} // namespace

TEST_CASE("a loop that copies min_rows uncached rows has the theoretical slopes") {
    const Rows rows = paired_rows();
    const Regression read = rows.find("paired", "dram_read_bytes");
    CHECK(read.x == "min_bytes");
    CHECK(read.fit.slope == Approx(2));
    CHECK(read.fit.intercept == Approx(128));
    CHECK(read.theory == 2.0);
    CHECK(read.tier == Tier::simulated);
    CHECK(read.ks == std::vector<std::uint32_t>{16, 64, 256});
    const Regression written = rows.find("paired", "dram_write_bytes");
    CHECK(written.fit.slope == Approx(1));
    CHECK(written.theory == 1.0);
    const Regression requested = rows.find("paired", "requested_bytes");
    CHECK(requested.x == "bound_bytes");
    CHECK(requested.fit.slope == Approx(2));
    CHECK(requested.theory == 2.0);
}

TEST_CASE("non-temporal stores read a row once, rep movsb an unknown number of times") {
    Rows rows = paired_rows();
    rows.copy_with("nt");
    CHECK(rows.find("paired", "dram_read_bytes").theory == 1.0);
    CHECK(rows.find("paired", "dram_write_bytes").theory == 1.0);
    rows.copy_with("movsb");
    CHECK_FALSE(rows.find("paired", "dram_read_bytes").theory);
    CHECK(rows.find("paired", "dram_read_bytes").theory_reason ==
          "rep movsb may store whole lines without reading them");
}

TEST_CASE("a line over ks whose trials chose unlike stores has no theory of reads") {
    Rows rows = paired_rows();
    rows.run.experiments[0].copy_method = "nt";
    CHECK_FALSE(rows.find("paired", "dram_read_bytes").theory);
    CHECK(rows.find("paired", "dram_read_bytes").theory_reason ==
          "its trial chose non-temporal stores at some k, and ordinary ones at others");
    CHECK(rows.find("paired", "dram_write_bytes").theory == 1.0);
}

TEST_CASE("where the rows ahead may not stay in the cache, a prefetching loop has no theory of reads") {
    Rows rows = paired_rows();
    rows.copy_with("prefetch:4x8");
    // Source and destination of 5 rows of 1 KiB are 10 KiB: 1/16 of 160 KiB.
    rows.run.simulation->geometry.size_bytes = 10 * 1024 * 16;
    CHECK(rows.find("paired", "dram_read_bytes").theory == 2.0);
    rows.run.simulation->geometry.size_bytes = 10 * 1024 * 16 - 1;
    CHECK_FALSE(rows.find("paired", "dram_read_bytes").theory);
    CHECK(rows.find("paired", "dram_read_bytes").theory_reason ==
          "prefetched lines may leave the small cache before their row is copied");
    CHECK(rows.find("paired", "dram_write_bytes").theory == 1.0);
}

TEST_CASE("below four times the cache theory does not apply, and the footprint is reported") {
    Rows rows = paired_rows();
    rows.run.simulation->geometry.size_bytes = 2 << 20;
    const Regression read = rows.find("paired", "dram_read_bytes");
    CHECK_FALSE(read.theory);
    CHECK(read.theory_reason == "rows are found in the LLC: m*S is 4 MiB, 2 x its 2 MiB");
    rows.run.simulation->geometry.size_bytes = std::uint64_t{1} << 40; // not 3.8e-06
    CHECK(rows.find("paired", "dram_read_bytes").theory_reason ==
          "rows are found in the LLC: m*S is 4 MiB, less than 0.01 x its 1 TiB");
    rows.run.simulation->geometry.size_bytes = 2 << 20;
    CHECK(rows.find("paired", "requested_bytes").theory == 2.0); // requested bytes do not depend on caches
}

TEST_CASE("rows that share lines, and steps with work between them, have no theoretical slope of DRAM bytes") {
    Rows shared = paired_rows();
    shared.run.workload.layout = make_layout(Dtype::f32, 130, 126, 0); // 520 + 504 bytes
    CHECK_FALSE(shared.find("paired", "dram_write_bytes").theory);
    CHECK(shared.find("paired", "dram_read_bytes").theory_reason == "rows share cache lines with their neighbours");
    CHECK(shared.find("paired", "requested_bytes").theory == 2.0);
    Rows evicted = paired_rows();
    evicted.run.workload.between = "evict";
    CHECK(evicted.find("paired", "dram_write_bytes").theory_reason == "work between two steps moves rows, too");
    evicted.run.workload.between = "none";
    CHECK(evicted.find("paired", "dram_write_bytes").theory == 1.0);
}

TEST_CASE("a rebuild has no theoretical slope, and hybrid only while it never rebuilds") {
    Rows rows;
    for (const std::uint32_t k : {16, 64})
        rows.add("index", k, k / 2.0, 8192, 4096);
    CHECK(rows.find("index", "dram_read_bytes").theory_reason == "a rebuild stores m rows whatever k is");
    CHECK(rows.find("index", "dram_read_bytes").fit.slope == 0);
    Rows hybrid;
    for (const std::uint32_t k : {16, 64})
        hybrid.add("hybrid", k, k / 2.0, k * 1024, k * 512);
    for (SummaryRow& row : hybrid.summary.rows)
        row.index_steps = 0;
    CHECK(hybrid.find("hybrid", "dram_read_bytes").theory == 2.0);
    hybrid.summary.rows[1].index_steps = 3;
    CHECK(hybrid.find("hybrid", "dram_read_bytes").theory_reason == "some steps were rebuilds");
}

TEST_CASE("one k does not give a line") {
    Rows rows;
    rows.add("paired", 16, 8, 1, 1);
    CHECK(regressions(rows.run, rows.summary).empty());
}
