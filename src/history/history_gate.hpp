#pragma once
// The latest run of a history judged against those before it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "evidence/gate_result.hpp"
#include "history/history_run.hpp"

namespace bytebound {

/// What a relative limit is relative to.
struct GateReference {
    std::size_t last = 10; ///< the mean of as many runs before; 0: the best one
};
/// "best", "last:N". Error (usage).
Result<GateReference> parse_reference(const std::string& text);
std::string to_text(const GateReference& reference);

struct JudgedHistory {
    HistoryRun head; ///< the latest run, without its figures
    GateReference against;
    std::size_t earlier = 0; ///< runs of its host, CPU, workload and placement before it
    std::vector<GateResult> gates;
    bool unresolved_fails = false; ///< --unresolved fail
    bool passed() const;           ///< no gate fails
};

/// `runs`: in the order of their start. A ratio is that to the geometric mean of the last runs, or to the best one,
/// with the scatter from run to run in its interval; that to the best one holds for all runs at once (Bonferroni),
/// because the best one was chosen by its value. Error (usage): the history is empty, the metric, loop or k is none of
/// the latest run's, or the best of a metric without a direction.
Result<JudgedHistory> judge_latest(const std::vector<HistoryRun>& runs, const GateExpression& gate,
                                   const GateReference& against);

} // namespace bytebound
