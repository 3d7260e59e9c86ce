#include "counters/perf_event/packing.hpp"

#include <linux/perf_event.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

namespace bytebound {
namespace {

using Unit = std::vector<std::size_t>; ///< events that stay together, by index

/// The kernel schedules events without counters of their own (software, msr, breakpoints: perf_sw_context) in one
/// context: they can be members of any group.
bool needs_no_counter(const Event& event) {
    return event.is_software() || event.type == PERF_TYPE_BREAKPOINT || event.pmu == "msr";
}

class Packer {
public:
    Packer(const std::vector<Event>& events, const Fits& fits) : events_(events), fits_(fits) {
        packing_.slots.resize(events.size());
    }

    void place(const Unit& unit, bool was_asked_together);
    Packing take();

private:
    bool any_software(const Unit& unit) const {
        return std::any_of(unit.begin(), unit.end(), [&](std::size_t i) { return events_[i].is_software(); });
    }
    /// One kind of counter per group, so that a group never fails for the sake of another PMU.
    bool may_join(const Unit& unit, const Unit& group) const {
        const auto kind = [&](std::size_t i) { return needs_no_counter(events_[i]) ? "" : events_[i].pmu; };
        return kind(example(unit)) == kind(example(group));
    }
    /// The member that needs a counter, if there is one.
    std::size_t example(const Unit& group) const {
        const auto counter =
            std::find_if(group.begin(), group.end(), [&](std::size_t i) { return !needs_no_counter(events_[i]); });
        return counter != group.end() ? *counter : group.front();
    }
    bool place_in(std::size_t pass, const Unit& unit);

    const std::vector<Event>& events_;
    const Fits& fits_;
    std::vector<PassGroups> passes_;
    Packing packing_;
};

bool Packer::place_in(std::size_t pass, const Unit& unit) {
    if (pass == passes_.size()) passes_.emplace_back();
    PassGroups& groups = passes_[pass];
    for (Unit& group : groups) {
        if (!may_join(unit, group)) continue;
        const std::size_t before = group.size();
        group.insert(group.end(), unit.begin(), unit.end());
        if (fits_(groups)) return true;
        group.resize(before);
    }
    groups.push_back(unit);
    if (fits_(groups)) return true;
    groups.pop_back();
    if (groups.empty() && pass > 0) passes_.pop_back();
    return false;
}

void Packer::place(const Unit& unit, bool was_asked_together) {
    const std::size_t last = any_software(unit) ? 0 : passes_.size();
    for (std::size_t pass = 0; pass <= last; ++pass) {
        if (place_in(pass, unit)) return;
    }
    if (unit.size() > 1) {
        if (was_asked_together) packing_.separated.push_back(unit);
        for (const std::size_t event : unit)
            place({event}, false);
    }
    // A single event that fits nowhere keeps pass -1.
}

Packing Packer::take() {
    for (std::size_t pass = 0; pass < passes_.size(); ++pass) {
        for (std::size_t group = 0; group < passes_[pass].size(); ++group) {
            for (const std::size_t event : passes_[pass][group])
                packing_.slots[event] = {static_cast<int>(pass), static_cast<int>(group), false};
        }
    }
    packing_.passes = std::max<int>(1, static_cast<int>(passes_.size()));
    return std::move(packing_);
}

/// Joins overlapping sets: {a,b} and {b,c} mean that a, b and c share a group.
std::vector<Unit> units_of(std::size_t events, const std::vector<Unit>& together) {
    std::vector<std::size_t> root(events);
    std::iota(root.begin(), root.end(), std::size_t{0});
    for (const Unit& set : together) {
        if (set.empty()) continue;
        const std::size_t target = root[set.front()];
        for (const std::size_t member : set) {
            const std::size_t merged = root[member];
            std::replace(root.begin(), root.end(), merged, target);
        }
    }
    std::vector<Unit> units;
    std::map<std::size_t, std::size_t> unit_of_root;
    for (std::size_t i = 0; i < events; ++i) {
        const auto [entry, is_new] = unit_of_root.try_emplace(root[i], units.size());
        if (is_new) units.emplace_back();
        units[entry->second].push_back(i);
    }
    return units;
}

} // namespace

Packing pack(const std::vector<Event>& events, const std::vector<std::vector<std::size_t>>& together,
             const Fits& fits) {
    std::vector<Unit> units = units_of(events.size(), together);
    const auto bound_to_pass_0 = [&](const Unit& unit) {
        return std::any_of(unit.begin(), unit.end(), [&](std::size_t i) { return events[i].is_software(); });
    };
    // Those that have no other pass choose first.
    std::stable_partition(units.begin(), units.end(), bound_to_pass_0);
    Packer packer(events, fits);
    for (const Unit& unit : units)
        packer.place(unit, unit.size() > 1);
    return packer.take();
}

void merge_passes(const std::vector<Event>& events, Packing& packing) {
    if (packing.passes <= 1) return;
    std::map<std::pair<int, int>, int> renumbered;
    for (Slot& slot : packing.slots) {
        if (slot.pass < 0) continue;
        const auto next = static_cast<int>(renumbered.size());
        slot.group = renumbered.try_emplace({slot.pass, slot.group}, next).first->second;
    }
    std::map<std::string, std::set<int>> groups_of_pmu;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (packing.slots[i].pass >= 0 && !needs_no_counter(events[i]))
            groups_of_pmu[events[i].pmu].insert(packing.slots[i].group);
    }
    std::set<int> competing;
    for (const auto& [pmu, groups] : groups_of_pmu) {
        if (groups.size() > 1) competing.insert(groups.begin(), groups.end());
    }
    for (Slot& slot : packing.slots) {
        if (slot.pass < 0) continue;
        slot.pass = 0;
        slot.multiplexed = competing.contains(slot.group);
    }
    packing.passes = 1;
}

} // namespace bytebound
