#pragma once
// Parts of plan_counting(); internal to run/.

#include <string>
#include <vector>

#include "experiment/counting/counting.hpp"

namespace bytebound {

/// Exit 3: a collector that was named cannot count.
Failure cannot_count_with(const std::string& collector, const Capability& capability);

/// Fills an event's record with what a collector planned for it.
void fill_event_record(EventRecord& record, const PlannedEvent& planned, const CountingPlan& plan);

/// What counts DRAM traffic, beside the simulation.
struct DramChoice {
    std::vector<PlannedCollector> sources;
    /// Core events that perf shall count: the estimate, where nothing better is to be had.
    std::vector<EstimateTerm> estimate;
};

/// Asks for DRAM traffic in order of directness: memory controllers, resctrl, core estimate. With --collector auto the
/// first that can count is taken; with named collectors all of theirs. Why the others were not stands in
/// counting.collectors.
Result<DramChoice> choose_dram(Counting& counting, const CountingRequest& request, Sys& sys, const SysRoot& root,
                               std::span<const CollectorEntry> table);

/// Adds the estimate's events to those of the user, for perf to count.
void add_estimate(Counting& counting, const std::vector<EstimateTerm>& terms);
/// After perf was asked: all terms of the estimate are counted or none, as a part of the sum is no estimate.
void settle_estimate(Counting& counting);

/// --strict: exit 3 before anything is measured, unless what the run needs is counted.
Result<void> check_strict(const CountingRequest& request, const Counting& counting, const SysRoot& root);

} // namespace bytebound
