#pragma once
// Readings that no machine can produce become reasons instead of numbers. Internal to figures/.

#include <string>
#include <string_view>
#include <vector>

#include "figures/series.hpp"

namespace bytebound {

/// Instructions per cycle that no core can retire: the widest announced ones retire 8 to 12 (Apple M4: 10, Arm
/// Cortex-X4: 10, Intel Lion Cove: 12).
inline constexpr double most_instructions_per_cycle = 16;
/// Bytes per ns beyond any machine's memory: two sockets with 12 channels of DDR5-8800 are at 1.7, a socket with HBM2e
/// at 1.6.
inline constexpr double most_dram_gbps = 4000;

/// Removes counted instructions and cycles of one domain whose ratio exceeds that limit, with the reason.
void withhold_impossible_ipc(std::vector<Series>& instructions, std::vector<Series>& cycles);
/// Removes counted DRAM bytes whose rate exceeds that limit. Modelled bytes are not measurements and are kept.
void withhold_impossible_traffic(std::vector<Series>& bytes, const Series& time_ns);
/// Why a ratio is impossible; empty if it is possible.
std::string impossible_ratio(std::string_view metric, double value);

} // namespace bytebound
