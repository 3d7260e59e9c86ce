#pragma once

#include <vector>

#include "evidence/run_comparison.hpp"

namespace bytebound {

/// Before anything is compared or measured. `known`: metrics of the runs beside those of the catalogue. `rows`: loops
/// and ks of both runs. Error (usage): a metric, loop or k that no run has.
Result<void> check_gates(const std::vector<GateExpression>& gates, const std::vector<std::string>& known,
                         const std::vector<LoopAtK>& rows);

/// Of either run.
std::vector<LoopAtK> loops_and_ks(const RunRecord& base, const RunRecord& head);

/// compare_runs() with the metrics of the gates after the selected ones, and every gate judged at every loop and k that
/// it covers.
RunComparison judged_comparison(const RunEvidence& base, const RunEvidence& head, std::vector<std::string> metrics,
                                double same_within, const std::vector<GateExpression>& gates,
                                bool unresolved_fails = false, const EarlierRuns& earlier = {});

} // namespace bytebound
