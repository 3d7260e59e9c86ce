#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "archive/answer_directory.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "merge/merged_hosts.hpp"

namespace bytebound {

struct MergeOptions {
    bool allow_different_workload = false;
    std::string command; ///< as a line
};

/// The runs of a directory: itself, or the complete ones of a suite. `left_out`: the other runs of a suite, with the
/// reasons. Error (bad_data): the suite is malformed, being written, or has no complete run.
Result<std::vector<MergeInput>> merge_inputs(const std::filesystem::path& directory,
                                             std::vector<std::string>& left_out);

/// `inputs`: at least one. Reads one run after the other, and writes merged.csv, runs.csv and across.csv to `out`.
/// Error: the first run that cannot be merged (bad_data), or that of a write; interrupted or terminated for `stop`.
Result<MergedHosts> merge_runs(const std::vector<MergeInput>& inputs, const MergeOptions& options, AnswerDirectory& out,
                               const ProgressCallback& progress, const StopFlag& stop);

} // namespace bytebound
