#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// Position of an event.
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
/// Whether the groups can run at the same time without multiplexing.
using Fits = std::function<bool(const PassGroups&)>;

/// Distributes events over as few passes and groups as `fits` allows, in the given order. Overlapping sets of
/// `together` get one group if they fit in one; otherwise each set stays in one group as far as possible, earlier sets
/// first. Software events are in pass 0 only.
Packing pack(const std::vector<Event>& events, const std::vector<std::vector<std::size_t>>& together, const Fits& fits);

/// The sets of `together` that are split over several groups or passes.
std::vector<std::vector<std::size_t>> separated(const std::vector<Slot>& slots,
                                                const std::vector<std::vector<std::size_t>>& together);

/// Moves all groups into pass 0; groups of one PMU then share its counters by multiplexing. A group that does not open
/// there keeps a later pass (breakpoints: the kernel reserves a debug register for each and never rotates them).
/// `opens`: whether the groups can be open at the same time, with or without counters.
void merge_passes(const std::vector<Event>& events, Packing& packing, const Fits& opens);

} // namespace bytebound
