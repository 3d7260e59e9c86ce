#include "kernel_main.hpp"

#include <sched.h>

using namespace bytebound;

namespace {

std::vector<int> allowed_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    }
    return cpus;
}

void pin_to(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(cpu), &set);
    REQUIRE(::sched_setaffinity(0, sizeof set, &set) == 0);
    REQUIRE(::sched_getcpu() == cpu);
}

} // namespace

TEST_CASE("cpu-migrations counts every move between CPUs, and nothing without a move") {
    const auto cpus = allowed_cpus();
    pin_to(cpus[0]);
    Group group = opened({"cpu-migrations"});

    const CounterValue start = values_of(group)[0];
    for (int i = 0; i < 10; ++i)
        pin_to(cpus[0]);
    const CounterValue stayed = values_of(group)[0];
    CHECK(difference(start, stayed).count == 0);

    for (int i = 0; i < 20; ++i)
        pin_to(cpus[static_cast<std::size_t>(1 - i % 2)]);
    const Reading moved = difference(stayed, values_of(group)[0]);
    CHECK(moved.state == ReadingState::counted);
    CHECK(moved.count == 20);
}

int main(int argc, char** argv) {
    std::string reason = cannot_count({"cpu-migrations"});
    if (reason.empty() && allowed_cpus().size() < 2) reason = "only one CPU is allowed: nothing can migrate";
    return run_unless(reason, argc, argv);
}
