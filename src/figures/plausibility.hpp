#pragma once
// What no machine can do: such a reading becomes a reason, never a number. Internal to report/.

#include <string>
#include <string_view>
#include <vector>

#include "figures/series.hpp"

namespace bytebound {

/// No core retires more instructions a cycle: the widest announced ones retire 8 to 12 (Apple M4: 10, Arm Cortex-X4:
/// 10, Intel Lion Cove: 12).
inline constexpr double most_instructions_per_cycle = 16;
/// Bytes per ns that no machine's memory gives: two sockets of 12 channels DDR5-8800 are 1.7, a socket with HBM2e 1.6.
inline constexpr double most_dram_gbps = 4000;

/// Empties counted instructions and cycles of one domain that make more instructions a cycle than that, with the
/// reason.
void withhold_impossible_ipc(std::vector<Series>& instructions, std::vector<Series>& cycles);
/// Empties counted DRAM bytes that come faster than that. Modelled bytes are no measurement and stay.
void withhold_impossible_traffic(std::vector<Series>& bytes, const Series& time_ns);
/// Why a ratio cannot be; empty when it can.
std::string impossible_ratio(std::string_view metric, double value);

} // namespace bytebound
