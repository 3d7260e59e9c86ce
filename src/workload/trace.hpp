#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

enum class Pattern { random, block };
std::string_view name_of(Pattern pattern);
std::optional<Pattern> pattern_named(std::string_view name);

/// Rows added and removed by one step.
struct StepChange {
    std::uint32_t added = 0;
    std::uint32_t removed = 0;
    bool operator==(const StepChange&) const = default;
};

/// How many rows every step adds and removes, fixed at planning.
struct ChangeSpec {
    std::uint32_t pool_rows = 0;   ///< N
    std::uint32_t active_rows = 0; ///< m before the first step
    std::uint32_t added = 0;       ///< A of the first step
    std::uint32_t removed = 0;     ///< R of the first step
    /// --ks: the next step of an odd k swaps A and R. --add/--remove: A and R stay, and are exchanged only before a
    /// step that would not fit.
    bool alternate = false;
};

/// The changes of `steps` steps. Error (usage): neither A,R nor R,A fits before some step, or m > N. An exchange lasts
/// until the next step that does not fit: --add 8 grows to a full pool, shrinks to an empty set, and grows again.
Result<std::vector<StepChange>> plan_changes(const ChangeSpec& spec, std::uint32_t steps);

/// Sum of max(A,R) over the steps: the rows of the bound, and room enough for oracle's lists.
std::uint64_t bound_rows(std::span<const StepChange> changes);

/// k clipped to 2*min(m, N-m).
std::uint32_t clip_k(std::uint32_t k, std::uint32_t pool_rows, std::uint32_t active_rows);

constexpr std::size_t mask_words(std::uint32_t pool_rows) { return (std::size_t{pool_rows} + 63) / 64; }

/// Asked between steps by what replays many of them; true ends it early. Empty: never.
using StopPredicate = std::function<bool()>;

/// Fills `masks` ((changes.size() + 1) * mask_words(N) words, step-major; mask 0 is the initial active set of m rows)
/// with the trace of seed (seed, k, repeat). Equal arguments give equal masks on every machine; nothing depends on the
/// standard library's distributions.
///   random: added rows are drawn uniformly from the inactive, removed ones from the active rows.
///   block:  the initial set is m consecutive ids from a drawn start, wrapping at N. A step draws two ids: the first R
///           active ids at or after the one (wrapping) are removed, the first A at or after the other of those that
///           were inactive before the step are added.
/// Drawing: xoshiro256** seeded through splitmix64 from (seed, k, repeat), bounded by 32-bit multiply and rejection.
/// Every change must fit: added <= inactive rows, removed <= active rows (plan_changes() sees to that). False when
/// `stop` ended it: the masks that are left are not filled, and no loop may see them.
bool generate_trace(std::span<std::uint64_t> masks, std::uint32_t pool_rows, std::uint32_t active_rows,
                    std::span<const StepChange> changes, Pattern pattern, std::uint64_t seed, std::uint32_t k,
                    std::uint32_t repeat, const StopPredicate& stop = {});

} // namespace bytebound
