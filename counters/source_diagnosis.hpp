#pragma once
// Whether a source of figures works, why not, and what to do: the value that doctor, planning and the collectors share.

#include <string>
#include <string_view>
#include <utility>

namespace bytebound {

enum class SourceState {
    available,
    unavailable,
    not_probed, ///< the files do not decide it and nobody tried
};

/// The one cause that doctor names for a source; none when it simply works.
enum class Cause {
    none,
    not_probed,
    no_vpmu,            ///< virtual machine without a PMU of its own
    vm_hides_uncore,    ///< virtual machine without socket-wide counters
    paranoid,           ///< perf_event_paranoid and no CAP_PERFMON
    seccomp,            ///< a seccomp filter answers EPERM
    lockdown,           ///< kernel lockdown
    security_module,    ///< refused although neither level, filter nor lockdown explains it
    nmi_watchdog,       ///< one counter is taken
    counters_taken,     ///< counters are taken by someone else
    driver_missing,     ///< the CPU has the hardware, no module drives it
    kernel_too_old,     ///< the kernel's driver does not know this CPU
    other_architecture, ///< recorded elsewhere, or this program runs under emulation
    masked_sysfs,       ///< no event_source directory
    hybrid,             ///< two kinds of cores, one PMU each
    no_perf_events,     ///< ENOSYS
    no_pmu,             ///< no core PMU on bare metal
    counts_nothing,     ///< opens, runs, stays 0
    broken_files,       ///< sysfs files make no sense
    no_hardware,        ///< this CPU has nothing of the kind
    not_mounted,        ///< resctrl
    not_root,           ///< resctrl
    not_in_kernel,      ///< resctrl
    not_built_in,       ///< this build lacks the collector
    program_missing,    ///< valgrind
    geometry_unknown,   ///< no cache sizes to simulate
    slow_clock,         ///< hpet, acpi_pm, ...
    failed,             ///< an errno that no rule explains
};
std::string_view name_of(Cause cause); ///< "no-vpmu": stable, for scripts

/// One line of doctor.
struct SourceDiagnosis {
    std::string source; ///< "core PMU"
    SourceState state = SourceState::unavailable;
    Cause kind = Cause::none;
    std::string cause;  ///< one sentence; for an available source what was found
    std::string remedy; ///< one command or act; empty when nothing needs doing
};

inline SourceDiagnosis available(std::string found, Cause kind = Cause::none, std::string remedy = {}) {
    return {{}, SourceState::available, kind, std::move(found), std::move(remedy)};
}
inline SourceDiagnosis unavailable(Cause kind, std::string cause, std::string remedy) {
    return {{}, SourceState::unavailable, kind, std::move(cause), std::move(remedy)};
}
inline SourceDiagnosis undecided(Cause kind, std::string cause, std::string remedy) {
    return {{}, SourceState::not_probed, kind, std::move(cause), std::move(remedy)};
}

} // namespace bytebound
