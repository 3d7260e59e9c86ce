#include <catch2/catch.hpp>

#include <cerrno>

#include "counters/permission.hpp"
#include "doctor/diagnosis.hpp"
#include "support/machine_tree.hpp"

using namespace bytebound;

namespace {

/// A bare-metal Ice Lake server where everything opens.
MachineFacts healthy() {
    MachineFacts facts;
    facts.machine.cpu.architecture = facts.program.architecture = "x86_64";
    facts.machine.cpu.vendor = "GenuineIntel";
    facts.machine.cpu.family = 6;
    facts.machine.cpu.model = 0x6a;
    facts.machine.kernel = {"6.1.0", std::pair(6, 1)};
    facts.knowledge.driver = MemoryControllerDriver{"intel_uncore", "uncore_imc", std::pair(5, 9), {}, {}, {}};
    facts.event_source = true;
    facts.proc_sys_kernel = true;
    facts.paranoid = 0;
    facts.seccomp = 0;
    facts.capabilities = 0;
    facts.pmus.resize(2);
    facts.pmus[0].name = "cpu";
    facts.pmus[0].kind = PmuKind::core;
    facts.pmus[0].type = 4;
    facts.pmus[1].name = "uncore_imc_0";
    facts.pmus[1].kind = PmuKind::memory_controller;
    facts.pmus[1].type = 14;
    facts.pmus[1].cpumask = std::vector{0};
    facts.probes = Probes{
        {"task-clock", {}}, {"cycles", {}}, {"instructions", {}}, {"system-wide", {}}, {"memory-controller", {}}};
    return facts;
}

MachineFacts all_answer(int error) {
    MachineFacts facts = healthy();
    for (auto& [kind, probe] : *facts.probes)
        probe.error = error;
    return facts;
}

Cause core_cause(const MachineFacts& facts) { return diagnose(facts).source("core PMU").kind; }
Cause controller_cause(const MachineFacts& facts) { return diagnose(facts).source("memory controller").kind; }

constexpr std::uint64_t perfmon = 1ull << 38; // linux/capability.h
constexpr std::uint64_t sys_admin = 1ull << 21;

} // namespace

TEST_CASE("the simulated cache is that of the CPU that a run would choose, not of the first one") {
    MachineFacts facts = healthy();
    facts.machine.online = {0, 1};
    facts.machine.allowed = {1};
    facts.machine.cores = {{0, 0, {0}}, {0, 1, {1}}};
    facts.machine.nodes = {{0, {0, 1}, std::uint64_t{1} << 30, {}}};
    facts.machine.allowed_nodes = {0};
    facts.machine.caches = {{3, "Unified", 8 << 20, 16, 64, {0}, "sysfs"},
                            {3, "Unified", 16 << 20, 8, 64, {1}, "sysfs"}};
    CHECK(diagnose(facts).source("simulation").cause == "L3 of 16 MiB, 8 ways");
}

TEST_CASE("the paranoid level is the cause of a refusal only if it explains the refusal") {
    MachineFacts facts = all_answer(EACCES);
    facts.paranoid = 3;
    CHECK(core_cause(facts) == Cause::paranoid);
    facts.capabilities = perfmon; // does not excuse a level that only distributions' kernels have
    CHECK(core_cause(facts) == Cause::paranoid);
    facts.paranoid = 2;
    CHECK(core_cause(facts) == Cause::security_module);
    facts.capabilities = sys_admin;
    CHECK(core_cause(facts) == Cause::security_module);
    facts.capabilities = 0;
    facts.paranoid = 1; // sufficient for a thread's own user-mode events
    CHECK(core_cause(facts) == Cause::security_module);
    CHECK(controller_cause(facts) == Cause::paranoid); // CPU-wide events need 0
    facts.paranoid = 0;
    CHECK(controller_cause(facts) == Cause::security_module);
}

TEST_CASE("hardware events that are refused while software events open are not missing hardware") {
    MachineFacts facts = healthy();
    (*facts.probes)["cycles"].error = EACCES;
    facts.paranoid = 3;
    CHECK(core_cause(facts) == Cause::paranoid);
    facts.paranoid = 1;
    CHECK(core_cause(facts) == Cause::security_module);
}

TEST_CASE("capabilities of a user namespace have no effect") {
    MachineFacts facts = all_answer(EACCES);
    facts.paranoid = 2;
    facts.container = true;
    facts.capabilities = ~0ull;
    CHECK(core_cause(facts) == Cause::security_module);
    facts.user_namespace = true;
    CHECK(core_cause(facts) == Cause::paranoid);
    CHECK(diagnose(facts).source("memory controller").remedy ==
          "on the host: sudo sysctl kernel.perf_event_paranoid=0");
}

TEST_CASE("EPERM is a filter, else lockdown, else a security module") {
    MachineFacts facts = all_answer(EPERM);
    facts.paranoid = 3;
    facts.lockdown = "confidentiality";
    facts.seccomp = 2;
    CHECK(core_cause(facts) == Cause::seccomp);
    facts.seccomp = 0;
    CHECK(core_cause(facts) == Cause::lockdown);
    facts.lockdown = "none";
    CHECK(core_cause(facts) == Cause::security_module);
}

TEST_CASE("a container is detected by its marks, and a virtual machine made from a container's image is not one") {
    MachineTree tree;
    CHECK_FALSE(runs_in_container(tree.root()));
    tree.file(".dockerenv", "");
    CHECK(runs_in_container(tree.root()));
    tree.file("proc/2/comm", "bash"); // process 2 of a container is any process started in it
    CHECK(runs_in_container(tree.root()));
    tree.file("proc/2/comm", "kthreadd");
    CHECK_FALSE(runs_in_container(tree.root()));
    tree.file("run/.containerenv", "");
    CHECK_FALSE(runs_in_container(tree.root()));
    // A container in the host's PID namespace is visible in its cgroup.
    for (const char* cgroup : {"0::/docker/0123", "0::/kubepods/burstable", "5:cpu:/lxc/web", "0::/libpod-4"}) {
        INFO(cgroup);
        tree.file("proc/self/cgroup", cgroup);
        CHECK(runs_in_container(tree.root()));
    }
    tree.file("proc/self/cgroup", "0::/user.slice/user-1000.slice");
    CHECK_FALSE(runs_in_container(tree.root()));
}

TEST_CASE("a filter is not the cause of missing hardware") {
    MachineFacts facts = healthy();
    facts.seccomp = 2;
    facts.pmus.clear();
    facts.machine.virtualisation.hypervisor = "KVM/QEMU";
    facts.probes = Probes{{"task-clock", {}}, {"cycles", {ENOENT, {}}}};
    CHECK(core_cause(facts) == Cause::no_vpmu);
    CHECK(diagnose(facts).source("core PMU").cause ==
          "KVM/QEMU virtual machine without a virtual PMU: no `cpu` device, hardware events answer ENOENT");
    facts.machine.virtualisation.hypervisor.clear();
    facts.event_source = true;
    CHECK(core_cause(facts) == Cause::no_pmu);
    facts.event_source = false;
    CHECK(core_cause(facts) == Cause::masked_sysfs);
}

TEST_CASE("the watchdog is the cause of a group that never ran only if it is on") {
    MachineFacts facts = healthy();
    (*facts.probes)["full-group"] = {0, ProbeTimes{0, 1000000, 0}};
    facts.nmi_watchdog = 1;
    CHECK(core_cause(facts) == Cause::nmi_watchdog);
    CHECK(diagnose(facts).source("core PMU").state == SourceState::available);
    facts.nmi_watchdog = 0;
    CHECK(core_cause(facts) == Cause::counters_taken);
    (*facts.probes)["full-group"] = {0, ProbeTimes{5, 1000000, 1000000}};
    facts.nmi_watchdog = 1;
    CHECK(core_cause(facts) == Cause::none);
}

TEST_CASE("a counter that runs and stays 0 is not available") {
    MachineFacts facts = healthy();
    (*facts.probes)["cycles"] = {0, ProbeTimes{0, 1000000, 1000000}};
    CHECK(core_cause(facts) == Cause::counts_nothing);
    (*facts.probes)["cycles"] = {0, ProbeTimes{0, 1000000, 0}}; // never scheduled: no evidence about counting
    CHECK(core_cause(facts) == Cause::none);
}

TEST_CASE("without probes, only causes that files prove are reported") {
    MachineFacts facts = healthy();
    facts.probes.reset();
    CHECK(diagnose(facts).source("core PMU").state == SourceState::not_probed);
    CHECK(diagnose(facts).source("memory controller").state == SourceState::not_probed);
    facts.paranoid.reset(); // the kernel documents this file as the sign of perf_event_open
    CHECK(core_cause(facts) == Cause::no_perf_events);
    facts.paranoid = 0;
    facts.pmus.erase(facts.pmus.begin());
    facts.machine.virtualisation.hypervisor = "a hypervisor";
    CHECK(core_cause(facts) == Cause::no_vpmu);
}

TEST_CASE("for a loaded driver without a device, loading it is not the remedy") {
    MachineFacts facts = healthy();
    facts.pmus.pop_back();
    CHECK(controller_cause(facts) == Cause::driver_missing);
    facts.modules = {"intel-uncore"};
    CHECK(controller_cause(facts) == Cause::kernel_too_old);
    facts.modules.clear();
    facts.machine.kernel = {"5.8.0", std::pair(5, 8)};
    CHECK(diagnose(facts).source("memory controller").cause == "Linux 5.8.0 has no uncore_imc for this CPU");
    CHECK(diagnose(facts).source("memory controller").remedy == "use Linux 5.9 or newer");
    facts.knowledge.driver.reset();
    CHECK(controller_cause(facts) == Cause::no_hardware);
}

TEST_CASE("an Arm core's part number recommends no mesh driver beside a PMU that may be the memory controller") {
    MachineFacts facts = healthy();
    facts.machine.cpu.implementer = 0x41;
    facts.machine.cpu.part = 0xd49;
    facts.knowledge.driver = MemoryControllerDriver{"arm_cmn", "arm_cmn", {}, {}, {}, {}};
    facts.pmus[1].name = "new_drw_0";
    facts.pmus[1].kind = PmuKind::unrecognised;
    CHECK(controller_cause(facts) == Cause::no_hardware);
    CHECK(diagnose(facts).source("memory controller").cause ==
          "no memory-controller PMU is known here; the unrecognised new_drw_0 may be one");
    facts.pmus[1].cpumask.reset(); // a PMU without a cpumask counts no socket
    CHECK(controller_cause(facts) == Cause::driver_missing);
    facts.pmus[1].cpumask = std::vector{0};
    facts.knowledge.driver->acpi = "ARMHC"; // the firmware lists a mesh
    CHECK(controller_cause(facts) == Cause::driver_missing);
}

TEST_CASE("resctrl is judged by hardware, kernel, build, mount and owner in that order") {
    MachineFacts facts = healthy();
    const auto line = [&] { return diagnose(facts).source("resctrl"); };
    CHECK(line().kind == Cause::not_probed); // not a CPU whose flags say it
    facts.machine.cpu.mbm_total = false;
    CHECK(line().kind == Cause::no_hardware);
    facts.machine.cpu.mbm_total = true;
    CHECK(line().kind == Cause::not_in_kernel);
    facts.resctrl.in_kernel = true;
    CHECK(line().kind == Cause::not_built_in);
    facts.program.built_in = {"resctrl"};
    CHECK(line().remedy == "sudo mount -t resctrl resctrl /sys/fs/resctrl");
    facts.resctrl.mounted = true;
    CHECK(line().remedy == "boot without rdt=!mbmtotal");
    facts.resctrl.mbm_total = true;
    facts.effective_uid = 1000;
    CHECK(line().kind == Cause::not_root);
    facts.effective_uid = 0;
    CHECK(line().state == SourceState::available);
}

TEST_CASE("valgrind and PAPI need a collector, and valgrind also the program") {
    MachineFacts facts = healthy();
    CHECK(diagnose(facts).source("PAPI").kind == Cause::not_built_in);
    CHECK(diagnose(facts).source("valgrind").kind == Cause::not_built_in);
    facts.program.built_in = {"papi", "callgrind"};
    CHECK(diagnose(facts).source("PAPI").state == SourceState::available);
    facts.program.papi_refusal = "libpfm4 does not know this CPU";
    CHECK(diagnose(facts).source("PAPI").cause == "libpfm4 does not know this CPU");
    facts.program.papi_refusal.clear();
    CHECK(diagnose(facts).source("valgrind").state == SourceState::not_probed);
    facts.program.valgrind = false;
    CHECK(diagnose(facts).source("valgrind").remedy == "sudo apt-get install valgrind");
    facts.program.valgrind = true;
    CHECK(diagnose(facts).source("valgrind").state == SourceState::available);
    (*facts.probes)["cycles"].error = ENOSYS;
    CHECK(diagnose(facts).source("PAPI").kind == Cause::no_perf_events);
}
