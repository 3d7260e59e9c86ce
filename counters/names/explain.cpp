#include "counters/names/explain.hpp"

#include <linux/perf_event.h>

#include <cerrno>
#include <cstring>

#include "counters/cpuinfo.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/permission.hpp"

namespace bytebound {
namespace {

/// The highest perf_event_paranoid at which an unprivileged process may open the event (Documentation/admin-guide/
/// sysctl/kernel.rst; Debian and Ubuntu add levels 3 and 4 that refuse everything).
int paranoid_level_needed(const Event& event) {
    if (event.scope == Scope::cpu) return 0;
    return event.domain == Domain::user ? 2 : 1;
}

std::string_view what_needs_it(const Event& event) {
    if (event.scope == Scope::cpu) return "counting a whole CPU";
    switch (event.domain) {
    case Domain::user: return "counting user code";
    case Domain::kernel:
    case Domain::user_and_kernel: return "counting kernel code";
    case Domain::unrestricted: break;
    }
    return "an event that cannot exclude the kernel";
}

Diagnosis explain_refused(const Event& event, int error, const SysRoot& root) {
    SourceDiagnosis why =
        diagnose_refusal(gather_permissions(root), error, {paranoid_level_needed(event), what_needs_it(event)});
    return {std::move(why.cause), std::move(why.remedy)};
}

Diagnosis explain_unknown_event(const Event& event, const SysRoot& root) {
    const bool on_core =
        event.type == PERF_TYPE_HARDWARE || event.type == PERF_TYPE_HW_CACHE || event.type == PERF_TYPE_RAW;
    const int cpu = event.cpus.empty() ? 0 : event.cpus.front();
    if (on_core && !core_pmu_of(root, cpu)) return explain_no_core_pmu(root, cpu);
    return {"PMU " + event.pmu + " does not have this event", "choose another: bytebound events list"};
}

/// CPUID's hypervisor bit on x86, or sys/hypervisor.
bool runs_under_hypervisor(const SysRoot& root) {
    return root.exists("sys/hypervisor/type") || read_cpuinfo(root).flag("hypervisor").value_or(false);
}

/// The watchdog occupies one counter of the core PMU.
bool nmi_watchdog_enabled(const SysRoot& root) {
    const auto text = root.read("proc/sys/kernel/nmi_watchdog");
    return text && *text == "1";
}

} // namespace

Diagnosis explain_no_core_pmu(const SysRoot& root, int cpu) {
    const auto names = pmu_names(root);
    if (names.empty()) {
        return {"no core PMU: sys/bus/event_source/devices is missing or empty (masked sysfs of a container, or a "
                "kernel without perf_event)",
                "run on the host, or mount sysfs in the container", true};
    }
    for (const std::string& name : names) {
        if (!is_core_pmu(root, name)) continue;
        std::string broken;
        core_pmu_of(root, cpu, &broken);
        if (!broken.empty()) return {"the core PMU is unusable: " + broken, "see dmesg for its driver"};
        return {"no core PMU serves CPU " + std::to_string(cpu), "pin to a CPU of " + name};
    }
    if (runs_under_hypervisor(root)) {
        return {"no core PMU: the hypervisor gives this virtual machine no vPMU",
                "use bare metal or an instance type with a vPMU; bytes come from --collector sim meanwhile", true};
    }
    return {"no core PMU: the kernel has no PMU driver for this CPU",
            "use a newer kernel, or load the CPU's PMU driver; bytes come from --collector sim meanwhile", true};
}

Diagnosis explain_open_failure(const Event& event, int error, const SysRoot& root) {
    switch (error) {
    case ENOENT: return explain_unknown_event(event, root);
    case EACCES:
    case EPERM: return explain_refused(event, error, root);
    case EINVAL:
        return {"PMU " + event.pmu + " refuses this event, domain or group",
                "check its terms (bytebound events resolve) and remove modifiers"};
    case EOPNOTSUPP: return {"PMU " + event.pmu + " cannot count this event in this way", "leave out modifiers"};
    case ENODEV:
    case ENXIO:
        return {"PMU " + event.pmu + " is not present on this CPU, or the CPU is offline",
                "pin to a CPU that it serves (--cpus)"};
    case EBUSY:
        return {"another program is using PMU " + event.pmu + " exclusively",
                "stop other profilers (perf, LIKWID, vendor tools)"};
    case EMFILE: return {"the process has no file descriptors left", "raise the limit: ulimit -n 4096"};
    case ENFILE: return {"the system has no file descriptors left", "raise sysctl fs.file-max"};
    case ENOMEM: return {"the kernel has no memory left for another event", "count fewer events"};
    case ENOSPC:
        return {"no debug register is free (x86 has 4 for all breakpoints of a thread)",
                "watch fewer addresses, or stop the debugger that uses them"};
    case ENOSYS:
        return {"the kernel has no perf_event_open, or a filter hides it", "use a kernel with CONFIG_PERF_EVENTS"};
    case E2BIG: return {"the kernel is older than this build's perf_event_attr", "use a newer kernel"};
    default: return {std::string("perf_event_open failed: ") + std::strerror(error), "see dmesg"};
    }
}

Diagnosis explain_not_running(const Event& event, bool never_ran, const SysRoot& root) {
    const std::string how = never_ran ? "opens but is never given a counter" : "has a counter only part of the time";
    if (event.pmu != "msr" && nmi_watchdog_enabled(root)) {
        return {"it " + how + ": the NMI watchdog uses one of PMU " + event.pmu,
                "sudo sysctl kernel.nmi_watchdog=0, or --allow-multiplex"};
    }
    return {"it " + how + ": other programs use the counters of PMU " + event.pmu,
            "stop other profilers and watchdogs, or --allow-multiplex"};
}

} // namespace bytebound
