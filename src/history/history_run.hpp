#pragma once
// A finished run as the history keeps it: who measured what, and its published figures.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/run_evidence.hpp"

namespace bytebound {

struct HistoryFigure {
    std::string loop;
    std::uint32_t k = 0;
    std::string metric;
    double value = 0;
    std::optional<double> ci_low, ci_high;
    std::uint64_t n = 0, blocks = 0;
    std::string tier, source;
    /// What a figure of the trace or of a model depends on apart from the workload: steps, caches, stores. Figures of
    /// unlike bases are not of one series. Empty: nothing.
    std::string basis;
    bool exact = false; ///< follows from the trace: of equal bases equal, unless the code differs
    bool operator==(const HistoryFigure&) const = default;
};

struct HistoryRun {
    std::int64_t id = 0;        ///< in its history, from 1; 0: not added yet
    std::string samples_sha256; ///< with host and start, what makes it this run
    std::string host, started, path;
    std::string added; ///< when
    std::string cpu_model, kernel, version, git_revision, preset;
    std::string workload;  ///< a JSON object of workload_fields()
    std::string placement; ///< as it was requested
    std::vector<HistoryFigure> figures;
    bool operator==(const HistoryRun&) const = default;

    /// The version of the program that measured: "0.1.0 (git 01efa7b)".
    std::string program() const;
};

/// Whether figures of both are of one series: host, CPU model, workload and placement are the same.
bool same_setup(const HistoryRun& a, const HistoryRun& b);

/// The run without its figures.
HistoryRun identity_in_history(const RunEvidence& evidence);
/// Error (bad_data): its files are not those that the run wrote. What is in a history cannot be verified again.
Result<HistoryRun> history_run(const RunEvidence& evidence);

} // namespace bytebound
