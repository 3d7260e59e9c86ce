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
    /// Sets that had to be in one group and could not: indices of their events, which are then placed singly.
    std::vector<std::vector<std::size_t>> separated;
};

/// A pass: its groups, each a list of indices into the events.
using PassGroups = std::vector<std::vector<std::size_t>>;
/// Whether the groups can run at the same time, each the whole time.
using Fits = std::function<bool(const PassGroups&)>;

/// Distributes events over as few passes and groups as `fits` allows, in the order given. Each set of `together` stays
/// in one group or is reported in `separated`. Software events go to pass 0 only.
Packing pack(const std::vector<Event>& events, const std::vector<std::vector<std::size_t>>& together, const Fits& fits);

/// Puts every pass's groups into pass 0; groups that then compete for the counters of one PMU are multiplexed.
void merge_passes(const std::vector<Event>& events, Packing& packing);

} // namespace bytebound
