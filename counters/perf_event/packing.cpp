#include "counters/perf_event/packing.hpp"

#include <linux/perf_event.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <set>

namespace bytebound {
namespace {

using Unit = std::vector<std::size_t>; ///< events that stay together, by index

/// Events that use no hardware counter (software, msr, breakpoints). The kernel schedules them in one context
/// (perf_sw_context), so they can join any group.
bool needs_no_counter(const Event& event) {
    return event.is_software() || event.type == PERF_TYPE_BREAKPOINT || event.pmu == "msr";
}

class Packer {
public:
    Packer(const std::vector<Event>& events, const Fits& fits) : events_(events), fits_(fits) {
        packing_.slots.resize(events.size());
    }

    /// Places the whole unit in one group, in the first pass with enough counters.
    bool place(const Unit& unit);
    /// Moves the set's events into one group, which some of them may already have. If that fails, all stay where they
    /// are.
    void unite(const Unit& set);
    bool is_placed(std::size_t event) const { return packing_.slots[event].pass >= 0; }
    Packing take();

private:
    bool any_software(const Unit& unit) const {
        return std::any_of(unit.begin(), unit.end(), [&](std::size_t i) { return events_[i].is_software(); });
    }
    /// A group contains hardware counters of one PMU only, so that another PMU can never make it fail.
    bool may_join(const Unit& unit, const Unit& group) const {
        const auto kind = [&](std::size_t i) { return needs_no_counter(events_[i]) ? "" : events_[i].pmu; };
        return kind(example(unit)) == kind(example(group));
    }
    /// The first member that uses a hardware counter, else the first member.
    std::size_t example(const Unit& group) const {
        const auto counter =
            std::find_if(group.begin(), group.end(), [&](std::size_t i) { return !needs_no_counter(events_[i]); });
        return counter != group.end() ? *counter : group.front();
    }
    bool place_in(std::size_t pass, const Unit& unit);
    bool extend(std::size_t pass, std::size_t group, const Unit& unit);
    void note_slots(std::size_t pass, std::size_t group);

    const std::vector<Event>& events_;
    const Fits& fits_;
    std::vector<PassGroups> passes_;
    Packing packing_;
};

bool Packer::extend(std::size_t pass, std::size_t group, const Unit& unit) {
    Unit& members = passes_[pass][group];
    const std::size_t before = members.size();
    members.insert(members.end(), unit.begin(), unit.end());
    if (fits_(passes_[pass])) {
        note_slots(pass, group);
        return true;
    }
    members.resize(before);
    return false;
}

bool Packer::place_in(std::size_t pass, const Unit& unit) {
    if (pass == passes_.size()) passes_.emplace_back();
    PassGroups& groups = passes_[pass];
    for (std::size_t group = 0; group < groups.size(); ++group) {
        if (may_join(unit, groups[group]) && extend(pass, group, unit)) return true;
    }
    groups.emplace_back();
    if (extend(pass, groups.size() - 1, unit)) return true;
    groups.pop_back();
    if (groups.empty() && pass > 0) passes_.pop_back();
    return false;
}

bool Packer::place(const Unit& unit) {
    const std::size_t last = any_software(unit) ? 0 : passes_.size();
    for (std::size_t pass = 0; pass <= last; ++pass) {
        if (place_in(pass, unit)) return true;
    }
    return false;
}

void Packer::unite(const Unit& set) {
    Unit rest;
    std::optional<Slot> shared;
    for (const std::size_t event : set) {
        const Slot& slot = packing_.slots[event];
        if (slot.pass < 0) {
            rest.push_back(event);
        } else if (shared && *shared != slot) {
            return;
        } else {
            shared = slot;
        }
    }
    if (!shared) {
        place(set);
    } else if (!rest.empty() && (shared->pass == 0 || !any_software(rest))) {
        extend(static_cast<std::size_t>(shared->pass), static_cast<std::size_t>(shared->group), rest);
    }
}

void Packer::note_slots(std::size_t pass, std::size_t group) {
    for (const std::size_t event : passes_[pass][group])
        packing_.slots[event] = {static_cast<int>(pass), static_cast<int>(group), false};
}

Packing Packer::take() {
    packing_.passes = std::max<int>(1, static_cast<int>(passes_.size()));
    return std::move(packing_);
}

/// Merges overlapping sets: {a,b} and {b,c} mean that a, b and c share a group.
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

/// Several groups of one PMU in the same pass are rotated by the kernel.
void mark_multiplexed(const std::vector<Event>& events, std::vector<Slot>& slots) {
    std::map<std::pair<int, std::string>, std::set<int>> groups_of_pmu;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (slots[i].pass >= 0 && !needs_no_counter(events[i]))
            groups_of_pmu[{slots[i].pass, events[i].pmu}].insert(slots[i].group);
    }
    std::set<std::pair<int, int>> competing; // pass, group
    for (const auto& [where, groups] : groups_of_pmu) {
        for (const int group : groups) {
            if (groups.size() > 1) competing.insert({where.first, group});
        }
    }
    for (Slot& slot : slots)
        slot.multiplexed = competing.contains({slot.pass, slot.group});
}

} // namespace

Packing pack(const std::vector<Event>& events, const std::vector<std::vector<std::size_t>>& together,
             const Fits& fits) {
    const auto bound_to_pass_0 = [&](const Unit& unit) {
        return std::any_of(unit.begin(), unit.end(), [&](std::size_t i) { return events[i].is_software(); });
    };
    // Events that can only be in pass 0 are placed first.
    std::vector<Unit> units = units_of(events.size(), together);
    std::stable_partition(units.begin(), units.end(), bound_to_pass_0);
    std::vector<Unit> sets = together;
    std::stable_partition(sets.begin(), sets.end(), bound_to_pass_0);
    Packer packer(events, fits);
    for (const Unit& unit : units) {
        if (packer.place(unit)) continue;
        for (const Unit& set : sets) {
            const bool is_part = set.size() < unit.size() && !set.empty() &&
                                 std::find(unit.begin(), unit.end(), set.front()) != unit.end();
            if (is_part) packer.unite(set);
        }
        for (const std::size_t event : unit) {
            // An event that does not fit anywhere keeps pass -1.
            if (unit.size() > 1 && !packer.is_placed(event)) packer.place({event});
        }
    }
    return packer.take();
}

std::vector<Unit> separated(const std::vector<Slot>& slots, const std::vector<Unit>& together) {
    std::vector<Unit> found;
    for (const Unit& set : together) {
        const bool apart = std::any_of(set.begin(), set.end(), [&](std::size_t event) {
            return slots[event].pass != slots[set.front()].pass || slots[event].group != slots[set.front()].group;
        });
        if (apart) found.push_back(set);
    }
    return found;
}

void merge_passes(const std::vector<Event>& events, Packing& packing, const Fits& opens) {
    if (packing.passes <= 1) return;
    std::map<std::pair<int, int>, Unit> groups; // ordered by pass
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (packing.slots[i].pass >= 0) groups[{packing.slots[i].pass, packing.slots[i].group}].push_back(i);
    }
    std::vector<PassGroups> merged(1);
    for (const auto& [slot, members] : groups) {
        std::size_t pass = 0;
        for (; pass < merged.size(); ++pass) {
            merged[pass].push_back(members);
            if (slot.first == 0 || opens(merged[pass])) break; // pass 0 is known to open
            merged[pass].pop_back();
        }
        if (pass == merged.size()) merged.push_back({members});
        for (const std::size_t event : members)
            packing.slots[event] = {static_cast<int>(pass), static_cast<int>(merged[pass].size()) - 1, false};
    }
    packing.passes = static_cast<int>(merged.size());
    mark_multiplexed(events, packing.slots);
}

} // namespace bytebound
