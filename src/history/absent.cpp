#include "history/history_store.hpp"

namespace bytebound {
namespace {

Failure not_built_in(const char* operation, const std::filesystem::path& file) {
    return fail({ExitCode::not_possible, operation, file.string(), "this build does not include SQLite",
                 "build with libsqlite3 (-Dsqlite=enabled)"});
}

} // namespace

bool has_history() { return false; }

Result<std::vector<AddedRun>> add_to_history(const std::filesystem::path& file, const std::vector<HistoryRun>&) {
    return not_built_in("add to the history", file);
}

Result<std::vector<HistoryRun>> read_history(const std::filesystem::path& file, const HistorySelection&) {
    return not_built_in("read history", file);
}

} // namespace bytebound
