#pragma once
// The part of run.json that follows from a plan and its counted traces.

#include <span>
#include <vector>

#include "experiment/plan/plan.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// The changes of every segment of one experiment; repeat r uses segment r.
using Segments = std::vector<SharedChanges>;

WorkloadRecord workload_record(const RunPlan& plan);
/// Ordered by k, then by loop in the plan's order; copy methods and verdicts are not filled in yet. `traces` contains
/// the segments of every experiment. A and R are means over the measured steps of all segments; the closed form and m
/// are those of segment 0, which is the simulated one.
/// Until oracle's trial, its closed form is that of ordinary stores.
std::vector<ExperimentRecord> experiment_records(const RunPlan& plan, std::span<const Segments> traces);
/// Expected traffic of a row, over a segment with these `changes`, with the record's copy method `copy`.
void put_expected_traffic(ExperimentRecord& record, const RunPlan& plan, const Experiment& experiment,
                          std::span<const StepChange> changes, LoopKind loop, CopyMethod copy);

} // namespace bytebound
