#pragma once
// How many rows steps change: as asked for, as planned from that, and as counted from the masks of a trace.

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

/// The changes of one trace segment, shared by all who work on it.
using SharedChanges = std::shared_ptr<const std::vector<StepChange>>;

/// How many rows every step is asked to add and remove.
struct ChangeRule {
    std::uint32_t added = 0;   ///< A of the first step
    std::uint32_t removed = 0; ///< R of the first step
    /// --ks: the next step of an odd k swaps A and R. --add/--remove: A and R stay, and are exchanged only before a
    /// step that would not fit.
    bool alternate = false;
    bool operator==(const ChangeRule&) const = default;
};

/// k rows, half added and half removed; of an odd k the larger half is added first.
constexpr ChangeRule halves_of(std::uint32_t k) { return {k - k / 2, k / 2, true}; }

/// The changes of `steps` steps from m = `active_rows` of N = `pool_rows`. Error (usage): neither A,R nor R,A fits
/// before some step, or m > N. An exchange lasts until the next step that does not fit: --add 8 grows to a full pool,
/// shrinks to an empty set, and grows again.
Result<std::vector<StepChange>> plan_changes(std::uint32_t pool_rows, std::uint32_t active_rows, const ChangeRule& rule,
                                             std::uint32_t steps);

/// k clipped to 2*min(m, N-m).
std::uint32_t clip_k(std::uint32_t k, std::uint32_t pool_rows, std::uint32_t active_rows);

/// Sum of max(A,R) over the steps: the rows of the bound, and room enough for oracle's lists.
std::uint64_t bound_rows(std::span<const StepChange> changes);

/// The most that the steps of a trace may do; memory is reserved for it.
struct TraceBounds {
    std::uint32_t added = 0, removed = 0; ///< by one step
    std::uint32_t active_rows = 0;        ///< at once
    std::uint64_t bound_rows = 0;         ///< sum of max(A,R) over all steps
    bool operator==(const TraceBounds&) const = default;
};
/// Of a trace whose changes are known, from m = `active_rows`.
TraceBounds bounds_of(std::uint32_t active_rows, std::span<const StepChange> changes);

/// A, R and max(A,R): means over measured steps.
struct MeanChange {
    double added = 0, removed = 0, bound_rows = 0;
    bool operator==(const MeanChange&) const = default;
};
/// Over the steps from `warmup_steps` on of all segments together.
MeanChange mean_change(std::span<const SharedChanges> segments, std::uint32_t warmup_steps);
MeanChange mean_change(std::span<const StepChange> changes, std::uint32_t warmup_steps);

constexpr std::size_t mask_words(std::uint32_t pool_rows) { return (std::size_t{pool_rows} + 63) / 64; }

/// Rows that are in one of two masks of equal length and not in the other.
StepChange count_change(std::span<const std::uint64_t> before, std::span<const std::uint64_t> after);
/// Between each mask and the next: `masks` holds several, of `words` words each.
std::vector<StepChange> count_changes(std::span<const std::uint64_t> masks, std::size_t words);

} // namespace bytebound
