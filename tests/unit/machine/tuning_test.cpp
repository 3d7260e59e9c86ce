#include "machine/tuning.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <set>

#include "support/machine_of.hpp"
#include "support/machine_trees.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

using Commands = std::vector<std::string>;
using Files = std::vector<TuningFile>;

const std::string cpus_below = "sys/devices/system/cpu/";

/// The item as read from a tree, without a load.
TuningState found_in(const TreeFiles& files, const std::string& name, const std::vector<int>& cpus = {0},
                     const LoadReading& load = {{}, "not read"}) {
    const Tree tree(files);
    const SysRoot root = tree.root();
    const auto machine = discover(root);
    REQUIRE(machine);
    for (TuningState& state : read_tuning(root, *machine, cpus, load))
        if (state.item->name == name) return state;
    FAIL("no item " << name);
    return {};
}

TreeFiles with(TreeFiles files, const TreeFiles& more) {
    for (const auto& [path, text] : more)
        files[path] = text;
    return files;
}

/// The two-package machine with the changes of `more`.
TreeFiles server(const TreeFiles& more) { return with(two_package_smt(), more); }

const TreeFiles bare = {{"sys/devices/system/cpu/online", "0-1"}};

} // namespace

TEST_CASE("every item of an empty machine is unknown with a reason, and offers nothing to set") {
    const Tree tree(TreeFiles{{"sys/devices/system/cpu/online", "0"}});
    const SysRoot root = tree.root();
    const auto states = read_tuning(root, *discover(root), {0}, {{}, "not read"});
    REQUIRE(states.size() == tuning_items().size());
    for (const TuningState& state : states) {
        INFO(state.item->name);
        // A machine whose files state no node has one (machine.hpp), which does not make the file readable.
        CHECK(state.verdict == TuningVerdict::unknown);
        CHECK(state.value.empty());
        CHECK_FALSE(state.reason.empty());
        CHECK(state.change == TuningChange::none);
        CHECK(state.files.empty());
        CHECK(state.set.empty());
        CHECK(state.restore.empty());
    }
}

TEST_CASE("the items have distinct names and facts, an effect and its source") {
    std::set<std::string_view> names;
    std::set<std::pair<std::string_view, std::string_view>> facts;
    for (const TuningItem& item : tuning_items()) {
        CHECK(names.insert(item.name).second);
        CHECK(facts.emplace(item.group, item.fact).second);
        CHECK_FALSE(item.effect.empty());
        CHECK_FALSE(item.source.empty());
        CHECK_FALSE(item.quiet.empty());
    }
}

TEST_CASE("a governor is set once for each frequency policy, and the commands restore the value found") {
    const std::string file = "/cpufreq/scaling_governor";
    const TuningState state = found_in(with(bare, {{cpus_below + "cpu0" + file, "powersave"},
                                                   {cpus_below + "cpu1" + file, "powersave"},
                                                   {cpus_below + "cpu0/cpufreq/affected_cpus", "0 1"},
                                                   {cpus_below + "cpu1/cpufreq/affected_cpus", "0 1"}}),
                                       "governor", {1, 0});
    CHECK(state.verdict == TuningVerdict::noisy);
    CHECK(state.value == "powersave");
    CHECK(state.change == TuningChange::files);
    CHECK(state.files == Files{{cpus_below + "cpu0" + file, "powersave", "performance"}});
    CHECK(state.set == Commands{"echo performance > /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"});
    CHECK(state.restore == Commands{"echo powersave > /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"});
}

TEST_CASE("only the chosen CPUs' governors are looked at, and the last one set is restored first") {
    TreeFiles files = bare;
    for (const char* cpu : {"cpu0", "cpu1"})
        files[cpus_below + cpu + "/cpufreq/scaling_governor"] =
            cpu == std::string("cpu0") ? "performance" : "schedutil";
    CHECK(found_in(files, "governor", {0}).verdict == TuningVerdict::quiet);
    CHECK(found_in(files, "governor", {0}).set.empty());
    const TuningState both = found_in(files, "governor", {0, 1});
    CHECK(both.value == "performance (CPU 0), schedutil (CPU 1)");
    CHECK(both.set == Commands{"echo performance > /sys/devices/system/cpu/cpu1/cpufreq/scaling_governor"});
    files[cpus_below + "cpu0/cpufreq/scaling_governor"] = "ondemand";
    CHECK(found_in(files, "governor", {0, 1}).restore ==
          Commands{"echo schedutil > /sys/devices/system/cpu/cpu1/cpufreq/scaling_governor",
                   "echo ondemand > /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"});
}

TEST_CASE("a driver without the governor performance cannot be set") {
    const TuningState state =
        found_in(with(bare, {{cpus_below + "cpu0/cpufreq/scaling_governor", "userspace"},
                             {cpus_below + "cpu0/cpufreq/scaling_available_governors", "userspace powersave"}}),
                 "governor");
    CHECK(state.verdict == TuningVerdict::noisy);
    CHECK(state.change == TuningChange::none);
    CHECK(state.cannot == "the driver offers only: userspace powersave");
    CHECK(state.files.empty());
}

TEST_CASE("a guest without cpufreq says that it cannot change the frequency") {
    const TreeFiles guest = with(bare, {{"proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu hypervisor"}});
    CHECK(found_in(guest, "governor").reason ==
          "no cpufreq directory: the hypervisor sets the frequency, which cannot be changed from a guest");
    CHECK(found_in(guest, "turbo").reason ==
          "neither intel_pstate/no_turbo nor cpufreq/boost exists: it cannot be changed from a guest");
    CHECK(found_in(bare, "governor").reason == "no cpufreq directory: firmware or hypervisor set the frequency");
}

TEST_CASE("turbo is switched off by 1 in intel_pstate and by 0 elsewhere") {
    const TuningState intel = found_in(with(bare, {{cpus_below + "intel_pstate/no_turbo", "0"}}), "turbo");
    CHECK(intel.value == "on");
    CHECK(intel.files == Files{{cpus_below + "intel_pstate/no_turbo", "0", "1"}});
    const TuningState other = found_in(with(bare, {{cpus_below + "cpufreq/boost", "1"}}), "turbo");
    CHECK(other.value == "on");
    CHECK(other.files == Files{{cpus_below + "cpufreq/boost", "1", "0"}});
    CHECK(found_in(with(bare, {{cpus_below + "cpufreq/boost", "0"}}), "turbo").verdict == TuningVerdict::quiet);
}

TEST_CASE("the energy preference precedes the governor, which must be restored first") {
    const auto items = tuning_items();
    const auto at = [&](std::string_view name) {
        return std::find_if(items.begin(), items.end(), [&](const TuningItem& item) { return item.name == name; }) -
               items.begin();
    };
    CHECK(at("energy_preference") < at("governor"));
    CHECK(at("governor") < std::ssize(items));
}

TEST_CASE("idle states above 10 us are deep: each enabled one of a chosen CPU can be disabled") {
    const auto state_of = [](int cpu, int number, const std::string& file) {
        return cpus_below + "cpu" + std::to_string(cpu) + "/cpuidle/state" + std::to_string(number) + "/" + file;
    };
    TreeFiles files = bare;
    for (int cpu = 0; cpu < 2; ++cpu) {
        const char* const names[] = {"POLL", "C1", "C6"};
        const char* const latencies[] = {"0", "10", "11"};
        for (int number = 0; number < 3; ++number) {
            files[state_of(cpu, number, "name")] = names[number];
            files[state_of(cpu, number, "latency")] = latencies[number];
            files[state_of(cpu, number, "disable")] = "0";
        }
    }
    const TuningState state = found_in(files, "idle_states", {1});
    CHECK(state.verdict == TuningVerdict::noisy);
    CHECK(state.value == "C6 (11 us) on CPU 1");
    CHECK(state.files == Files{{state_of(1, 2, "disable"), "0", "1"}});
    files[state_of(1, 2, "disable")] = "1";
    const TuningState disabled = found_in(files, "idle_states", {1});
    CHECK(disabled.verdict == TuningVerdict::quiet);
    CHECK(disabled.value == "none");
    CHECK(disabled.set.empty());
}

TEST_CASE("an uncore frequency is quiet when its limits are equal") {
    const std::string base = cpus_below + "intel_uncore_frequency/package_00_die_00/";
    const TuningState state = found_in(
        with(bare, {{base + "min_freq_khz", "800000"}, {base + "max_freq_khz", "2400000"}}), "uncore_frequency");
    CHECK(state.value == "800000-2400000 kHz (package_00_die_00)");
    CHECK(state.files == Files{{base + "min_freq_khz", "800000", "2400000"}});
    CHECK(found_in(with(bare, {{base + "min_freq_khz", "2400000"}, {base + "max_freq_khz", "2400000"}}),
                   "uncore_frequency")
              .verdict == TuningVerdict::quiet);
}

TEST_CASE("a busy sibling is noise that its CPU's online file ends, by hand only") {
    const TuningState state = found_in(two_package_smt(), "smt_sibling", {0, 1}, {{{4, {9.9, 0}}, {5, {10, 0}}}, ""});
    CHECK(state.verdict == TuningVerdict::noisy);
    CHECK(state.value == "10.0 % (CPU 5)");
    CHECK(state.change == TuningChange::command);
    CHECK(state.files.empty());
    CHECK(state.set ==
          Commands{"echo 0 > /sys/devices/system/cpu/cpu4/online", "echo 0 > /sys/devices/system/cpu/cpu5/online"});
    CHECK(state.restore ==
          Commands{"echo 1 > /sys/devices/system/cpu/cpu4/online", "echo 1 > /sys/devices/system/cpu/cpu5/online"});
    CHECK(found_in(two_package_smt(), "smt_sibling", {0}, {{{4, {9.9, 0}}}, ""}).verdict == TuningVerdict::quiet);
    CHECK(found_in(two_package_smt(), "smt_sibling", {0, 4}).verdict == TuningVerdict::quiet);
    CHECK(found_in(two_package_smt(), "smt_sibling", {0}).reason == "not read");
}

TEST_CASE("huge pages are quiet with madvise, and the word in brackets is the value") {
    const std::string directory = "sys/kernel/mm/transparent_hugepage/";
    const TuningState always = found_in(with(bare, {{directory + "enabled", "[always] madvise never"}}), "huge_pages");
    CHECK(always.files == Files{{directory + "enabled", "always", "madvise"}});
    CHECK(always.restore == Commands{"echo always > /sys/kernel/mm/transparent_hugepage/enabled"});
    CHECK(found_in(with(bare, {{directory + "enabled", "always [madvise] never"}}), "huge_pages").verdict ==
          TuningVerdict::quiet);
    const auto defrag = [&](const char* text) {
        return found_in(with(bare, {{directory + "defrag", text}}), "huge_page_defrag").verdict;
    };
    CHECK(defrag("[always] defer defer+madvise madvise never") == TuningVerdict::noisy);
    CHECK(defrag("always defer [defer+madvise] madvise never") == TuningVerdict::quiet);
    CHECK(defrag("always defer defer+madvise madvise [never]") == TuningVerdict::quiet);
}

TEST_CASE("NUMA balancing is noise on several nodes only") {
    const TreeFiles on = {{"proc/sys/kernel/numa_balancing", "1"}};
    CHECK(found_in(server(on), "numa_balancing").files == Files{{"proc/sys/kernel/numa_balancing", "1", "0"}});
    TreeFiles one_node = with(bare, on);
    add_node(one_node, 0, {0, 1}, 1024, "10");
    one_node["sys/devices/system/node/online"] = "0";
    CHECK(found_in(one_node, "numa_balancing").verdict == TuningVerdict::quiet);
    CHECK(found_in(one_node, "numa_balancing").set.empty());
}

TEST_CASE("page merging is noise while it runs, not when it stopped or undid its work") {
    const auto verdict = [](const char* text) {
        return found_in(with(bare, {{"sys/kernel/mm/ksm/run", text}}), "page_merging").verdict;
    };
    CHECK(verdict("1") == TuningVerdict::noisy);
    CHECK(verdict("0") == TuningVerdict::quiet);
    CHECK(verdict("2") == TuningVerdict::quiet);
}

TEST_CASE("swap is noise when it is in use, and swappiness when there is any") {
    const auto memory = [](const char* total, const char* free) {
        return with(bare, {{"proc/meminfo",
                            std::string("MemTotal: 9 kB\nSwapTotal: ") + total + " kB\nSwapFree: " + free + " kB"},
                           {"proc/sys/vm/swappiness", "60"}});
    };
    const TuningState used = found_in(memory("4096", "3072"), "swap");
    CHECK(used.verdict == TuningVerdict::noisy);
    CHECK(used.value == "1 MiB of 4 MiB");
    CHECK(used.set == Commands{"swapoff -a"});
    CHECK(used.restore == Commands{"swapon -a"});
    CHECK(found_in(memory("4096", "4096"), "swap").verdict == TuningVerdict::quiet);
    CHECK(found_in(memory("0", "0"), "swap").value == "no swap");
    CHECK(found_in(memory("4096", "4096"), "swappiness").files == Files{{"proc/sys/vm/swappiness", "60", "0"}});
    CHECK(found_in(memory("0", "0"), "swappiness").verdict == TuningVerdict::quiet);
}

TEST_CASE("an interrupt that fired and goes to a chosen CPU is moved to the others") {
    const TreeFiles files =
        with(bare, {{"proc/interrupts", "           CPU0       CPU1       \n"
                                        " 24:          5          0  IO-APIC   5-edge      eth0\n"
                                        " 25:          9          7  PCI-MSIX-0000:00:01.0   3-edge      nvme0q1\n"
                                        " 26:          0          0  IO-APIC   4-edge      ttyS0\n"
                                        " 27:          3          0  IO-APIC   6-edge      ahci\n"
                                        "NMI:          8          8   Non-maskable interrupts\n"},
                    {"proc/irq/24/effective_affinity_list", "0"},
                    {"proc/irq/24/smp_affinity_list", "0-1"},
                    {"proc/irq/25/effective_affinity_list", "1"},
                    {"proc/irq/25/smp_affinity_list", "0-1"},
                    {"proc/irq/26/effective_affinity_list", "0"},
                    {"proc/irq/26/smp_affinity_list", "0-1"},
                    // An older kernel does not state the effective CPU: those where it fired.
                    {"proc/irq/27/smp_affinity_list", "0"}});
    const TuningState first = found_in(files, "interrupts", {0});
    CHECK(first.verdict == TuningVerdict::noisy);
    CHECK(first.value == "IRQ 24 (eth0), 27 (ahci)");
    CHECK(first.files ==
          Files{{"proc/irq/24/smp_affinity_list", "0-1", "1"}, {"proc/irq/27/smp_affinity_list", "0", "1"}});
    CHECK(found_in(files, "interrupts", {1}).value == "IRQ 25 (nvme0q1)");
    const TuningState both = found_in(files, "interrupts", {0, 1});
    CHECK(both.cannot == "every online CPU is chosen: no other one is left for them");
    CHECK(both.files.empty());
    CHECK(both.change == TuningChange::none);
}

TEST_CASE("irqbalance is noise where it runs; a recording without it says nothing") {
    const TuningState running = found_in(with(bare, {{"proc/812/comm", "irqbalance"}}), "irqbalance");
    CHECK(running.verdict == TuningVerdict::noisy);
    CHECK(running.set == Commands{"systemctl stop irqbalance"});
    CHECK(running.restore == Commands{"systemctl start irqbalance"});
    CHECK(found_in(with(bare, {{"proc/812/comm", "sshd"}}), "irqbalance").verdict == TuningVerdict::unknown);
}

TEST_CASE("the timer tick is off only where nohz_full says so, and is advice") {
    const std::string file = cpus_below + "nohz_full";
    CHECK(found_in(with(bare, {{file, "1"}}), "timer_tick", {1}).verdict == TuningVerdict::quiet);
    const TuningState on = found_in(with(bare, {{file, "(null)"}}), "timer_tick", {1});
    CHECK(on.value == "on (CPU 1)");
    CHECK(on.change == TuningChange::boot);
    CHECK(on.files.empty());
    CHECK(on.set == Commands{"boot with nohz_full=1 rcu_nocbs=1 isolcpus=1"});
    CHECK(found_in(with(bare, {{"proc/cmdline", "ro quiet"}}), "timer_tick", {1}).verdict == TuningVerdict::noisy);
    CHECK(found_in(with(bare, {{"proc/cmdline", "nohz_full=1"}}), "timer_tick", {1}).verdict == TuningVerdict::unknown);
    CHECK(found_in(with(bare, {{file, ""}}), "timer_tick", {0, 1}).cannot ==
          "every online CPU is chosen, and one of them must keep its tick");
}

TEST_CASE("the NMI watchdog is noise; the sample rate and ASLR are recorded without a verdict") {
    const TreeFiles files = with(bare, {{"proc/sys/kernel/nmi_watchdog", "1"},
                                        {"proc/sys/kernel/perf_event_max_sample_rate", "100000"},
                                        {"proc/sys/kernel/randomize_va_space", "2"}});
    CHECK(found_in(files, "nmi_watchdog").files == Files{{"proc/sys/kernel/nmi_watchdog", "1", "0"}});
    for (const char* name : {"sample_rate", "address_layout"}) {
        const TuningState state = found_in(files, name);
        CHECK(state.verdict == TuningVerdict::not_judged);
        CHECK(state.files.empty());
        CHECK_FALSE(state.value.empty());
    }
}

TEST_CASE("load of others is noise that no setting ends") {
    const TuningState busy = found_in(bare, "cpu_load", {0}, {{{0, {10, 0}}}, ""});
    CHECK(busy.verdict == TuningVerdict::noisy);
    CHECK(busy.change == TuningChange::none);
    CHECK_FALSE(busy.cannot.empty());
    CHECK(found_in(bare, "cpu_load", {0}, {{{0, {9.9, 0}}, {1, {100, 0}}}, ""}).verdict == TuningVerdict::quiet);
    const auto average = [](const char* text) {
        return found_in({{"sys/devices/system/cpu/online", "0-7"}, {"proc/loadavg", text}}, "load_average").verdict;
    };
    CHECK(average("1.99 0 0 1/2 3") == TuningVerdict::quiet); // a quarter of 8 CPUs is 2
    CHECK(average("2.00 0 0 1/2 3") == TuningVerdict::noisy);
}

TEST_CASE("this machine's items are read without a fault") {
    const SysRoot root;
    const auto machine = discover(root);
    REQUIRE(machine);
    const auto states =
        read_tuning(root, *machine, {machine->allowed.front()}, read_load(root, std::chrono::milliseconds(50)));
    CHECK(states.size() == tuning_items().size());
    for (const TuningState& state : states) {
        INFO(state.item->name);
        CHECK(state.value.empty() != state.reason.empty());
        for (const TuningFile& file : state.files)
            CHECK(root.exists(file.path));
    }
}
