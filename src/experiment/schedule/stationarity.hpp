#pragma once
// Whether the traffic of a (loop, k) has settled when it is measured.

#include <span>
#include <vector>

#include "experiment/plan/plan.hpp"
#include "experiment/replay/simulation.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound {

/// Judges every simulated (loop, k) on read and write-back lines; fills the records (in the order of
/// experiment_records()) and warns.
void judge_stationarity_of(const RunPlan& plan, const SimulatedRun& simulation, RunRecord& record);

/// Judges a (loop, k) that was not simulated on the DRAM bytes of its measured readings, reads and writes apart, by the
/// most direct source that counted them, less the idle machine's (`idle`: windows around the phase). The counters were
/// not read during the warm-up. Says why not, where there are such events but no whole series.
void judge_stationarity_on_counts(ExperimentRecord& record, std::span<const Sample> readings,
                                  std::span<const Sample> idle, const std::vector<EventRecord>& events,
                                  std::vector<Warning>& warnings);

} // namespace bytebound
