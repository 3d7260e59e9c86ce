#include <algorithm>

#include "experiment/plan/plan_parts.hpp"
#include "machine/limit_checks.hpp"

namespace bytebound {
namespace {

/// Bytes of the largest file of the run. Rows as they are on usual machines: some 60 characters and those of numbers.
double largest_file(const RunPlan& plan) {
    constexpr double fixed = 60, per_event = 24, per_simulated = 8, simulated_columns = 16, run_record = 128 << 10;
    const RunOptions& o = plan.options;
    const double row = fixed + per_event * static_cast<double>(plan.counting.events.size());
    const double rows =
        static_cast<double>(plan.experiments.size() * o.loops.size()) * o.steps_per_k * least_repeats(plan);
    const double steps = rows * (row + (plan.counting.collectors.simulate ? per_simulated * simulated_columns : 0));
    const double workers = o.threads > 1 ? rows * o.threads * row : 0;
    return std::max({run_record, steps, workers});
}

} // namespace

Result<void> check_limits(const RunPlan& plan, const Limits& limits) {
    TRY(check_descriptors(0, {}, limits));
    TRY(check_threads(plan.options.threads, limits));
    return check_file_size(
        {"the largest file of the run", largest_file(plan), "give fewer steps, repeats or --threads"}, limits);
}

} // namespace bytebound
