#pragma once
// --history: the earlier runs that say how far runs of this host differ.

#include <optional>
#include <string>

#include "cli/parser.hpp"
#include "evidence/earlier_runs.hpp"
#include "evidence/run_evidence.hpp"

namespace bytebound {

struct HistoryChoice {
    std::optional<std::string> given; ///< a file or "none"; nullopt: the user's own history, if there is one
};
Option history_option(HistoryChoice& target, std::string group);

/// Before anything is measured. Error: that of read_history(), for a file that was given.
Result<void> check_history(const HistoryChoice& choice);
/// Nothing without a history. Error: that of read_history() for a file that was given; the user's own one is then left
/// out, with a warning.
Result<EarlierRuns> chosen_earlier_runs(const HistoryChoice& choice, const RunEvidence& base, const RunEvidence& head);

} // namespace bytebound
