#include <sched.h>

#include <catch2/catch.hpp>
#include <thread>

#include "machine/pin.hpp"
#include "support/forwarding_sys.hpp"

using namespace bytebound;

namespace {

/// The kernel's own answer, without the seam.
std::vector<int> affinity() {
    cpu_set_t mask;
    REQUIRE(::sched_getaffinity(0, sizeof mask, &mask) == 0);
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &mask)) cpus.push_back(cpu);
    return cpus;
}

/// A kernel that reports another affinity than the one set.
class LyingSys final : public test::ForwardingSys {
public:
    SysResult sched_setaffinity(pid_t tid, std::size_t bytes, const cpu_set_t* set) override {
        bound = true;
        return ForwardingSys::sched_setaffinity(tid, bytes, set);
    }
    SysResult sched_getaffinity(pid_t tid, std::size_t bytes, cpu_set_t* set) override {
        if (!bound) return ForwardingSys::sched_getaffinity(tid, bytes, set);
        if (error != 0) return {-1, error};
        CPU_ZERO_S(bytes, set);
        for (const int cpu : named)
            CPU_SET_S(static_cast<std::size_t>(cpu), bytes, set);
        return {static_cast<long>(bytes), 0};
    }
    std::vector<int> named;
    int error = 0;
    bool bound = false; ///< from then on, the answers are false
};

Machine this_machine() {
    auto machine = discover(SysRoot());
    REQUIRE(machine);
    // These tests need a machine that can bind. A machine that cannot is unsuitable for the build, so the tests fail
    // there.
    REQUIRE(machine->bind_cpus.available);
    return *machine;
}

} // namespace

TEST_CASE("a pin binds the calling thread to one CPU and restores its former affinity") {
    const Machine machine = this_machine();
    const std::vector<int> before = affinity();
    KernelSys sys;
    for (const int cpu : machine.allowed) {
        {
            const auto pin = Pin::bind(sys, machine, cpu);
            REQUIRE(pin);
            CHECK(pin->bound());
            CHECK(affinity() == std::vector{cpu});
            CHECK(pin->read_back() == std::vector{cpu});
            CHECK(::sched_getcpu() == cpu);
        }
        CHECK(affinity() == before);
    }
}

TEST_CASE("a moved pin restores once, when its last owner is destroyed") {
    const Machine machine = this_machine();
    const std::vector<int> before = affinity();
    KernelSys sys;
    const int cpu = machine.allowed.back();
    {
        std::vector<Pin> pins;
        {
            auto pin = Pin::bind(sys, machine, cpu);
            REQUIRE(pin);
            pins.push_back(std::move(*pin));
        }
        CHECK(affinity() == std::vector{cpu});
        CHECK(pins[0].bound());
    }
    CHECK(affinity() == before);
}

TEST_CASE("a pin restores the thread that it bound, even if another thread destroys it") {
    const Machine machine = this_machine();
    const std::vector<int> before = affinity();
    KernelSys sys;
    auto pin = Pin::bind(sys, machine, machine.allowed.front());
    REQUIRE(pin);
    std::vector<int> of_the_other;
    std::thread([&] {
        cpu_set_t mine;
        CPU_ZERO(&mine);
        CPU_SET(static_cast<std::size_t>(machine.allowed.back()), &mine);
        ::sched_setaffinity(0, sizeof mine, &mine);
        { const Pin last = std::move(*pin); }
        of_the_other = affinity();
    }).join();
    CHECK(affinity() == before);
    CHECK(of_the_other == std::vector{machine.allowed.back()});
}

TEST_CASE("an affinity that reads back differently is a failed proof and is restored") {
    const Machine machine = this_machine();
    const std::vector<int> before = affinity();
    const int cpu = machine.allowed.front();
    LyingSys sys;
    SECTION("an additional CPU") {
        sys.named = {cpu, cpu + 1};
        const auto pin = Pin::bind(sys, machine, cpu);
        REQUIRE_FALSE(pin);
        CHECK(pin.error().code == ExitCode::internal);
        CHECK(pin.error().object == "CPU " + std::to_string(cpu));
        CHECK(pin.error().cause == "proof failed: after binding, the kernel reports the affinity " +
                                       std::to_string(cpu) + "-" + std::to_string(cpu + 1));
    }
    SECTION("another CPU") {
        sys.named = {cpu + 1};
        CHECK_FALSE(Pin::bind(sys, machine, cpu));
    }
    SECTION("no CPU at all") { CHECK_FALSE(Pin::bind(sys, machine, cpu)); }
    SECTION("no answer") {
        sys.error = EPERM;
        const auto pin = Pin::bind(sys, machine, cpu);
        REQUIRE_FALSE(pin);
        CHECK(pin.error().sys_errno == EPERM);
    }
    CHECK(affinity() == before);
}

TEST_CASE("a CPU that the kernel refuses is the error not_possible with its errno") {
    const Machine machine = this_machine();
    KernelSys sys;
    // The kernel returns EINVAL for a number that it does not have.
    const auto pin = Pin::bind(sys, machine, 900);
    REQUIRE_FALSE(pin);
    CHECK(pin.error().code == ExitCode::not_possible);
    CHECK(pin.error().sys_errno == EINVAL);
}

TEST_CASE("on a machine that cannot bind, a pin binds nothing and reports it") {
    Machine machine = this_machine();
    machine.bind_cpus = Capability::no("this is a recorded machine", "run on the machine itself");
    const std::vector<int> before = affinity();
    LyingSys sys;
    const auto pin = Pin::bind(sys, machine, machine.allowed.front());
    REQUIRE(pin);
    CHECK_FALSE(pin->bound());
    CHECK(pin->read_back().empty());
    CHECK(affinity() == before);
}

TEST_CASE("the affinity of more CPUs than fit in one cpu_set_t is read with a larger set") {
    class LargeMachine final : public test::ForwardingSys {
    public:
        SysResult sched_getaffinity(pid_t, std::size_t bytes, cpu_set_t* set) override {
            if (bytes < 256) return {-1, EINVAL}; // 2048 CPUs
            CPU_SET_S(1500, bytes, set);
            return {256, 0};
        }
    };
    LargeMachine sys;
    const auto cpus = read_affinity(sys);
    REQUIRE(cpus);
    CHECK(*cpus == std::vector{1500});
}

TEST_CASE("the affinity of another thread is asked by its number, which a refusal names") {
    class OtherThread final : public test::ForwardingSys {
    public:
        SysResult sched_getaffinity(pid_t tid, std::size_t bytes, cpu_set_t* set) override {
            if (tid != 7) return {-1, ESRCH};
            CPU_SET_S(3, bytes, set);
            return {static_cast<long>(bytes), 0};
        }
    };
    OtherThread sys;
    CHECK(*read_affinity(sys, 7) == std::vector{3});
    CHECK(read_affinity(sys, 8).error().object == "of thread 8");
}

TEST_CASE("binding sets exactly the requested CPUs, including one beyond a cpu_set_t") {
    class AskedSys final : public test::ForwardingSys {
    public:
        SysResult sched_setaffinity(pid_t tid, std::size_t bytes, const cpu_set_t* set) override {
            asked_tid = tid;
            for (std::size_t cpu = 0; cpu < bytes * 8; ++cpu)
                if (CPU_ISSET_S(cpu, bytes, set)) cpus.push_back(static_cast<int>(cpu));
            return {0, 0};
        }
        pid_t asked_tid = -1;
        std::vector<int> cpus;
    };
    AskedSys sys;
    CHECK(set_affinity(sys, 7, {3, 1500}).ok());
    CHECK(sys.asked_tid == 7);
    CHECK(sys.cpus == std::vector{3, 1500});
}
