#pragma once
// The load of the CPUs, from two reads of proc/stat.

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// From this share on, other work on a chosen CPU or on a sibling disturbs a measurement.
inline constexpr double busy_percent_limit = 10;
/// Load average of 1 minute: at least 1, and at least a quarter of the online CPUs.
bool load_is_high(double average, std::size_t online_cpus);

/// One CPU's time between two reads of proc/stat, in percent. CPUs without a tick in between are absent.
struct CpuLoad {
    double busy = 0;  ///< neither idle nor waiting for I/O; includes steal
    double steal = 0; ///< taken by the hypervisor
    bool operator==(const CpuLoad&) const = default;
};
using CpuLoads = std::map<int, CpuLoad>;
CpuLoads cpu_load(std::string_view stat_before, std::string_view stat_after);

struct LoadReading {
    CpuLoads cpus;
    std::string reason; ///< why a CPU is absent
};
/// On the running machine the call sleeps for `window` between two reads (clock ticks are 10 ms: 200 ms resolves 5 %).
/// A recorded tree has only one.
LoadReading read_load(const SysRoot& root, std::chrono::milliseconds window);
/// The load since an earlier read of proc/stat; empty: it could not be read.
LoadReading load_since(const SysRoot& root, const std::string& stat_before);

/// The largest value of `of` among the CPUs, as "12.5 % (CPU 3)"; empty if none is known.
std::string busiest_text(const CpuLoads& loads, const std::vector<int>& cpus, double CpuLoad::*of);
/// That value alone.
std::optional<double> busiest(const CpuLoads& loads, const std::vector<int>& cpus, double CpuLoad::*of);

/// The SMT siblings of the CPUs that are not among them.
std::vector<int> other_siblings(const Machine& machine, const std::vector<int>& cpus);

} // namespace bytebound
