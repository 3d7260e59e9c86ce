#pragma once
// Whether a source of figures works, why not, and what to do. Shared by doctor, planning and the collectors.

#include <string>
#include <string_view>
#include <utility>

namespace bytebound {

enum class SourceState {
    available,
    unavailable,
    not_probed, ///< the files do not decide it and no probe was made
};

/// The cause that doctor reports for a source; none if it simply works.
enum class Cause {
    none,
    not_probed,
    no_vpmu,            ///< virtual machine without a virtual PMU
    vm_hides_uncore,    ///< virtual machine without socket-wide counters
    paranoid,           ///< perf_event_paranoid and no CAP_PERFMON
    seccomp,            ///< a seccomp filter answers EPERM
    lockdown,           ///< kernel lockdown
    security_module,    ///< refused, but not explained by paranoid level, filter or lockdown
    nmi_watchdog,       ///< occupies one counter
    counters_taken,     ///< other users occupy counters
    driver_missing,     ///< the CPU has the hardware, but no module drives it
    kernel_too_old,     ///< the kernel's driver does not support this CPU
    other_architecture, ///< recorded on another architecture, or this program runs under emulation
    masked_sysfs,       ///< no event_source directory
    hybrid,             ///< two kinds of cores, one PMU each
    no_perf_events,     ///< ENOSYS
    no_pmu,             ///< no core PMU on bare metal
    counts_nothing,     ///< opens and runs, but stays 0
    broken_files,       ///< sysfs files are malformed
    no_hardware,        ///< this CPU has no such hardware
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
    std::string cause;  ///< one sentence; for an available source, what was found
    std::string remedy; ///< one command or action; empty if not needed
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
