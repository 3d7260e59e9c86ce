// Benchmarks of known page faults; test_library.py reads their report.
#include <bytebound/google_benchmark.hpp>

#include <sys/mman.h>
#include <unistd.h>

namespace {

bytebound::benchmark_counters counters("page-faults,PAPI_TOT_INS,task-clock");

/// Four page faults.
void touch() {
    const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    auto* memory =
        static_cast<char*>(mmap(nullptr, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (std::size_t i = 0; i < 4; ++i)
        memory[i * page] = 1;
    munmap(memory, 4 * page);
}

void scoped(benchmark::State& state) {
    const auto counted = counters.count(state);
    for (auto _ : state)
        touch();
}
BENCHMARK(scoped)->Iterations(2000)->Threads(1)->Threads(2)->Threads(4);

class Fixture : public benchmark::Fixture {
public:
    void SetUp(benchmark::State& state) override { counters.begin(state); }
    void TearDown(benchmark::State& state) override { counters.end(state); }
};
BENCHMARK_DEFINE_F(Fixture, twice)(benchmark::State& state) {
    for (auto _ : state) {
        touch();
        touch();
    }
}
BENCHMARK_REGISTER_F(Fixture, twice)->Iterations(1000)->Threads(2)->Repetitions(2);

void skipped(benchmark::State& state) {
    const auto counted = counters.count(state);
    state.SkipWithError("nothing to do");
    for (auto _ : state) {
    }
}
BENCHMARK(skipped);

} // namespace

int main(int argc, char** argv) {
    counters.add_context();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
