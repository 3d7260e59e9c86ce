#pragma once

#include <filesystem>

#include "evidence/earlier_runs.hpp"
#include "history/history_run.hpp"

namespace bytebound {

/// The runs of a history that have host, CPU model, workload and placement of `base`, without the two runs themselves;
/// of very many the latest. Runs of one version of program and kernel are one version. Nothing is known about two runs
/// of unlike hosts, workloads or placements. Error: that of read_history().
Result<EarlierRuns> earlier_runs_of(const std::filesystem::path& file, const RunEvidence& base,
                                    const RunEvidence& head);

} // namespace bytebound
