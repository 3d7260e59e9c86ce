#pragma once
// Whether the traffic of a (loop, k) is stationary when it is measured.

#include <span>
#include <vector>

#include "experiment/plan/plan.hpp"
#include "experiment/replay/simulation.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Judges every simulated (loop, k) by its lines read and written back, over all of its segments, and compares their
/// means with the expectation of the closed form. Fills in the records (in the order of experiment_records()) and adds
/// warnings.
void judge_stationarity_of(const RunPlan& plan, const SimulatedRun& simulation, RunRecord& record);

/// Judges a (loop, k) that was not simulated by the DRAM bytes of its measured readings, separately for reads and
/// writes, from the most direct source that counted them, minus those of the idle machine (`idle`: windows around the
/// phase). The counters are not read during warm-up. If such events exist but no series is complete, records the
/// reason.
void judge_stationarity_on_counts(ExperimentRecord& record, std::span<const Sample> readings,
                                  std::span<const Sample> idle, const std::vector<EventRecord>& events,
                                  std::vector<Warning>& warnings);

} // namespace bytebound
