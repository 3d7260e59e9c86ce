#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// Where an event ended up.
struct Slot {
    int pass = -1, group = -1;
    bool multiplexed = false;
    bool operator==(const Slot&) const = default;
};

struct Packing {
    std::vector<Slot> slots; ///< parallel to the events given
    int passes = 0;
};

/// A pass: its groups, each a list of indices into the events.
using PassGroups = std::vector<std::vector<std::size_t>>;
/// Whether the groups can run at the same time, each the whole time.
using Fits = std::function<bool(const PassGroups&)>;

/// Distributes events over as few passes and groups as `fits` allows, in the order given. Sets of `together` that
/// overlap get one group when they fit in one; else each set stays in one group as far as it can, in the order of
/// asking. Software events go to pass 0 only.
Packing pack(const std::vector<Event>& events, const std::vector<std::vector<std::size_t>>& together, const Fits& fits);

/// The sets of `together` whose events are not all in one group of one pass.
std::vector<std::vector<std::size_t>> separated(const std::vector<Slot>& slots,
                                                const std::vector<std::vector<std::size_t>>& together);

/// Puts every pass's groups into pass 0; groups that then compete for the counters of one PMU are multiplexed. A group
/// that does not open there (breakpoints: the kernel reserves a debug register for each and never rotates them) keeps a
/// later pass. `opens`: whether the groups open at the same time, though not each with its counters.
void merge_passes(const std::vector<Event>& events, Packing& packing, const Fits& opens);

} // namespace bytebound
