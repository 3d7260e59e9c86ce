#include <catch2/catch.hpp>

#include "counters/names/explain.hpp"
#include "counters/registry.hpp"
#include "counters/scripted_collector.hpp"
#include "perf_plans.hpp"
#include "wrapped_sys.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("each errno has its cause, depending on the situation") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/perf_event_paranoid", "2");
    const SysRoot root = tree.root();
    Event cycles = thread_event("cpu");
    Event kernel = thread_event("cpu", Domain::kernel);
    CHECK(explain_open_failure(kernel, EACCES, root).cause ==
          "perf_event_paranoid is 2 and there is no CAP_PERFMON: counting kernel code needs level 1 or lower");
    CHECK(explain_open_failure(kernel, EACCES, root).remedy == "sudo sysctl kernel.perf_event_paranoid=1");
    CHECK(explain_open_failure(thread_event("msr", Domain::unrestricted), EACCES, root)
              .cause.find("cannot exclude the kernel needs level 1") != std::string::npos);
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("security policy") != std::string::npos);
    CHECK(explain_open_failure(cycles, ENOENT, root).cause == "PMU cpu does not have this event");

    tree.file("proc/self/status", "Name:\tx\nSeccomp:\t2");
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("seccomp") != std::string::npos);
    tree.file("sys/kernel/security/lockdown", "none integrity [confidentiality]");
    // The filter is checked first.
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("seccomp") != std::string::npos);
    tree.file("proc/self/status", "Name:\tx\nSeccomp:\t0");
    CHECK(explain_open_failure(cycles, EPERM, root).cause.find("lockdown") != std::string::npos);
    tree.file("proc/sys/kernel/perf_event_paranoid", "4");
    CHECK(explain_open_failure(cycles, EACCES, root).cause.find("needs level 2") != std::string::npos);

    std::vector<std::string> causes;
    for (const int error : {EINVAL, EOPNOTSUPP, ENODEV, EBUSY, EMFILE, ENFILE, ENOSPC, ENOSYS, E2BIG, ENOMEM}) {
        const Diagnosis why = explain_open_failure(cycles, error, root);
        CHECK_FALSE(why.remedy.empty());
        for (const std::string& other : causes)
            CHECK(why.cause != other);
        causes.push_back(why.cause);
    }

    MachineTree vm;
    add_software_pmus(vm);
    vm.file("proc/cpuinfo", "flags\t\t: fpu hypervisor");
    Event generic = cycles;
    generic.type = PERF_TYPE_HARDWARE;
    CHECK(explain_open_failure(generic, ENOENT, vm.root()).cause.find("no vPMU") != std::string::npos);
}

TEST_CASE("Docker's seccomp filter is distinguished from perf_event_paranoid, and capabilities are considered") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/perf_event_paranoid", "2");
    tree.file("proc/self/status", "Name:\tx\nCapEff:\t00000000a80425fb\nSeccomp:\t2");
    const SysRoot root = tree.root();
    const Event kernel = thread_event("cpu", Domain::kernel);
    CHECK(explain_open_failure(kernel, EPERM, root).cause == "a seccomp filter refuses perf_event_open");
    CHECK(explain_open_failure(kernel, EPERM, root).remedy ==
          "docker run --cap-add PERFMON --security-opt seccomp=unconfined ...");
    // The kernel itself returns EACCES for a level that is too high.
    CHECK(explain_open_failure(kernel, EACCES, root).cause.find("perf_event_paranoid is 2") == 0);
    // Level 2 allows counting user code, so something else refuses.
    CHECK(explain_open_failure(thread_event("cpu"), EACCES, root).cause ==
          "a security policy (SELinux or another security module) refuses perf_event_open though level and "
          "capabilities allow it");

    tree.file("proc/self/status", "Name:\tx\nCapEff:\t0000004000000000\nSeccomp:\t0"); // CAP_PERFMON, bit 38
    CHECK(explain_open_failure(kernel, EACCES, root).cause.find("security policy") != std::string::npos);
    tree.file("proc/self/uid_map", "         0     100000      65536"); // in a user namespace only
    CHECK(explain_open_failure(kernel, EACCES, root).remedy == "on the host: sudo sysctl kernel.perf_event_paranoid=1");
}

TEST_CASE("a plan in a container reports filter and errno once") {
    MachineTree tree;
    add_x86_server(tree);
    tree.file("proc/sys/kernel/perf_event_paranoid", "2");
    tree.file("proc/self/status", "Name:\tx\nCapEff:\t00000000a80425fb\nSeccomp:\t2");
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr&) { return EPERM; };
    const auto plan = PerfCollector(sys, tree.root(), true).plan({{"cycles:k"}, false, 0, {}});
    REQUIRE(plan);
    CHECK(plan->events[0].reason == "a seccomp filter refuses perf_event_open (EPERM)");
}

TEST_CASE("for an event that opens but gets no counter, the watchdog is the cause if it is on") {
    MachineTree tree;
    tree.file("proc/sys/kernel/nmi_watchdog", "1");
    CHECK(explain_not_running(thread_event("cpu"), true, tree.root()).cause ==
          "it opens but is never given a counter: the NMI watchdog uses one of PMU cpu");
    tree.file("proc/sys/kernel/nmi_watchdog", "0");
    CHECK(explain_not_running(thread_event("cpu"), false, tree.root()).cause ==
          "it has a counter only part of the time: other programs use the counters of PMU cpu");
}
