#pragma once
// The number of rows that steps change: as requested, as planned, and as counted from the masks of a trace.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// Rows added and removed by one step.
struct StepChange {
    std::uint32_t added = 0;
    std::uint32_t removed = 0;
    bool operator==(const StepChange&) const = default;
};

/// The changes of one trace segment, shared by all of its users.
using SharedChanges = std::shared_ptr<const std::vector<StepChange>>;

/// The number of rows that every step is requested to add and remove.
struct ChangeRule {
    std::uint32_t added = 0;   ///< A of the first step
    std::uint32_t removed = 0; ///< R of the first step
    /// --ks: for odd k, every other step swaps A and R. --add/--remove: A and R are constant, and are swapped only
    /// before a step that would not fit.
    bool alternate = false;
    bool operator==(const ChangeRule&) const = default;
};

/// k rows, half of them added and half removed; for odd k the first step adds the larger half.
constexpr ChangeRule halves_of(std::uint32_t k) { return {k - k / 2, k / 2, true}; }

/// The changes of `steps` steps from m = `active_rows` of N = `pool_rows`. Error (usage): before some step neither A,R
/// nor R,A fits, or m > N. A swap lasts until the next step that does not fit: --add 8 grows to a full pool, shrinks to
/// an empty set, and grows again.
Result<std::vector<StepChange>> plan_changes(std::uint32_t pool_rows, std::uint32_t active_rows, const ChangeRule& rule,
                                             std::uint32_t steps);

/// k clipped to 2*min(m, N-m).
std::uint32_t clip_k(std::uint32_t k, std::uint32_t pool_rows, std::uint32_t active_rows);

/// Sum of max(A,R) over the steps: the rows of the bound, and a sufficient capacity for oracle's lists.
std::uint64_t bound_rows(std::span<const StepChange> changes);

/// Upper limits for the steps of a trace, for which memory is reserved.
struct TraceBounds {
    std::uint32_t added = 0, removed = 0; ///< by one step
    std::uint32_t active_rows = 0;        ///< at once
    std::uint64_t bound_rows = 0;         ///< sum of max(A,R) over all steps
    bool operator==(const TraceBounds&) const = default;
};
/// The bounds of a trace whose changes are known, from m = `active_rows`.
TraceBounds bounds_of(std::uint32_t active_rows, std::span<const StepChange> changes);

/// Means of A, R and max(A,R) over measured steps.
struct MeanChange {
    double added = 0, removed = 0, bound_rows = 0;
    bool operator==(const MeanChange&) const = default;
};
/// The mean over all segments, excluding each segment's first `warmup_steps` steps.
MeanChange mean_change(std::span<const SharedChanges> segments, std::uint32_t warmup_steps);
MeanChange mean_change(std::span<const StepChange> changes, std::uint32_t warmup_steps);

constexpr std::size_t mask_words(std::uint32_t pool_rows) { return (std::size_t{pool_rows} + 63) / 64; }

/// Counts the rows that are in only one of two masks of equal length.
StepChange count_change(std::span<const std::uint64_t> before, std::span<const std::uint64_t> after);
/// Counts between each mask and the next. `masks` contains several masks of `words` words each.
std::vector<StepChange> count_changes(std::span<const std::uint64_t> masks, std::size_t words);

} // namespace bytebound
