#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "doctor/rules.hpp"

namespace bytebound {
namespace {

std::vector<const PmuFacts*> core_pmus(const MachineFacts& facts) {
    std::vector<const PmuFacts*> cores;
    for (const PmuFacts& pmu : facts.pmus)
        if (pmu.kind == PmuKind::core) cores.push_back(&pmu);
    // On a hybrid machine, sorting by CPU puts x86's big cores first. Other machines have no `cpus` file.
    std::stable_sort(cores.begin(), cores.end(),
                     [](const PmuFacts* a, const PmuFacts* b) { return a->cpus < b->cpus; });
    return cores;
}

std::optional<ProbeTimes> times_of(const MachineFacts& facts, const char* kind) {
    if (!facts.probes) return std::nullopt;
    const auto found = facts.probes->find(kind);
    if (found == facts.probes->end()) return std::nullopt;
    return found->second.times;
}

/// "set vpmc.enable ... or use bare metal"
std::string vpmu_remedy(const MachineFacts& facts) {
    const std::string& own = facts.machine.virtualisation.pmu_remedy;
    return own.empty() ? "use bare metal" : own + " or use bare metal";
}

SourceDiagnosis no_vpmu(const MachineFacts& facts) {
    return unavailable(Cause::no_vpmu,
                       virtual_machine_phrase(facts) + " without a virtual PMU: no `cpu` device, hardware events " +
                           (facts.probes ? "answer ENOENT" : "were not tried"),
                       vpmu_remedy(facts));
}

SourceDiagnosis no_perf_events(const MachineFacts& facts) {
    if (of_other_architecture(facts))
        return unavailable(Cause::other_architecture,
                           "this " + facts.program.architecture + " program runs emulated on " +
                               facts.machine.cpu.architecture + ": no perf_event_open (ENOSYS)",
                           "use a bytebound built for " + facts.machine.cpu.architecture);
    return unavailable(Cause::no_perf_events, "this kernel or sandbox has no perf_event_open (ENOSYS)",
                       "use a kernel with CONFIG_PERF_EVENTS=y, outside gVisor");
}

SourceDiagnosis no_core_pmu(const MachineFacts& facts) {
    if (facts.machine.virtualisation.in_virtual_machine()) return no_vpmu(facts);
    if (facts.machine.cpu.architecture == "riscv64")
        return unavailable(Cause::no_pmu, "no core PMU: the firmware offers no SBI PMU extension",
                           "update the firmware (OpenSBI 1.0 or newer)");
    // On Arm no CPU flag tells a guest: a hypervisor that no DMI table gives away remains possible.
    const bool perhaps_guest = facts.machine.cpu.architecture == "aarch64";
    return unavailable(
        Cause::no_pmu,
        std::string("no core PMU: the kernel has no driver for this CPU") +
            (perhaps_guest ? ", firmware hides it, or this is a guest without a virtual PMU" : " or firmware hides it"),
        "sudo dmesg | grep -i 'performance events\\|pmu'");
}

/// "cpu_core on CPUs 0-15, cpu_atom on CPUs 16-23"
std::string hybrid_list(const std::vector<const PmuFacts*>& cores) {
    std::vector<std::string> parts;
    for (const PmuFacts* pmu : cores)
        parts.push_back(pmu->name + (pmu->cpus ? " on CPUs " + format_cpu_list(*pmu->cpus) : ""));
    return join(parts, ", ");
}

std::string remedy_for_hybrid(const std::vector<const PmuFacts*>& cores) {
    const auto& cpus = cores.front()->cpus;
    return "pin to one kind of core: --cpus " + (cpus ? format_cpu_list(*cpus) : std::string("LIST"));
}

SourceDiagnosis core_opens(const MachineFacts& facts) {
    const auto cycles = times_of(facts, "cycles");
    if (cycles && cycles->running_ns > 0 && cycles->count == 0)
        return unavailable(Cause::counts_nothing,
                           "cycles opens and runs but stays 0" +
                               (!facts.machine.virtualisation.in_virtual_machine()
                                    ? std::string()
                                    : ": the hypervisor does not emulate the counter"),
                           vpmu_remedy(facts));
    const auto cores = core_pmus(facts);
    std::string found = "cycles opens";
    const auto instructions = error_of(facts, "instructions");
    if (instructions == 0) found = "cycles and instructions open";
    if (instructions.value_or(0) != 0) found += ", instructions does not (" + errno_name(*instructions) + ")";
    if (facts.paranoid.value_or(0) >= 2 && !may_ignore_paranoid(facts))
        found += "; user mode only (perf_event_paranoid " + std::to_string(*facts.paranoid) + ")";
    const auto full = times_of(facts, "full-group");
    if (full && full->running_ns < full->enabled_ns) {
        if (facts.nmi_watchdog.value_or(0) != 0)
            return available(found + "; the NMI watchdog uses one counter", Cause::nmi_watchdog,
                             "sudo sysctl kernel.nmi_watchdog=0");
        return available(found + "; another program uses a counter", Cause::counters_taken,
                         "stop other profilers (perf, a monitoring agent)");
    }
    if (cores.size() > 1)
        return available(found + "; hybrid: " + hybrid_list(cores), Cause::hybrid, remedy_for_hybrid(cores));
    if (!facts.event_source)
        return available(found + "; event_source is masked: generic names only", Cause::masked_sysfs,
                         "docker run -v /sys:/sys:ro ...");
    return available(found);
}

SourceDiagnosis core_not_probed(const MachineFacts& facts) {
    const auto cores = core_pmus(facts);
    if (facts.proc_sys_kernel && !facts.paranoid) return no_perf_events(facts);
    if (of_other_architecture(facts))
        return undecided(Cause::other_architecture,
                         "not probed: recorded on " + facts.machine.cpu.architecture + ", this program is for " +
                             facts.program.architecture,
                         "run a bytebound built for " + facts.machine.cpu.architecture + " there");
    if (!facts.event_source && (facts.container || !facts.live)) return event_source_missing(facts);
    if (cores.empty()) return no_core_pmu(facts);
    return undecided(Cause::not_probed,
                     "not probed: " + cores.front()->name + " exists, but opening an event was not tried",
                     "run scripts/gather-machine with bytebound on that machine");
}

/// Hardware events that fail with an error other than a general refusal.
SourceDiagnosis core_fails(const MachineFacts& facts, int error) {
    const auto cores = core_pmus(facts);
    if (error == EACCES || error == EPERM) return refused_probe(facts, error, 1);
    if (cores.empty() && facts.machine.virtualisation.in_virtual_machine()) return no_vpmu(facts);
    if (!facts.event_source)
        return unavailable(Cause::masked_sysfs,
                           "sys/bus/event_source is empty and hardware events answer " + errno_name(error),
                           "docker run -v /sys:/sys:ro ...");
    if (cores.empty()) return no_core_pmu(facts);
    if (cores.size() > 1)
        return unavailable(Cause::hybrid,
                           "hybrid PMU refuses bare names (" + errno_name(error) + "): " + hybrid_list(cores),
                           remedy_for_hybrid(cores));
    return unavailable(Cause::failed, cores.front()->name + " is there but cycles answers " + errno_name(error),
                       "sudo dmesg | grep -i 'performance events\\|pmu'");
}

} // namespace

std::optional<int> error_of(const MachineFacts& facts, const char* kind) {
    if (!facts.probes) return std::nullopt;
    const auto found = facts.probes->find(kind);
    return found == facts.probes->end() ? std::nullopt : std::optional(found->second.error);
}

bool of_other_architecture(const MachineFacts& facts) {
    return !facts.machine.cpu.architecture.empty() && !facts.program.architecture.empty() &&
           facts.machine.cpu.architecture != facts.program.architecture;
}

SourceDiagnosis event_source_missing(const MachineFacts& facts) {
    if (facts.container)
        return unavailable(Cause::masked_sysfs, "the container masks sys/bus/event_source",
                           "docker run -v /sys:/sys:ro ...");
    if (!facts.live)
        return undecided(Cause::not_probed, "not recorded: sys/bus/event_source is not in this recording",
                         "run scripts/gather-machine with bytebound on that machine");
    return unavailable(Cause::masked_sysfs, "sys/bus/event_source is missing or empty",
                       "mount sysfs, on a kernel with CONFIG_PERF_EVENTS=y");
}

bool built_in(const MachineFacts& facts, std::string_view collector) {
    const auto& names = facts.program.built_in;
    return std::find(names.begin(), names.end(), collector) != names.end();
}

std::string virtual_machine_phrase(const MachineFacts& facts) {
    if (!facts.machine.virtualisation.in_virtual_machine() || facts.machine.virtualisation.hypervisor == "a hypervisor")
        return "virtual machine";
    return facts.machine.virtualisation.hypervisor + " virtual machine";
}

SourceDiagnosis refused_probe(const MachineFacts& facts, int error, int paranoid_needed) {
    SourceDiagnosis refused = diagnose_refusal(facts, error, {paranoid_needed, {}});
    refused.cause += " (" + errno_name(error) + ")";
    return refused;
}

SourceDiagnosis diagnose_core(const MachineFacts& facts) {
    const auto cycles = error_of(facts, "cycles");
    const auto software = error_of(facts, "task-clock");
    if (!cycles) return core_not_probed(facts);
    if (*cycles == 0) return core_opens(facts);
    if (*cycles == ENOSYS) return no_perf_events(facts);
    // Software events need no hardware, so whatever refuses them refuses all events.
    if (software.value_or(0) == EPERM || software.value_or(0) == EACCES) return refused_probe(facts, *software, 1);
    return core_fails(facts, *cycles);
}

} // namespace bytebound
