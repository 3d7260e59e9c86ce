#include "counters/source_diagnosis.hpp"

namespace bytebound {

std::string_view name_of(Cause cause) {
    switch (cause) {
    case Cause::none: return "none";
    case Cause::not_probed: return "not-probed";
    case Cause::no_vpmu: return "no-vpmu";
    case Cause::vm_hides_uncore: return "vm-hides-uncore";
    case Cause::paranoid: return "paranoid";
    case Cause::seccomp: return "seccomp";
    case Cause::lockdown: return "lockdown";
    case Cause::security_module: return "security-module";
    case Cause::nmi_watchdog: return "nmi-watchdog";
    case Cause::counters_taken: return "counters-taken";
    case Cause::driver_missing: return "driver-missing";
    case Cause::kernel_too_old: return "kernel-too-old";
    case Cause::other_architecture: return "other-architecture";
    case Cause::masked_sysfs: return "masked-sysfs";
    case Cause::hybrid: return "hybrid";
    case Cause::no_perf_events: return "no-perf-events";
    case Cause::no_pmu: return "no-pmu";
    case Cause::counts_nothing: return "counts-nothing";
    case Cause::broken_files: return "broken-files";
    case Cause::no_hardware: return "no-hardware";
    case Cause::not_mounted: return "not-mounted";
    case Cause::not_root: return "not-root";
    case Cause::not_in_kernel: return "not-in-kernel";
    case Cause::not_built_in: return "not-built-in";
    case Cause::program_missing: return "program-missing";
    case Cause::geometry_unknown: return "geometry-unknown";
    case Cause::slow_clock: return "slow-clock";
    case Cause::failed: return "failed";
    }
    return "";
}

} // namespace bytebound
