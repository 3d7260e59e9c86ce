// The index loop's stream of line references, either through the cache simulator or as real loads and stores of one
// word per line, for valgrind to simulate: bench/against_callgrind runs both and compares them. One word per line is
// the minimum for any emulator; a real row copy makes four accesses per line.

#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "loops/replay.hpp"
#include "model/cache.hpp"
#include "workload/trace.hpp"

using namespace bytebound;

namespace {

constexpr CacheGeometry llc{32 << 20, 16, 64};
constexpr std::uint32_t pool_rows = 16384, active_rows = 4096, added = 512, steps = 10;

/// A part of a row: `lines` alternating loads and stores, or a single reference: a store to `to`, else a load of
/// `from`. Eight bytes, because under valgrind the list itself is read through the simulated caches.
struct Reference {
    std::uint64_t from : 24, to : 24, lines : 8, buffer : 6, is_copy : 1, is_store : 1;
};

class Recorder final : public AccessObserver {
public:
    void copy(Buffer, std::uint64_t from, Buffer, std::uint64_t to, std::uint64_t bytes) override {
        add(from, to, bytes / 64, Buffer::pool, true, false); // rows consist of whole lines here
        references += 2 * bytes / 64;
    }
    void load(Buffer buffer, std::uint64_t offset, std::uint64_t) override {
        add(offset, 0, 1, buffer, false, false);
        ++references;
    }
    void store(Buffer buffer, std::uint64_t offset, std::uint64_t) override {
        add(0, offset, 1, buffer, false, true);
        ++references;
    }
    std::vector<Reference> stream;
    std::uint64_t references = 0;

private:
    void add(std::uint64_t from, std::uint64_t to, std::uint64_t lines, Buffer buffer, bool is_copy, bool is_store) {
        stream.push_back({(from / 64) & 0xffffff, (to / 64) & 0xffffff, lines & 0xff,
                          static_cast<unsigned>(buffer) & 0x3f, is_copy, is_store});
    }
};

void simulate(CacheSim& sim, const std::vector<Reference>& stream) {
    for (const Reference& r : stream) {
        if (r.is_copy)
            sim.copy(Buffer::pool, r.from, Buffer::slab, r.to, r.lines);
        else if (r.is_store)
            sim.store(static_cast<Buffer>(r.buffer), r.to);
        else
            sim.load(static_cast<Buffer>(r.buffer), r.from);
    }
}

void touch(std::byte* arena, const std::vector<Reference>& stream) {
    const auto word = [&](std::uint64_t line) { return reinterpret_cast<volatile std::uint64_t*>(arena + line * 64); };
    for (const Reference& r : stream) {
        if (!r.is_copy) {
            if (r.is_store)
                *word(r.to) = 1;
            else
                static_cast<void>(*word(r.from));
            continue;
        }
        for (std::uint32_t i = 0; i < r.lines; ++i)
            *word(r.to + i) = *word(r.from + i);
    }
}

} // namespace

/// The function for --toggle-collect.
extern "C" __attribute__((noinline)) void measured_touches(std::byte* arena, const std::vector<Reference>* stream) {
    touch(arena, *stream);
}

int main(int argc, char** argv) {
    const bool emulate = argc == 2 && std::strcmp(argv[1], "touch") == 0;
    if (!emulate && !(argc == 2 && std::strcmp(argv[1], "sim") == 0)) {
        std::fputs("usage: callgrind_stream sim|touch\n", stderr);
        return 2;
    }
    auto workspace = Workspace::allocate({pool_rows, active_rows, make_layout(Dtype::f32, 512, 512, 0), steps + 1, 0});
    if (!workspace) {
        std::fprintf(stderr, "%s\n", to_line(workspace.error()).c_str());
        return 1;
    }
    workspace->touch(1);
    const auto source = make_source({{pool_rows, active_rows}, {added, added}, 0, steps});
    const auto changes = generate_trace(workspace->masks(), **source, 0);
    Recorder recorder;
    const auto loop = make_replay(LoopKind::index, *workspace, recorder, {});
    loop->reset(*changes);
    for (std::uint32_t step = 0; step < steps; ++step)
        loop->step(step);

    CacheSim sim(llc);
    const auto pass = [&](bool measured) {
        if (!emulate) return simulate(sim, recorder.stream);
        measured ? measured_touches(workspace->base(), &recorder.stream) : touch(workspace->base(), recorder.stream);
    };
    pass(false); // fills the caches
    const LineCounts before = sim.counts();
    const std::clock_t begin = std::clock(); // CPU time, which excludes other programs
    pass(true);
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    const LineCounts lines = sim.counts().since(before);
    std::printf("{\"references\": %llu, \"seconds\": %.6f, \"fetched\": %llu, \"written_back\": %llu}\n",
                static_cast<unsigned long long>(recorder.references), seconds,
                static_cast<unsigned long long>(lines.fetched_total()),
                static_cast<unsigned long long>(lines.written_back_total()));
}
