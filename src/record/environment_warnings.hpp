#pragma once
// Warnings about the environment of a run.

#include <vector>

#include "record/run_record.hpp"

namespace bytebound {

/// Warnings about timing and traffic, each with the fact that caused it. Codes and thresholds:
///   governor_not_performance  any chosen CPU has another governor
///   turbo_on                  frequency boost is enabled
///   smt_sibling_busy          a sibling of a chosen CPU that is not chosen itself was busy 10 % or more
///   cpu_busy                  a chosen CPU was busy 10 % or more before the run began
///   steal_time                the hypervisor took 1 % or more from a chosen CPU
///   load_high                 load average of 1 minute at least 1 and at least a quarter of the online CPUs
///   numa_balancing_on         automatic NUMA balancing is on and there are several nodes
///   thp_never                 transparent huge pages are off
///   clock_slow                the clock source is read by a system call (hpet, acpi_pm, jiffies)
///   cpu_quota                 a cgroup throttles the CPU time
///   nmi_watchdog_on           it holds one counter of the core PMU
///   in_vm                     the machine is virtual
std::vector<Warning> environment_warnings(const std::vector<EnvironmentFact>& facts);

/// Warnings about what changed during the run:
///   setting_changed           a setting of the tuning table is not what it was before
///   smt_sibling_busy_during   a sibling of a chosen CPU was busy 10 % or more while steps were measured
std::vector<Warning> change_warnings(const std::vector<EnvironmentFact>& facts);

} // namespace bytebound
