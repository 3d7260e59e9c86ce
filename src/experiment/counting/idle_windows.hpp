#pragma once
// The machine with the loop idle, as the shared counters see it: around every phase, and once before the run.

#include <chrono>
#include <vector>

#include "experiment/counting/counting.hpp"
#include "stats/background.hpp"

namespace bytebound {

inline constexpr std::uint32_t idle_windows = 5; ///< on either side of a phase
inline constexpr std::chrono::milliseconds idle_window{1};

/// Readings at the edges of `windows` idle windows, (windows + 1) times counters.size() values. False for a read that
/// failed: counters.last_error() then says more.
bool watch_idle(OpenCounters& counters, std::uint32_t windows, std::vector<CounterValue>& edges);

/// The socket-wide events of `pass` that fill DRAM metrics, together, in bytes per window.
std::vector<IdleWindow> idle_traffic(const Counting& counting, int pass, std::span<const CounterValue> edges);

} // namespace bytebound
