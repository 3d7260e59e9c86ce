#pragma once
// Readings of shared counters while the loop is idle: around every phase, and once before the run.

#include <chrono>
#include <vector>

#include "experiment/counting/counting.hpp"
#include "stats/background.hpp"

namespace bytebound {

inline constexpr std::uint32_t idle_windows = 5; ///< on each side of a phase
inline constexpr std::chrono::milliseconds idle_window{1};

/// Reads the counters at the edges of `windows` idle windows: (windows + 1) times counters.size() values. False if a
/// read failed; see counters.last_error().
bool watch_idle(OpenCounters& counters, std::uint32_t windows, std::vector<CounterValue>& edges);

/// Bytes per window, summed over the socket-wide events of `pass` that feed DRAM metrics.
std::vector<IdleWindow> idle_traffic(const Counting& counting, int pass, std::span<const CounterValue> edges);

} // namespace bytebound
