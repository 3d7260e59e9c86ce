#pragma once
// What `bytebound history add | list | show` answers.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "history/history_store.hpp"

namespace bytebound {

/// One line per run, in the order of the command line.
std::string history_add_text(const std::vector<HistoryRun>& runs, const std::vector<AddedRun>& added);
/// `columns`: of the terminal; nullopt: no limit.
std::string history_list_text(const std::vector<HistoryRun>& runs, bool color, std::optional<std::size_t> columns);
std::string history_show_text(const HistoryRun& run, bool color, std::optional<std::size_t> columns);

/// The same as JSON documents of reports/schema/history.schema.json. `file`: the history.
std::string history_add_json(const std::string& file, const std::vector<HistoryRun>& runs,
                             const std::vector<AddedRun>& added);
std::string history_list_json(const std::string& file, const std::vector<HistoryRun>& runs);
std::string history_show_json(const std::string& file, const HistoryRun& run);

/// "N 8192, m 1024, random": the fields of a workload that distinguish most of them.
std::string short_workload(const HistoryRun& run);

} // namespace bytebound
