#pragma once
// Parts of a run's record that follow from the plan, the simulation and the clock; internal to run/.

#include <string>

#include "run/counting.hpp"
#include "run/plan.hpp"
#include "run/run_record.hpp"
#include "run/samples.hpp"
#include "run/simulation.hpp"

namespace bytebound {

/// Now, in UTC: "2026-01-31T12:00:00Z".
std::string utc_now();
std::string host_name();
/// "./bytebound-YYYYmmdd-HHMMSS", local time.
std::string default_directory();

WorkloadRecord workload_record(const RunPlan& plan);
/// k by k, loops in the plan's order; copy methods and verdicts still open.
std::vector<ExperimentRecord> experiment_records(const RunPlan& plan);
/// Comment lines of samples.csv and workers.csv.
std::vector<std::string> sample_comments(const RunRecord& record, SampleFile kind);

/// Judges every simulated (loop, k) on read and write-back lines; fills the records (in the order of
/// experiment_records()) and warns.
void judge_stationarity_of(const RunPlan& plan, const SimulatedRun& simulation, RunRecord& record);

/// Judges a (loop, k) that was not simulated on the DRAM bytes of its measured readings, reads and writes apart, by the
/// most direct source that counted them, less the idle machine's (`idle`: windows around the phase). The counters were
/// not read during the warm-up. Says why not, where there are such events but no whole series.
void judge_stationarity_on_counts(ExperimentRecord& record, std::span<const Sample> readings,
                                  std::span<const Sample> idle, const std::vector<EventRecord>& events,
                                  std::vector<Warning>& warnings);

/// Why nothing was simulated; empty when at least one row was.
std::string why_not_simulated(const SimulatedRun& simulation);

} // namespace bytebound
