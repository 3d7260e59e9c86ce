#include <algorithm>
#include <string>
#include <utility>

#include "workload/trace.hpp"

namespace bytebound {

namespace {
Failure does_not_fit(const ChangeSpec& spec, std::uint32_t step, std::uint32_t active) {
    const auto text = [](std::uint32_t value) { return std::to_string(value); };
    const std::string change = "--add " + text(spec.added) + " --remove " + text(spec.removed);
    return fail({ExitCode::usage, "plan", change,
                 "step " + text(step) + " starts with " + text(active) + " of " + text(spec.pool_rows) +
                     " rows active: neither this change nor its exchange fits",
                 "keep one of the two within the " + text(active) + " active rows and the other within the " +
                     text(spec.pool_rows - active) + " inactive ones",
                 0});
}
} // namespace

Result<std::vector<StepChange>> plan_changes(const ChangeSpec& spec, std::uint32_t steps) {
    if (spec.active_rows > spec.pool_rows) {
        return fail({ExitCode::usage, "plan", "--m " + std::to_string(spec.active_rows),
                     "more active rows than the pool's N = " + std::to_string(spec.pool_rows),
                     "choose m between 0 and N", 0});
    }
    std::vector<StepChange> changes;
    changes.reserve(steps);
    StepChange next{spec.added, spec.removed};
    std::uint32_t active = spec.active_rows;
    const auto fits = [&](StepChange change) {
        return change.added <= spec.pool_rows - active && change.removed <= active;
    };
    for (std::uint32_t step = 0; step < steps; ++step) {
        if (!fits(next)) {
            std::swap(next.added, next.removed);
            if (!fits(next)) return does_not_fit(spec, step, active);
        }
        changes.push_back(next);
        active = active + next.added - next.removed;
        if (spec.alternate) std::swap(next.added, next.removed);
    }
    return changes;
}

std::uint64_t bound_rows(std::span<const StepChange> changes) {
    std::uint64_t rows = 0;
    for (const auto& change : changes)
        rows += std::max(change.added, change.removed);
    return rows;
}

std::uint32_t clip_k(std::uint32_t k, std::uint32_t pool_rows, std::uint32_t active_rows) {
    if (active_rows > pool_rows) return 0;
    const std::uint64_t most = 2 * std::uint64_t{std::min(active_rows, pool_rows - active_rows)};
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(k, most));
}

} // namespace bytebound
