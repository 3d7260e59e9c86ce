#pragma once
// What the simulator replays of a plan: how many segments of each (loop, k), and in which arena.

#include "experiment/plan/plan.hpp"

namespace bytebound {

/// At least so many segments of every (loop, k) are simulated, if so many are timed.
inline constexpr std::uint32_t least_segments = 6;
/// Line references, and visits of the cache's own lines, that the segments of one (loop, k) may have beyond
/// least_segments: 10 to 15 seconds of one CPU.
inline constexpr double most_lines = 2e9;

/// Estimated number of lines that the steps of one segment touch, including reads of the slab between them.
double replayed_lines(const RunPlan& plan, const Experiment& experiment, LoopKind loop);
/// n: segments 0 ... n-1 of the timed ones are simulated, of those that are timed in any case. Depends only on this
/// (loop, k) and the cache, so that other ks of the run do not change its figures.
std::uint32_t simulated_segments(const RunPlan& plan, const Experiment& experiment, LoopKind loop);
/// The arena that provides the addresses of a replay. Depends only on this (loop, k), unlike the arena of the timed
/// loops, which has room for every k.
WorkspaceSpec replay_workspace(const RunPlan& plan, const Experiment& experiment, LoopKind loop);

} // namespace bytebound
