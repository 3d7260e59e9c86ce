#pragma once
// `bytebound run --baseline RUN --gate EXPR`: the new run is compared with one that is there.

#include <optional>
#include <string>
#include <vector>

#include "cli/gate_options.hpp"
#include "cli/history_option.hpp"
#include "experiment/plan/plan.hpp"

namespace bytebound {

struct BaselineOptions {
    std::string path; ///< empty: no comparison
    GateOptions gates;
    HistoryChoice history;
};
std::vector<Option> baseline_options(BaselineOptions& target);

/// Reads and checks everything that is known before measuring. Error: usage for gates without a baseline, or over what
/// neither run has; bad_data for a baseline that is no complete run, or not like the planned one.
Result<std::optional<RunEvidence>> read_baseline(const BaselineOptions& options, const RunPlan& plan);

/// The finished run compared with it.
Result<RunComparison> compare_with(const RunEvidence& baseline, const BaselineOptions& options,
                                   const std::string& directory, double same_within);

} // namespace bytebound
