// Cost of one interval and of one comparison at the main use case's size: 5 repeats of 50 steps, 2000 resamples.

#include <benchmark/benchmark.h>

#include "base/random.hpp"
#include "stats/estimate.hpp"

using namespace bytebound;

namespace {

Samples main_job_samples(std::uint64_t seed) {
    Random random(seed);
    Samples samples;
    for (int repeat = 0; repeat < 5; ++repeat) {
        auto& block = samples.numerator.emplace_back();
        auto& denominators = samples.denominator.emplace_back();
        for (int step = 0; step < 50; ++step) {
            block.push_back(100000 + random.below(20000));
            denominators.push_back(50000 + random.below(1000));
        }
    }
    return samples;
}

void interval(benchmark::State& state, Stat stat) {
    const Samples samples = main_job_samples(1);
    for (auto _ : state)
        benchmark::DoNotOptimize(estimate(samples, stat));
}

void comparison(benchmark::State& state, Stat stat) {
    const Samples loop = main_job_samples(1), vs = main_job_samples(2);
    for (auto _ : state)
        benchmark::DoNotOptimize(compare(loop, vs, stat));
}

BENCHMARK_CAPTURE(interval, mean, Stat::mean)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(interval, median, Stat::median)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(interval, ratio, Stat::ratio)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(comparison, mean, Stat::mean)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(comparison, median, Stat::median)->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
