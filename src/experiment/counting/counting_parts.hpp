#pragma once
// Parts of plan_counting(). Internal to experiment/counting/.

#include <string>
#include <vector>

#include "experiment/counting/counting.hpp"

namespace bytebound {

/// Exit 3: an explicitly requested collector cannot count.
Failure cannot_count_with(const std::string& collector, const Capability& capability);

/// Fills an event's record from a collector's plan for it.
void fill_event_record(EventRecord& record, const PlannedEvent& planned, const CountingPlan& plan);

/// The sources of DRAM traffic, apart from the simulation.
struct DramChoice {
    std::vector<PlannedCollector> sources;
    /// Core events for perf to count as an estimate, if there is no better source.
    std::vector<EstimateTerm> estimate;
};

/// Requests DRAM traffic in order of directness: memory controllers, resctrl, core estimate. With --collector auto,
/// uses the first source that can count; with explicit collectors, all of theirs. counting.collectors receives the
/// reasons of the others.
Result<DramChoice> choose_dram(Counting& counting, const CountingRequest& request, Sys& sys, const SysRoot& root,
                               std::span<const CollectorEntry> table);

/// Adds the estimate's events to the user's, for perf to count.
void add_estimate(Counting& counting, const std::vector<EstimateTerm>& terms);
/// After perf's plan: keeps all terms of the estimate or none, because a part of the sum is not an estimate.
void settle_estimate(Counting& counting);

/// --strict: exit 3 before measuring, unless everything that the run needs is counted.
Result<void> check_strict(const CountingRequest& request, const Counting& counting, const SysRoot& root);

} // namespace bytebound
