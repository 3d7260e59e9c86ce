#include "machine/environment.hpp"
#include "record/environment_warnings.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "machine/tuning.hpp"
#include "support/machine_trees.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

using Facts = std::vector<EnvironmentFact>;

EnvironmentFact fact(const Facts& facts, const std::string& group, const std::string& name) {
    for (const EnvironmentFact& candidate : facts)
        if (candidate.group == group && candidate.name == name) return candidate;
    FAIL("no fact " << group << " / " << name);
    return {};
}

Facts facts_of(const TreeFiles& files, const std::vector<int>& cpus) {
    const Tree tree(files);
    const auto machine = discover(tree.root());
    REQUIRE(machine);
    return capture_environment(tree.root(), *machine, cpus);
}

std::string value(const TreeFiles& files, const std::string& group, const std::string& name) {
    return fact(facts_of(files, {0, 1}), group, name).value;
}

/// The two-package machine with all the files that a report uses: a quiet server without warnings.
TreeFiles quiet_server() {
    TreeFiles files = two_package_smt();
    files["proc/cpuinfo"] = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
                            "model name\t: Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz\nstepping\t: 6\n"
                            "microcode\t: 0xd0003a5\nflags\t\t: fpu vme avx2\n\nprocessor\t: 1";
    for (int cpu = 0; cpu < 8; ++cpu) {
        const std::string base = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/";
        files[base + "scaling_governor"] = "performance";
        files[base + "scaling_driver"] = "intel_cpufreq";
    }
    files["sys/devices/system/cpu/intel_pstate/no_turbo"] = "1";
    files["sys/devices/system/cpu/smt/control"] = "on";
    files["sys/devices/system/cpu/vulnerabilities/meltdown"] = "Not affected";
    files["sys/devices/system/cpu/vulnerabilities/spectre_v2"] = "Mitigation: Enhanced IBRS";
    files["sys/devices/system/clocksource/clocksource0/current_clocksource"] = "tsc";
    files["sys/kernel/mm/transparent_hugepage/enabled"] = "always [madvise] never";
    files["sys/class/dmi/id/sys_vendor"] = "Dell Inc.";
    files["sys/class/dmi/id/product_name"] = "PowerEdge R750";
    files["proc/sys/kernel/numa_balancing"] = "0";
    files["proc/sys/kernel/randomize_va_space"] = "2";
    files["proc/sys/kernel/perf_event_paranoid"] = "2";
    files["proc/sys/kernel/nmi_watchdog"] = "0";
    files["proc/sys/kernel/osrelease"] = "6.1.0-18-amd64";
    files["proc/cmdline"] = "BOOT_IMAGE=/vmlinuz root=UUID=123 ro quiet isolcpus=2-3 mitigations=auto secret=1";
    files["sys/devices/system/cpu/isolated"] = "2-3";
    files["proc/loadavg"] = "0.10 0.20 0.30 1/200 4242";
    files["proc/1/cgroup"] = "0::/init.scope";
    files["proc/self/cgroup"] = "0::/user.slice/job";
    files["sys/fs/cgroup/user.slice/job/cpu.max"] = "max 100000";
    files["sys/fs/cgroup/user.slice/job/memory.max"] = "max";
    return files;
}

std::vector<std::string> codes(const Facts& facts) {
    std::vector<std::string> found;
    for (const Warning& warning : environment_warnings(facts))
        found.push_back(warning.code);
    return found;
}

using Codes = std::vector<std::string>;

} // namespace

TEST_CASE("the facts of a recorded server are the texts of its files") {
    const Facts facts = facts_of(quiet_server(), {0, 1});
    CHECK(fact(facts, "cpu", "model").value == "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz");
    CHECK(fact(facts, "cpu", "family").value == "6");
    CHECK(fact(facts, "cpu", "model number").value == "106");
    CHECK(fact(facts, "cpu", "stepping").value == "6");
    CHECK(fact(facts, "cpu", "microcode").value == "0xd0003a5");
    CHECK(fact(facts, "cpu", "topology").value == "2 packages, 4 cores, 8 CPUs online, 2 NUMA nodes");
    CHECK(fact(facts, "cpu", "last-level cache").value == "L3 16 MiB, 16 ways, CPU 0-1,4-5 (sysfs)");
    CHECK(fact(facts, "frequency", "governor").value == "performance");
    CHECK(fact(facts, "frequency", "driver").value == "intel_cpufreq");
    CHECK(fact(facts, "frequency", "turbo").value == "off");
    CHECK(fact(facts, "memory", "total").value == "2 GiB");
    CHECK(fact(facts, "memory", "transparent huge pages").value == "madvise");
    CHECK(fact(facts, "kernel", "release").value == "6.1.0-18-amd64");
    CHECK(fact(facts, "kernel", "boot options").value == "isolcpus=2-3 mitigations=auto");
    CHECK(fact(facts, "kernel", "isolated CPUs").value == "2-3");
    CHECK(fact(facts, "kernel", "ASLR").value == "2");
    CHECK(fact(facts, "kernel", "clock source").value == "tsc");
    CHECK(fact(facts, "mitigations", "spectre_v2").value == "Mitigation: Enhanced IBRS");
    CHECK(fact(facts, "virtualisation", "virtual machine").value == "no sign found");
    CHECK(fact(facts, "virtualisation", "hardware").value == "Dell Inc. PowerEdge R750");
    CHECK(fact(facts, "virtualisation", "container").value == "no sign found");
    CHECK(fact(facts, "virtualisation", "CPU quota").value == "none");
    CHECK(fact(facts, "virtualisation", "memory limit").value == "none");
    CHECK(fact(facts, "smt", "siblings of the chosen CPUs").value == "4-5");
    CHECK(fact(facts, "load", "average").value == "0.10 0.20 0.30 1/200 4242");
}

TEST_CASE("a fact has a reason if, and only if, it cannot be obtained") {
    for (const Facts& facts : {facts_of(quiet_server(), {0}), facts_of({{"sys/devices/system/cpu/online", "0"}}, {0}),
                               capture_environment(SysRoot(), *discover(SysRoot()), {0}, std::chrono::milliseconds(1))})
        for (const EnvironmentFact& each : facts) {
            INFO(each.group << " / " << each.name << " = " << each.value << " because " << each.reason);
            CHECK(each.value.empty() != each.reason.empty());
        }
}

TEST_CASE("an empty tree lists what is missing") {
    const Facts facts = facts_of({{"sys/devices/system/cpu/online", "0"}}, {0});
    CHECK(fact(facts, "cpu", "model").reason == "no /proc/cpuinfo");
    CHECK(fact(facts, "frequency", "governor").reason ==
          "no cpufreq directory: firmware or hypervisor set the frequency");
    CHECK(fact(facts, "memory", "NUMA balancing").reason == "the kernel was built without it");
    CHECK(fact(facts, "mitigations", "all").reason == "no /sys/devices/system/cpu/vulnerabilities");
    CHECK(fact(facts, "load", "chosen CPUs").reason == "no /proc/stat");
    CHECK(fact(facts, "smt", "sibling load").reason == "the files do not state SMT siblings");
}

TEST_CASE("load is not computed from the single reading of a recorded machine") {
    TreeFiles files = quiet_server();
    files["proc/stat"] = "cpu  100 0 0 100 0 0 0 0 0 0\ncpu0 100 0 0 0 0 0 0 0 0 0";
    const Facts facts = facts_of(files, {0});
    CHECK(fact(facts, "load", "chosen CPUs").reason == "a recorded machine has only one copy of /proc/stat");
    CHECK(fact(facts, "smt", "sibling load").reason == "a recorded machine has only one copy of /proc/stat");
}

TEST_CASE("the items of the tuning table are facts, each in its group") {
    const Facts facts = facts_of(quiet_server(), {0, 1});
    for (const TuningItem& item : tuning_items())
        CHECK(std::count_if(facts.begin(), facts.end(), [&](const EnvironmentFact& each) {
                  return each.group == item.group && each.name == item.fact;
              }) == 1);
    std::vector<std::string> groups;
    for (const EnvironmentFact& each : facts)
        if (groups.empty() || groups.back() != each.group) groups.push_back(each.group);
    CHECK(groups == std::vector<std::string>{"cpu", "frequency", "memory", "interrupts", "kernel", "mitigations",
                                             "virtualisation", "smt", "load", "build", "libraries"});
}

TEST_CASE("the tuning items are read again after the measurement, and only what changed is a warning") {
    TreeFiles files = quiet_server();
    files["proc/interrupts"] =
        "           CPU0       CPU1       \n 24:          5          0  IO-APIC   5-edge      eth0";
    files["proc/irq/24/effective_affinity_list"] = "4";
    const Tree tree(files);
    const auto machine = discover(tree.root());
    REQUIRE(machine);
    Facts facts = capture_environment(tree.root(), *machine, {0, 1});
    CHECK(change_warnings(facts).empty()); // nothing was read again
    capture_after(facts, tree.root(), *machine, {0, 1}, {});
    CHECK(fact(facts, "frequency", "governor").after == "performance");
    CHECK_FALSE(fact(facts, "cpu", "model").after);
    CHECK_FALSE(fact(facts, "load", "chosen CPUs").after);    // the workers' own load
    CHECK_FALSE(fact(facts, "memory", "page merging").after); // unknown
    CHECK(change_warnings(facts).empty());

    tree.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");
    tree.write("proc/irq/24/effective_affinity_list", "1");
    tree.write("proc/loadavg", "7.00 0.20 0.30 1/200 4242");
    capture_after(facts, tree.root(), *machine, {0, 1}, {{{4, {9.9, 0}}, {0, {100, 2.5}}}, ""});
    CHECK(fact(facts, "load", "average").after == "7.00 0.20 0.30 1/200 4242");
    CHECK(fact(facts, "load", "steal").after == "2.5 % (CPU 0)");
    CHECK(fact(facts, "smt", "sibling load").after == "9.9 % (CPU 4)");
    CHECK(change_warnings(facts) ==
          std::vector<Warning>{{"setting_changed",
                                WarningFields{{"group", "frequency"},
                                              {"setting", "governor"},
                                              {"before", "performance"},
                                              {"after", "performance (CPU 0), powersave (CPU 1)"}},
                                {}},
                               {"setting_changed",
                                WarningFields{{"group", "interrupts"},
                                              {"setting", "on the chosen CPUs"},
                                              {"before", "none"},
                                              {"after", "IRQ 24 (eth0)"}},
                                {}}});
}

TEST_CASE("a sibling that was busy 10 percent of the measurement is a warning") {
    Facts facts{{"smt", "sibling load", "0.0 % (CPU 4)", "", "10.0 % (CPU 4)"}};
    CHECK(change_warnings(facts) ==
          std::vector<Warning>{
              {"smt_sibling_busy_during", WarningFields{{"busy_percent", 10.0}, {"cpu", std::uint64_t{4}}}, {}}});
    facts[0].after = "9.9 % (CPU 4)";
    CHECK(change_warnings(facts).empty());
}

TEST_CASE("governors that differ are listed with their CPUs") {
    TreeFiles files = quiet_server();
    files["sys/devices/system/cpu/cpu1/cpufreq/scaling_governor"] = "powersave";
    CHECK(value(files, "frequency", "governor") == "performance (CPU 0), powersave (CPU 1)");
}

TEST_CASE("turbo is read from either driver's file") {
    TreeFiles files = quiet_server();
    files["sys/devices/system/cpu/intel_pstate/no_turbo"] = "0";
    CHECK(value(files, "frequency", "turbo") == "on");
    files.erase("sys/devices/system/cpu/intel_pstate/no_turbo");
    files["sys/devices/system/cpu/cpufreq/boost"] = "1";
    CHECK(value(files, "frequency", "turbo") == "on");
    files["sys/devices/system/cpu/cpufreq/boost"] = "0";
    CHECK(value(files, "frequency", "turbo") == "off");
    files.erase("sys/devices/system/cpu/cpufreq/boost");
    CHECK(value(files, "frequency", "turbo").empty());
}

TEST_CASE("a virtual machine is detected by CPU flag, hypervisor type or DMI board") {
    const auto verdict = [](const TreeFiles& files) { return value(files, "virtualisation", "virtual machine"); };
    TreeFiles files = quiet_server();
    files["proc/cpuinfo"] = "processor\t: 0\nflags\t\t: fpu hypervisor avx2";
    CHECK(verdict(files) == "yes: CPU flag hypervisor");
    files["sys/hypervisor/type"] = "xen";
    CHECK(verdict(files) == "yes: CPU flag hypervisor, /sys/hypervisor/type xen");
    files = quiet_server();
    files["sys/class/dmi/id/sys_vendor"] = "QEMU";
    CHECK(verdict(files) == "yes: the DMI table lists QEMU");
    files["sys/class/dmi/id/sys_vendor"] = "Amazon EC2";
    files["sys/class/dmi/id/product_name"] = "c7g.metal";
    CHECK(verdict(files) == "no sign found");
    // A flag that merely contains the word does not count.
    files["proc/cpuinfo"] = "processor\t: 0\nflags\t\t: fpu nohypervisor";
    CHECK(verdict(files) == "no sign found");
}

TEST_CASE("containers and their limits are detected") {
    TreeFiles files = quiet_server();
    files["proc/1/cgroup"] = "12:cpu:/docker/0123";
    files["run/.containerenv"] = "";
    CHECK(value(files, "virtualisation", "container") == "yes");
    files["sys/fs/cgroup/user.slice/job/cpu.max"] = "150000 100000";
    files["sys/fs/cgroup/user.slice/job/memory.max"] = "1073741824";
    CHECK(value(files, "virtualisation", "CPU quota") == "1.50 CPUs");
    CHECK(value(files, "virtualisation", "memory limit") == "1 GiB");
    // Version 1.
    files.erase("sys/fs/cgroup/user.slice/job/cpu.max");
    files.erase("sys/fs/cgroup/user.slice/job/memory.max");
    files["sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "5000";
    files["sys/fs/cgroup/cpu/cpu.cfs_period_us"] = "100000";
    files["sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712";
    CHECK(value(files, "virtualisation", "CPU quota") == "0.05 CPUs");
    CHECK(value(files, "virtualisation", "memory limit") == "none");
    files["sys/fs/cgroup/cpu/cpu.cfs_quota_us"] = "-1";
    CHECK(value(files, "virtualisation", "CPU quota") == "none");
}

TEST_CASE("CPU load is the share of ticks that were neither idle nor waiting") {
    //                 user nice sys idle iowait irq softirq steal guest guest_nice
    const auto loads =
        cpu_load("cpu  9 9 9 9 9 9 9 9 9 9\n"
                 "cpu0 100 0 50 1000 10 0 0 0 90 0\ncpu1 5 0 0 100 0 0 0 0 0 0\ncpu2 7 0 0 3 0 0 0 1 0 0\n",
                 "cpu0 103 1 52 1010 13 0 1 0 93 0\ncpu1 5 0 0 120 0 0 0 0 0 0\ncpu2 7 0 0 3 0 0 0 1 0 0\n"
                 "cpu3 1 0 0 0 0 0 0 0 0 0\nintr 5 1 2 3 4\n");
    // CPU 0: total 3+1+2+10+3+0+1 = 20 (guest is within user), idle 13 -> 7 of 20.
    // CPU 2 had no tick, CPU 3 came online in between.
    CHECK(loads == std::map<int, CpuLoad>{{0, {35.0, 0.0}}, {1, {0.0, 0.0}}});
}

TEST_CASE("steal is busy time, and decreasing iowait is not idle time") {
    const auto loads = cpu_load("cpu0 0 0 0 0 10 0 0 0", "cpu0 10 0 0 0 8 0 0 6");
    // total 18 -> 24 against 10 -> 14 ticks; idle 10 -> 8; steal 6.
    REQUIRE(loads.count(0) == 1);
    CHECK(loads.at(0).busy == 100.0);
    CHECK(loads.at(0).steal == Approx(100.0 * 6 / 14));
}

TEST_CASE("a quiet server raises no warning") { CHECK(codes(facts_of(quiet_server(), {0, 1})) == Codes{}); }

TEST_CASE("each disturbance raises exactly its own warning") {
    const auto with = [](const std::string& path, const std::string& text) {
        TreeFiles files = quiet_server();
        files[path] = text;
        return codes(facts_of(files, {0, 1}));
    };
    CHECK(with("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave") ==
          Codes{"governor_not_performance"});
    // CPU 7 is not used.
    CHECK(with("sys/devices/system/cpu/cpu7/cpufreq/scaling_governor", "powersave") == Codes{});
    CHECK(with("sys/devices/system/cpu/intel_pstate/no_turbo", "0") == Codes{"turbo_on"});
    CHECK(with("proc/sys/kernel/numa_balancing", "1") == Codes{"numa_balancing_on"});
    CHECK(with("proc/sys/kernel/nmi_watchdog", "1") == Codes{"nmi_watchdog_on"});
    CHECK(with("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]") == Codes{"thp_never"});
    CHECK(with("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet") == Codes{"clock_slow"});
    CHECK(with("sys/fs/cgroup/user.slice/job/cpu.max", "50000 100000") == Codes{"cpu_quota"});
    CHECK(with("sys/hypervisor/type", "xen") == Codes{"in_vm"});
    // 8 CPUs: a quarter of them is 2.
    CHECK(with("proc/loadavg", "1.99 0 0 1/2 3") == Codes{});
    CHECK(with("proc/loadavg", "2.00 0 0 1/2 3") == Codes{"load_high"});
}

TEST_CASE("NUMA balancing on one node is not a disturbance") {
    const Facts facts =
        facts_of({{"sys/devices/system/cpu/online", "0"}, {"proc/sys/kernel/numa_balancing", "1"}}, {0});
    CHECK(codes(facts) == Codes{});
}

TEST_CASE("on a small machine a load of 1 is a warning") {
    const auto with = [](const char* average) {
        return codes(Facts{{"load", "average", average, ""}, {"load", "online CPUs", "2", ""}});
    };
    CHECK(with("0.99 5 5 1/2 3") == Codes{});
    CHECK(with("1.00 0 0 1/2 3") == Codes{"load_high"});
}

TEST_CASE("busy CPUs and siblings warn from 10 percent on, steal from 1, with the evidence in the text") {
    CHECK(codes({{"smt", "sibling load", "9.9 % (CPU 4)", ""}}) == Codes{});
    CHECK(codes({{"load", "chosen CPUs", "9.9 % (CPU 0)", ""}}) == Codes{});
    CHECK(codes({{"load", "steal", "0.9 % (CPU 0)", ""}}) == Codes{});
    CHECK(codes({{"load", "chosen CPUs", "10.0 % (CPU 0)", ""}}) == Codes{"cpu_busy"});
    CHECK(codes({{"load", "steal", "1.0 % (CPU 0)", ""}}) == Codes{"steal_time"});
    CHECK(codes({{"load", "steal", "", "no clock tick within the window"}}) == Codes{});
    const auto warnings = environment_warnings({{"smt", "sibling load", "10.0 % (CPU 4)", ""}});
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0] ==
          Warning{"smt_sibling_busy", WarningFields{{"busy_percent", 10.0}, {"cpu", std::uint64_t{4}}}, {}});
    CHECK(text_of(warnings[0]) ==
          "an SMT sibling of a chosen CPU was busy 10.0 % (CPU 4) before the run: it shares the "
          "core's units and caches; stop that work or choose other cores with --cpus");
}

TEST_CASE("the running machine has a load for its chosen CPU") {
    const auto machine = discover(SysRoot());
    REQUIRE(machine);
    const Facts facts =
        capture_environment(SysRoot(), *machine, {machine->allowed.front()}, std::chrono::milliseconds(200));
    CHECK(fact(facts, "load", "chosen CPUs").value.ends_with("(CPU " + std::to_string(machine->allowed.front()) + ")"));
    CHECK(fact(facts, "load", "steal").reason.empty());
}

TEST_CASE("the build facts describe how the program was built") {
    const BuildInfo info = build_info();
    CHECK_FALSE(info.version.empty());
    CHECK(info.git_revision != "unknown");
    CHECK(info.compiler.starts_with("gcc ") != info.compiler.starts_with("clang "));
    CHECK(info.flags.starts_with("-O"));
    CHECK_FALSE(info.build_type.empty());
    const auto has = [&](const std::string& name) {
        for (const auto& [library, version] : info.libraries)
            if (library == name) return !version.empty();
        return false;
    };
    for (const char* name : {"hwloc", "fmt", "nlohmann_json", "tomlplusplus", "CLI11", "boost", "libcrypto", "glibc"})
        CHECK(has(name));
}

TEST_CASE("a marker file does not indicate a container if kernel threads are visible") {
    auto files = quiet_server();
    files[".dockerenv"] = ""; // left over in the image that the machine's disk was made from
    files["proc/2/comm"] = "kthreadd";
    CHECK(fact(facts_of(files, {0}), "virtualisation", "container").value == "no sign found");
    files["proc/2/comm"] = "bash";
    CHECK(fact(facts_of(files, {0}), "virtualisation", "container").value == "yes");
}
