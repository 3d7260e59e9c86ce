#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "counters/registry.hpp"
#include "doctor/rules.hpp"
#include "machine/placement.hpp"

namespace bytebound {
namespace {

std::vector<const PmuFacts*> controllers(const MachineFacts& facts) {
    std::vector<const PmuFacts*> found;
    for (const PmuFacts& pmu : facts.pmus)
        if (pmu.kind == PmuKind::memory_controller) found.push_back(&pmu);
    return found;
}

bool has_module(const MachineFacts& facts, std::string module) {
    // Module names have underscores in the kernel, but may have dashes below sys/module.
    std::string dashed = module;
    std::replace(dashed.begin(), dashed.end(), '_', '-');
    return std::any_of(facts.modules.begin(), facts.modules.end(),
                       [&](const std::string& loaded) { return loaded == module || loaded == dashed; });
}

/// "Linux 6.7", for a driver with a known first version.
std::string linux_since(const MemoryControllerDriver& driver) {
    return "Linux " + std::to_string(driver.since->first) + "." + std::to_string(driver.since->second);
}

/// The first PMU of a socket or die that no table contains, which may be a memory controller; null: none.
const PmuFacts* unrecognised_uncore(const MachineFacts& facts) {
    const auto found = std::find_if(facts.pmus.begin(), facts.pmus.end(), [](const PmuFacts& pmu) {
        return pmu.kind == PmuKind::unrecognised && pmu.cpumask;
    });
    return found == facts.pmus.end() ? nullptr : &*found;
}

/// Whether the driver was chosen by the part number of an Arm core alone: vendors build the same core around memory
/// controllers of their own.
bool chosen_by_core(const MachineFacts& facts, const MemoryControllerDriver& driver) {
    return driver.acpi.empty() && driver.board.empty() && facts.machine.cpu.implementer;
}

SourceDiagnosis controllers_missing(const MachineFacts& facts) {
    if (facts.proc_sys_kernel && !facts.paranoid)
        return unavailable(Cause::no_perf_events, "this kernel or sandbox has no perf_event_open",
                           "use a kernel with CONFIG_PERF_EVENTS=y, outside gVisor");
    if (facts.machine.virtualisation.in_virtual_machine())
        return unavailable(Cause::vm_hides_uncore,
                           virtual_machine_phrase(facts) + ": socket-wide counters are visible to the host only",
                           "use bare metal; here --collector sim models the bytes");
    if (!facts.event_source) return event_source_missing(facts);
    const auto& driver = facts.knowledge.driver;
    if (!driver)
        return unavailable(Cause::no_hardware, "no memory-controller PMU is known for this CPU",
                           "--collector sim models the bytes");
    const PmuFacts* const unknown = unrecognised_uncore(facts);
    if (unknown != nullptr && chosen_by_core(facts, *driver))
        return unavailable(Cause::no_hardware,
                           "no memory-controller PMU is known here; the unrecognised " + unknown->name + " may be one",
                           "write a preset for it (docs/presets.md), or use --collector sim, which models the bytes");
    if (driver->since && facts.machine.kernel.before(driver->since->first, driver->since->second))
        return unavailable(Cause::kernel_too_old,
                           "Linux " + facts.machine.kernel.text + " has no " + driver->device + " for this CPU",
                           "use " + linux_since(*driver) + " or newer");
    if (has_module(facts, driver->module))
        return unavailable(Cause::kernel_too_old,
                           driver->module + " is loaded but found no " + driver->device +
                               ": unknown CPU or hidden by firmware",
                           "use a newer kernel, or look for PMU or uncore settings in the firmware");
    return unavailable(Cause::driver_missing,
                       "no " + driver->device + " device: the driver " + driver->module + " is not loaded",
                       (facts.container ? "on the host: sudo modprobe " : "sudo modprobe ") + driver->module);
}

/// "uncore_imc_0 and 7 more, counted on CPUs 0,28"
std::string controllers_found(const std::vector<const PmuFacts*>& found) {
    std::string text = found.front()->name;
    if (found.size() > 1) text += " and " + std::to_string(found.size() - 1) + " more";
    if (found.front()->cpumask) text += ", counted on CPU " + format_cpu_list(*found.front()->cpumask);
    return text;
}

} // namespace

SourceDiagnosis diagnose_memory_controller(const MachineFacts& facts) {
    const auto found = controllers(facts);
    if (found.empty()) return controllers_missing(facts);
    const auto broken = std::find_if(found.begin(), found.end(), [](const PmuFacts* pmu) {
        return !pmu->type || (pmu->cpumask && pmu->cpumask->empty()) || !pmu->faults.empty();
    });
    if (broken != found.end())
        return unavailable(Cause::broken_files, (*broken)->faults.empty() ? (*broken)->name : (*broken)->faults.front(),
                           facts.machine.offline.empty()
                               ? "report it to the kernel's maintainers; use --collector sim meanwhile"
                               : "bring the package's CPUs online: sudo chcpu -e " +
                                     format_cpu_list(facts.machine.offline));
    if (!facts.knowledge.uncounted.empty())
        return unavailable(Cause::no_hardware, found.front()->name + " is here, but " + facts.knowledge.uncounted,
                           facts.knowledge.uncounted_remedy);
    const auto device = error_of(facts, "memory-controller");
    const auto permission = error_of(facts, "system-wide");
    if (!device && !permission) {
        if (of_other_architecture(facts))
            return undecided(Cause::other_architecture,
                             "not probed: " + controllers_found(found) + "; recorded on " +
                                 facts.machine.cpu.architecture,
                             "run a bytebound built for " + facts.machine.cpu.architecture + " there");
        return undecided(Cause::not_probed, "not probed: " + controllers_found(found),
                         "run scripts/gather-machine with bytebound on that machine");
    }
    if (device != 0) {
        // The kernel checks permission only after the PMU has accepted the event. A PMU that rejects the probe's config
        // 0 (EINVAL) therefore gives no information about permission, but the software event does.
        for (const auto& error : {permission, device})
            if (error == EACCES || error == EPERM) return refused_probe(facts, *error, 0);
        if (device && *device != EINVAL)
            return unavailable(Cause::failed, found.front()->name + " answers " + errno_name(*device),
                               "sudo dmesg | grep -i 'uncore\\|pmu'");
    }
    std::string text = controllers_found(found);
    const auto& driver = facts.knowledge.driver;
    if (driver && driver->since && driver->device == "amd_umc" && found.front()->name == "amd_df" && found.size() == 1)
        return available(text + "; no amd_umc (Linux " + facts.machine.kernel.text + "): data-fabric beats instead",
                         Cause::kernel_too_old, "use " + linux_since(*driver) + " or newer");
    return available(text);
}

SourceDiagnosis diagnose_resctrl(const MachineFacts& facts) {
    const auto& resctrl = facts.resctrl;
    const CpuIdentity& cpu = facts.machine.cpu;
    if (!cpu.mbm_total && cpu.architecture.empty() && !resctrl.mbm_total)
        return facts.live ? undecided(Cause::not_probed, "not known: proc/cpuinfo does not show the CPU's features",
                                      "mount proc")
                          : undecided(Cause::not_probed, "not recorded: proc/cpuinfo shows no CPU features",
                                      "run scripts/gather-machine with bytebound on that machine");
    // Arm's MPAM and others have no flag in cpuinfo: only a mounted resctrl says what it monitors.
    if (!cpu.mbm_total && !resctrl.mbm_total)
        return undecided(Cause::not_probed,
                         "not known: only a mounted resctrl says what this " + cpu.architecture + " CPU monitors",
                         facts.live ? "sudo mount -t resctrl resctrl /sys/fs/resctrl, if this kernel has it"
                                    : "run bytebound doctor on that machine");
    if (!cpu.mbm_total.value_or(false) && !resctrl.mbm_total)
        return unavailable(Cause::no_hardware,
                           !facts.machine.virtualisation.in_virtual_machine()
                               ? "this CPU has no bandwidth monitoring (cqm_mbm_total)"
                               : virtual_machine_phrase(facts) + ": the CPU shows no bandwidth monitoring",
                           "--collector sim models the bytes");
    if (!resctrl.in_kernel && !resctrl.mounted)
        return unavailable(Cause::not_in_kernel, "this kernel has no resctrl",
                           "use a kernel with CONFIG_X86_CPU_RESCTRL=y");
    if (!built_in(facts, collector_name::resctrl)) // before causes with a remedy: mounting resctrl would not help
        return unavailable(Cause::not_built_in, "the machine supports it, but this build has no resctrl collector",
                           "use --collector perf or sim");
    if (!resctrl.mounted)
        return unavailable(Cause::not_mounted, "resctrl is not mounted",
                           "sudo mount -t resctrl resctrl /sys/fs/resctrl");
    if (!resctrl.mbm_total)
        return unavailable(Cause::not_in_kernel,
                           "resctrl is mounted without mbm_total_bytes (info/L3_MON/mon_features)",
                           "boot without rdt=!mbmtotal");
    if (facts.effective_uid.value_or(0) != 0)
        return unavailable(Cause::not_root, "monitoring groups in sys/fs/resctrl belong to root", "run as root");
    return available("mbm_total_bytes, mounted at /sys/fs/resctrl");
}

std::vector<std::string> resctrl_errata(const MachineFacts& facts) {
    std::vector<std::string> notes = facts.knowledge.resctrl_errata;
    if (facts.machine.cpu.vendor == "GenuineIntel" && has_sub_numa_clusters(facts.machine) &&
        !facts.resctrl.knows_clusters)
        notes.emplace_back("sub-NUMA clustering is on, which resctrl supports only since Linux 6.11: bytes of some "
                           "nodes may be missing");
    return notes;
}

SourceDiagnosis diagnose_papi(const MachineFacts& facts) {
    if (!built_in(facts, collector_name::papi))
        return unavailable(Cause::not_built_in, "this build has no PAPI collector",
                           "use --collector perf: it reads the same kernel counters");
    // PAPI counts through perf_event, so it can do what the core PMU can, if its tables contain this CPU.
    SourceDiagnosis core = diagnose_core(facts);
    if (core.state != SourceState::available) return core;
    if (!facts.program.papi_refusal.empty())
        return unavailable(Cause::no_hardware, facts.program.papi_refusal,
                           "use --collector perf: it reads the same kernel counters");
    return available("built in, on top of perf_event");
}

SourceDiagnosis diagnose_valgrind(const MachineFacts& facts) {
    if (!built_in(facts, collector_name::callgrind))
        return unavailable(Cause::not_built_in,
                           facts.program.valgrind.value_or(false)
                               ? "valgrind is installed, but this build has no callgrind collector"
                               : "this build has no callgrind collector",
                           "use --collector sim");
    if (!facts.program.valgrind)
        return undecided(Cause::not_probed, "not probed: programs of a recorded machine are unknown",
                         "run bytebound doctor there");
    if (!*facts.program.valgrind)
        return unavailable(Cause::program_missing, "no valgrind on PATH", "sudo apt-get install valgrind");
    return available("valgrind is on PATH: --collector callgrind emulates the loops, some 20 to 60 times slower");
}

SourceDiagnosis diagnose_simulation(const MachineFacts& facts) {
    // Of the CPU that a run would choose: it need not be the first, nor have the first one's cache.
    const auto& online = facts.machine.online;
    const auto chosen = resolve_placement(facts.machine, "auto", "local", 1);
    const int cpu = chosen ? chosen->cpus.front() : online.empty() ? 0 : online.front();
    const auto caches = facts.machine.last_level_caches({cpu});
    if (caches.empty())
        return available("the last-level cache is unknown here (no sysfs cache files)", Cause::geometry_unknown,
                         "give it: --llc SIZE:WAYS");
    const CacheInfo& llc = caches.front();
    std::string text = "L" + std::to_string(llc.level) + " of " + format_size(static_cast<double>(*llc.size_bytes));
    if (!llc.ways) return available(text + ", ways unknown", Cause::geometry_unknown, "give it: --llc SIZE:WAYS");
    return available(text + ", " + std::to_string(*llc.ways) + " ways");
}

SourceDiagnosis diagnose_clock(const MachineFacts& facts) {
    const auto& source = facts.clocksource;
    if (source.empty()) return available("clock source unknown");
    // The kernel reads these clocks through a port or MMIO, in about a microsecond; the others are read in user space.
    if (source == "hpet" || source == "acpi_pm" || source == "jiffies" || source == "refined-jiffies")
        return available("clock source " + source + ": slow to read, so short steps are imprecise", Cause::slow_clock,
                         "sudo dmesg | grep -i 'clocksource\\|tsc' says why tsc was dropped");
    return available("clock source " + source);
}

} // namespace bytebound
