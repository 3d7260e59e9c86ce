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
/// Why DRAM bytes of this tier are no bandwidth of this host's memory; empty when they are, or were counted. A model of
/// another cache moves other bytes than the cache below which the time was taken.
std::string why_not_of_this_memory(const RunRecord& run, Tier bytes);

} // namespace bytebound
