// Every update loop at every k of the main use case: N = 8192, m = 1024, rows of 1024 + 1024 f32 elements.
// bytes/s are requested bytes: row bytes loaded + stored. For comparisons between loops:
//   --benchmark_enable_random_interleaving=true --benchmark_repetitions=9 --benchmark_report_aggregates_only=true

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "loops/copy_trial.hpp"
#include "loops/update_loop.hpp"
#include "workload/trace.hpp"

namespace {

using namespace bytebound;

constexpr std::uint32_t pool_rows = 8192, active_rows = 1024;
/// The warm-up touches rows of 32 MiB in total, the LLC of the machines this was written on, as `run` does.
constexpr std::uint32_t steps = 1000;

/// One arena for all loops, allocated and touched at first use.
Workspace& workspace() {
    static Workspace shared = [] {
        const WorkspaceSpec spec{pool_rows, active_rows + 1, make_layout(Dtype::f32, 1024, 1024, 0), steps + 1,
                                 steps * 1024ull};
        auto result = Workspace::allocate(spec);
        if (!result) std::abort();
        result->touch(1);
        return std::move(*result);
    }();
    return shared;
}

std::uint32_t warmup_steps(std::uint32_t k) {
    const std::uint64_t per_step = std::max<std::uint64_t>(1, (k + 1) / 2 * workspace().spec().layout.row_bytes());
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>((std::uint64_t{32} << 20) / per_step, 20, steps / 2));
}

void update(benchmark::State& state, LoopKind kind, unsigned threads) {
    const auto k = static_cast<std::uint32_t>(state.range(0));
    Workspace& arena = workspace();
    const auto source = make_source({{pool_rows, active_rows}, halves_of(k), 0, steps});
    if (!source) return state.SkipWithError(to_line(source.error()).c_str());
    const auto changes = generate_trace(arena.masks(), **source, 0);
    WorkerTeam team(threads);
    LoopOptions options;
    if (kind == LoopKind::oracle) options.copy = choose_copy_method(arena, team, options, *changes).winner;
    state.SetLabel(std::string(name_of(options.copy)));
    const auto loop = make_loop(kind, arena, team, options);
    std::uint32_t step = steps;
    std::uint64_t rows = 0;
    for (auto _ : state) {
        if (step == steps) {
            state.PauseTiming();
            loop->reset(*changes);
            for (step = 0; step < warmup_steps(k); ++step)
                loop->step(step);
            state.ResumeTiming();
        }
        rows += loop->step(step++).rows_written;
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(2 * rows * arena.spec().layout.row_bytes()));
}

} // namespace

int main(int argc, char** argv) {
    for (const unsigned threads : {1u, 2u}) {
        for (const auto& entry : loops()) {
            if (!entry.built_in) continue;
            const std::string name = std::string(entry.name) + "/threads:" + std::to_string(threads);
            auto* registered = benchmark::RegisterBenchmark(name.c_str(), update, entry.kind, threads);
            registered->ArgName("k")->Arg(0)->Arg(16)->Arg(64)->Arg(256)->Arg(1024)->UseRealTime();
        }
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
