// Counters per iteration: c++ -std=c++17 google_benchmark.cpp $(pkg-config --cflags --libs bytebound-counters benchmark)
#include <bytebound/google_benchmark.hpp>
#include <cstring>
#include <vector>

namespace {

bytebound::benchmark_counters counters("instructions,LLC-load-misses,page-faults,task-clock");

void copy(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    std::vector<char> from(size, 1), to(size);
    const auto counted = counters.count(state);
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), size);
        benchmark::ClobberMemory();
    }
}
BENCHMARK(copy)->Arg(1 << 12)->Arg(1 << 20)->ThreadRange(1, 2);

} // namespace

int main(int argc, char** argv) {
    counters.add_context(); // what cannot be counted here, and why
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
