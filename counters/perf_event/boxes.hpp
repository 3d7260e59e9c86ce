#pragma once
// Counters of boxes: PMU instances that count for a whole socket or die, opened on CPUs instead of threads. A sum over
// boxes is an event with one part for each of them.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"
#include "counters/perf_event/group.hpp"

namespace bytebound {

/// A box: one PMU instance on one CPU of its cpumask.
using Box = std::pair<std::string, int>;

/// The open counters of one pass, values in the order of the parts.
struct OpenBoxes {
    std::vector<Group> groups;
    std::vector<std::vector<std::size_t>> positions;
};
/// Opens each box once, with its events in one group, or one by one where its driver allows one event per group.
Result<OpenBoxes> open_boxes(Sys& sys, const std::vector<EventPart>& parts);

/// The same as counters to read. Error: with the cause and the remedy of the first event that did not open.
Result<std::unique_ptr<WorkerCounters>> open_parts(Sys& sys, const SysRoot& root, const std::vector<EventPart>& parts);

/// The parts of the events of a pass, in plan order.
std::vector<EventPart> parts_of(const std::vector<PlannedEvent>& events, int pass);

/// How many of its counters a box has used.
using UsedCounters = std::map<Box, unsigned>;

/// Distributes events over passes with at most so many of a box's counters in each.
using Distribute = std::function<std::vector<PlannedEvent>(unsigned counters_at_most)>;

struct BoxRequest {
    Distribute distribute;
    std::vector<PlannedEvent> beside = {}; ///< events whose boxes count in the same passes
    bool allow_multiplex = false;
};
/// Tries every pass for 1 ms, with fewer counters per box until each counter runs the whole time: other users or the
/// firmware may occupy some. If a single box cannot be counted, all events are refused with one reason: a sum without
/// that box would be wrong. The plan has events, passes and notes.
CountingPlan plan_boxes(Sys& sys, const SysRoot& root, const BoxRequest& request);

} // namespace bytebound
