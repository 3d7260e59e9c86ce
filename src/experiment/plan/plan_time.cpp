#include <fmt/format.h>

#include <algorithm>

#include "experiment/plan/plan_parts.hpp"
#include "experiment/plan/plan_replay.hpp"

namespace bytebound {
namespace {

// Rather slow rates, so that the estimate is rather too long: most copies find rows in a cache, and the simulator's
// rates are below those of docs/measurements.md.
constexpr double copied_bytes_per_s = 10e9;
constexpr double simulated_lines_per_s = 1.5e8, simulated_lines_per_s_of_levels = 1.5e7;
/// A phase also generates its trace and replays its figures.
constexpr double phase_overhead_s = 0.005;

/// Bytes that one step of a loop moves, its masks included.
double step_bytes(const RunPlan& plan, const Experiment& e, LoopKind kind) {
    const double line_bytes = plan.cache.geometry.line_bytes;
    return replayed_lines(plan, e, kind) / static_cast<double>(e.trace.steps()) * line_bytes;
}

double phase_s(const RunPlan& plan, const Experiment& e, LoopKind kind) {
    const double evicted = plan.options.between == Between::evict ? static_cast<double>(plan.sweep_bytes) : 0;
    const double steps = static_cast<double>(e.trace.steps()) * (step_bytes(plan, e, kind) + evicted);
    return phase_overhead_s + (static_cast<double>(plan.sweep_bytes) + steps) / copied_bytes_per_s;
}

std::string seconds_text(double seconds) {
    if (seconds < 90) return fmt::format("{:.0f} s", std::max(seconds, 1.0));
    if (seconds < 2 * 3600) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

} // namespace

PlannedTime planned_time(const RunPlan& plan, std::size_t cpus) {
    const RunOptions& o = plan.options;
    PlannedTime time;
    double lines = 0, repeat_s = 0;
    for (const Experiment& e : plan.experiments)
        for (const LoopKind loop : o.loops) {
            lines += simulated_segments(plan, e, loop) * replayed_lines(plan, e, loop);
            repeat_s += phase_s(plan, e, loop);
        }
    const double threads =
        static_cast<double>(std::clamp<std::size_t>(cpus, 1, std::max<std::size_t>(plan.simulation_threads, 1)));
    const double lines_per_s = plan.hierarchy ? simulated_lines_per_s_of_levels : simulated_lines_per_s;
    if (plan.counting.collectors.simulate) time.simulating_s = lines / lines_per_s / threads;
    time.measuring_s = least_repeats(plan) * repeat_s;
    if (!o.repeats && o.max_seconds > time.measuring_s) {
        time.measuring_s = o.max_seconds;
        time.at_most = true;
    }
    return time;
}

std::string describe(const PlannedTime& time) {
    const std::string simulating =
        time.simulating_s > 0 ? seconds_text(time.simulating_s) + " to simulate, " : std::string();
    return fmt::format("about {}: {}{}{} to measure", seconds_text(time.total_s()), simulating,
                       time.at_most ? "at most " : "", seconds_text(time.measuring_s));
}

} // namespace bytebound
