#include "machine/tuning.hpp"

#include <algorithm>
#include <utility>

#include "machine/tuning_readers.hpp"

namespace bytebound {

std::string_view name_of(TuningVerdict verdict) {
    switch (verdict) {
    case TuningVerdict::quiet: return "quiet";
    case TuningVerdict::noisy: return "noisy";
    case TuningVerdict::unknown: return "unknown";
    case TuningVerdict::not_judged: return "not_judged";
    }
    return "";
}

std::string_view name_of(TuningChange change) {
    switch (change) {
    case TuningChange::files: return "files";
    case TuningChange::command: return "command";
    case TuningChange::boot: return "boot";
    case TuningChange::none: return "none";
    }
    return "";
}

std::span<const TuningItem> tuning_items() {
    using enum TuningChange;
    constexpr bool setting = true, load = false;
    static constexpr TuningItem table[] = {
        {"energy_preference", "frequency", "energy preference", files, setting, "performance",
         "the processor lowers its clock to save energy, even while it works",
         "Linux Documentation/admin-guide/pm/intel_pstate.rst, amd-pstate.rst", tuning::energy_preference},
        {"governor", "frequency", "governor", files, setting, "performance",
         "the clock follows the load: the steps after a pause are slower than later ones",
         "Linux Documentation/admin-guide/pm/cpufreq.rst", tuning::governor},
        {"turbo", "frequency", "turbo", files, setting, "off",
         "the clock depends on temperature and on how many cores work: equal runs take different times",
         "Linux Documentation/admin-guide/pm/intel_pstate.rst, cpufreq.rst", tuning::turbo},
        {"idle_states", "frequency", "deep idle states", files, setting, "none with an exit latency above 10 us",
         "a worker that waits for the others enters a deep state: waking takes that latency, and its private caches "
         "may be empty afterwards",
         "Linux Documentation/admin-guide/pm/cpuidle.rst", tuning::idle_states},
        {"uncore_frequency", "frequency", "uncore frequency", files, setting, "lowest = highest",
         "the clock of the last-level cache and of the memory controllers follows the load, and with it the bandwidth",
         "Linux Documentation/admin-guide/pm/intel_uncore_frequency_scaling.rst", tuning::uncore_frequency},
        {"smt_sibling", "smt", "sibling load", command, load, "below 10 %, or no sibling",
         "a busy sibling shares the execution units and the private caches of the core",
         "Intel 64 and IA-32 Architectures Optimization Reference Manual, Hyper-Threading Technology",
         tuning::sibling_load},
        {"huge_pages", "memory", "transparent huge pages", files, setting, "madvise",
         "always: khugepaged copies pages of every process in the background; never: rows are on small pages, with "
         "more TLB misses",
         "Linux Documentation/admin-guide/mm/transhuge.rst", tuning::huge_pages},
        {"huge_page_defrag", "memory", "huge page defragmentation", files, setting, "not always",
         "a page fault of any process may stop until memory is compacted",
         "Linux Documentation/admin-guide/mm/transhuge.rst", tuning::huge_page_defrag},
        {"numa_balancing", "memory", "NUMA balancing", files, setting, "0, or one node",
         "the kernel unmaps pages to see who uses them, and moves them: page faults and copies within steps",
         "Linux Documentation/admin-guide/sysctl/kernel.rst", tuning::numa_balancing},
        {"page_merging", "memory", "page merging", files, setting, "0 or 2",
         "ksmd compares pages in the background: it takes CPU time and memory bandwidth",
         "Linux Documentation/admin-guide/mm/ksm.rst", tuning::page_merging},
        {"swap", "memory", "swap in use", command, setting, "none",
         "a page that was swapped out is read from a disk: milliseconds within one step", "swapon(8)", tuning::swap},
        {"swappiness", "memory", "swappiness", files, setting, "0, or no swap",
         "the kernel swaps out idle memory while file pages could be dropped instead",
         "Linux Documentation/admin-guide/sysctl/vm.rst", tuning::swappiness},
        {"irqbalance", "interrupts", "irqbalance", command, setting, "not running",
         "it moves interrupts to other CPUs every 10 s, also back to those they were moved away from", "irqbalance(1)",
         tuning::irqbalance},
        {"interrupts", "interrupts", "on the chosen CPUs", files, setting, "none",
         "a device interrupts the step: its handler takes time, evicts lines and counts as kernel instructions",
         "Linux Documentation/core-api/irq/irq-affinity.rst", tuning::interrupts},
        {"nmi_watchdog", "kernel", "NMI watchdog", files, setting, "0",
         "it uses one counter of the core PMU on every CPU, so that fewer events fit into a group",
         "Linux Documentation/admin-guide/sysctl/kernel.rst, lockup-watchdogs.rst", tuning::nmi_watchdog},
        {"timer_tick", "kernel", "timer tick", boot, setting, "off on the chosen CPUs",
         "100 to 1000 times a second the scheduler's tick interrupts each CPU for some microseconds",
         "Linux Documentation/timers/no_hz.rst", tuning::timer_tick},
        {"sample_rate", "kernel", "perf sample rate", none, setting, "any",
         "it limits sampling, not counting; the kernel lowers it when another profiler's samples take too long",
         "Linux Documentation/admin-guide/sysctl/kernel.rst", tuning::sample_rate},
        {"address_layout", "kernel", "ASLR", none, setting, "any",
         "it need not be switched off: all loops of a run share one arena, whose buffers begin on page boundaries",
         "Linux Documentation/admin-guide/sysctl/kernel.rst", tuning::address_layout},
        {"cpu_load", "load", "chosen CPUs", none, load, "below 10 %",
         "other work deschedules the worker, and evicts its lines", "sched(7)", tuning::chosen_load},
        {"load_average", "load", "average", none, load, "below 1, or below a quarter of the online CPUs",
         "other work shares the last-level cache and the memory bandwidth", "proc(5), /proc/loadavg",
         tuning::load_average},
    };
    return table;
}

namespace {

std::string echo(const std::string& value, const std::string& path) { return "echo " + value + " > /" + path; }

/// The commands follow from the files, where there are files to write.
void add_commands(TuningState& state) {
    for (const TuningFile& file : state.files) {
        if (file.found == file.quiet) continue;
        state.set.push_back(echo(file.quiet, file.path));
        // As tune-system does: the last one that was set is restored first.
        state.restore.insert(state.restore.begin(), echo(file.found, file.path));
    }
}

} // namespace

std::vector<TuningState> read_tuning(const SysRoot& root, const Machine& machine, std::vector<int> cpus,
                                     const LoadReading& load) {
    std::sort(cpus.begin(), cpus.end());
    const TuningView view{root, machine, cpus, load};
    std::vector<TuningState> states;
    for (const TuningItem& item : tuning_items()) {
        TuningState& state = states.emplace_back(item.read(view));
        state.item = &item;
        if (state.verdict != TuningVerdict::unknown && state.cannot.empty()) state.change = item.change;
        add_commands(state);
    }
    return states;
}

} // namespace bytebound
