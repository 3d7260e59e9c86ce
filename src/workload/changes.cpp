#include "workload/changes.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <string>
#include <utility>

namespace bytebound {

namespace {
Failure does_not_fit(const ChangeRule& rule, std::uint32_t step, std::uint32_t active, std::uint32_t pool_rows) {
    const auto text = [](std::uint32_t value) { return std::to_string(value); };
    const std::string change = "--add " + text(rule.added) + " --remove " + text(rule.removed);
    return fail({ExitCode::usage, "plan", change,
                 "step " + text(step) + " starts with " + text(active) + " of " + text(pool_rows) +
                     " rows active: neither this change nor its exchange fits",
                 "keep one of the two within the " + text(active) + " active rows and the other within the " +
                     text(pool_rows - active) + " inactive ones",
                 0});
}
} // namespace

Result<std::vector<StepChange>> plan_changes(std::uint32_t pool_rows, std::uint32_t active_rows, const ChangeRule& rule,
                                             std::uint32_t steps) {
    if (active_rows > pool_rows) {
        return fail({ExitCode::usage, "plan", "--m " + std::to_string(active_rows),
                     "more active rows than the pool's N = " + std::to_string(pool_rows), "choose m between 0 and N",
                     0});
    }
    std::vector<StepChange> changes;
    changes.reserve(steps);
    StepChange next{rule.added, rule.removed};
    std::uint32_t active = active_rows;
    const auto fits = [&](StepChange change) { return change.added <= pool_rows - active && change.removed <= active; };
    for (std::uint32_t step = 0; step < steps; ++step) {
        if (!fits(next)) {
            std::swap(next.added, next.removed);
            if (!fits(next)) return does_not_fit(rule, step, active, pool_rows);
        }
        changes.push_back(next);
        active = active + next.added - next.removed;
        if (rule.alternate) std::swap(next.added, next.removed);
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

TraceBounds bounds_of(std::uint32_t active_rows, std::span<const StepChange> changes) {
    TraceBounds bounds{0, 0, active_rows, bound_rows(changes)};
    for (const StepChange& change : changes) {
        active_rows = active_rows + change.added - change.removed;
        bounds.added = std::max(bounds.added, change.added);
        bounds.removed = std::max(bounds.removed, change.removed);
        bounds.active_rows = std::max(bounds.active_rows, active_rows);
    }
    return bounds;
}

namespace {
/// Sums of integers and the number of steps, so that equal segments have exactly the mean of one of them.
struct ChangeSum {
    MeanChange sum;
    double steps = 0;

    void add(std::span<const StepChange> changes) {
        for (const StepChange& change : changes) {
            sum.added += change.added;
            sum.removed += change.removed;
            sum.bound_rows += std::max(change.added, change.removed);
        }
        steps += static_cast<double>(changes.size());
    }
    MeanChange mean() const {
        if (steps == 0) return {};
        return {sum.added / steps, sum.removed / steps, sum.bound_rows / steps};
    }
};

std::span<const StepChange> measured_of(std::span<const StepChange> changes, std::uint32_t warmup_steps) {
    return changes.subspan(std::min<std::size_t>(warmup_steps, changes.size()));
}
} // namespace

MeanChange mean_change(std::span<const SharedChanges> segments, std::uint32_t warmup_steps) {
    ChangeSum sum;
    for (const SharedChanges& changes : segments)
        sum.add(measured_of(*changes, warmup_steps));
    return sum.mean();
}

MeanChange mean_change(std::span<const StepChange> changes, std::uint32_t warmup_steps) {
    ChangeSum sum;
    sum.add(measured_of(changes, warmup_steps));
    return sum.mean();
}

StepChange count_change(std::span<const std::uint64_t> before, std::span<const std::uint64_t> after) {
    assert(before.size() == after.size());
    std::uint64_t added = 0, removed = 0;
    for (std::size_t word = 0; word < before.size(); ++word) {
        added += static_cast<unsigned>(std::popcount(after[word] & ~before[word]));
        removed += static_cast<unsigned>(std::popcount(before[word] & ~after[word]));
    }
    return {static_cast<std::uint32_t>(added), static_cast<std::uint32_t>(removed)};
}

std::vector<StepChange> count_changes(std::span<const std::uint64_t> masks, std::size_t words) {
    std::vector<StepChange> changes;
    for (std::size_t end = 2 * words; end <= masks.size(); end += words)
        changes.push_back(count_change(masks.subspan(end - 2 * words, words), masks.subspan(end - words, words)));
    return changes;
}

} // namespace bytebound
