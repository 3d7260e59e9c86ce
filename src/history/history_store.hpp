#pragma once
// A history of runs: one SQLite database (WAL), which several processes may read and write at once.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "history/history_run.hpp"

namespace bytebound {

/// Whether this build includes SQLite. Without it, every call below fails with not_possible.
bool has_history();

struct AddedRun {
    std::int64_t id = 0;
    bool was_there = false; ///< the run is in the history since before
    bool operator==(const AddedRun&) const = default;
};
/// Adds all of them, or none. Creates the file, and the folders of the user's own one. Error: usage (the file cannot be
/// written), bad_data (it is not a history, or of a later version), not_possible (another process has it locked),
/// internal (no space).
Result<std::vector<AddedRun>> add_to_history(const std::filesystem::path& file, const std::vector<HistoryRun>& runs);

/// What to read; whatever is not given is not restricted.
struct HistorySelection {
    std::optional<std::int64_t> id = {};
    std::optional<std::string> host = {}, workload = {}, metric = {}, loop = {};
    std::optional<std::uint32_t> k = {};
    bool figures = true; ///< false: the runs alone
};
/// In the order of their start, figures by k, loop and metric. Changes nothing in the file. Error: bad_data (it is
/// missing, not a history, of a later version, or damaged), not_possible (another process has it locked).
Result<std::vector<HistoryRun>> read_history(const std::filesystem::path& file, const HistorySelection& selection = {});

} // namespace bytebound
