#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "experiment/plan/plan_parts.hpp"

namespace bytebound {
namespace {

Failure beyond(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::not_possible, "plan", std::move(object), std::move(cause), std::move(remedy)});
}

Result<void> check_threads(std::uint64_t workers, const Limits& limits) {
    const std::string needed = fmt::format("{} workers need {} more threads", workers, workers - 1);
    if (limits.tasks_left.value && *limits.tasks_left.value < workers - 1)
        return beyond("threads", fmt::format("{}, and the pids cgroup allows {}", needed, *limits.tasks_left.value),
                      "raise its limit, or give fewer --threads");
    if (limits.user_tasks && *limits.user_tasks < workers)
        return beyond(
            "threads",
            fmt::format("{}, and ulimit -u allows {} for all processes of this user", needed, *limits.user_tasks),
            "raise ulimit -u, or give fewer --threads");
    return {};
}

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
    TRY(check_threads(plan.options.threads, limits));
    const double bytes = largest_file(plan);
    if (!limits.file_bytes || bytes <= static_cast<double>(*limits.file_bytes)) return {};
    return beyond("files",
                  fmt::format("the largest file of the run has about {}, and ulimit -f allows {}", format_size(bytes),
                              format_size(static_cast<double>(*limits.file_bytes))),
                  "raise ulimit -f, or give fewer steps, repeats or --threads");
}

} // namespace bytebound
