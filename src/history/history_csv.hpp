#pragma once

#include <string>
#include <vector>

#include "history/history_run.hpp"

namespace bytebound {

/// One line per figure, with the columns of its run in front. Text that a spreadsheet would compute is guarded.
std::string history_csv(const std::vector<HistoryRun>& runs);

} // namespace bytebound
