#pragma once

#include <optional>
#include <vector>

#include "archive/run_files.hpp"
#include "evidence/difference.hpp"

namespace bytebound {

/// workers.csv of a run with several workers; nullopt: there is none. Error (bad_data): it is malformed.
Result<std::optional<SampleTable>> read_worker_steps(const RunRecord& run, const RunFiles& files, ShownFiles& shown);

/// samples.csv against the parts of its steps in workers.csv: each row has as many parts as there are workers, in order
/// and of the same step, and an event's count, enabled and running time are the sums over the workers that took part.
/// The running time of a multiplexed sum is rounded, so it is not compared. Events that the leader alone counts have no
/// cells in workers.csv. `whole`: the run is complete, so that neither file may have more steps than the other.
std::vector<Difference> worker_differences(const SampleTable& steps, const SampleTable& parts, std::uint32_t workers,
                                           bool whole);

} // namespace bytebound
