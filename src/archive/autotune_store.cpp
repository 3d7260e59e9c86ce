#include "archive/autotune_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "archive/record_json.hpp"
#include "base/input_file.hpp"
#include "base/replaced_file.hpp"
#include "io/directory_lock.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

bool of_the_same_place(const AutotuneRecord& a, const AutotuneRecord& b) {
    return a.host == b.host && a.placement == b.placement && a.threads == b.threads && a.version == b.version;
}

/// Why the file does not apply, or its settings in `choice`. `stale`: because the host has changed.
struct NotUsed {
    std::string why;
    bool stale = false;
};
std::optional<NotUsed> take(const AutotuneRecord& record, const AutotuneNeed& need, AutotuneChoice& choice) {
    const TunedRows* rows = find_rows(record, need.layout);
    if (rows == nullptr) return NotUsed{"it has no rows of " + groups_text(need.layout.groups) + " bytes"};
    const std::uint32_t threads = need.threads.value_or(rows->threads);
    const auto placement = need.placement(threads);
    if (!placement) return NotUsed{fmt::format("{} worker{} no place here", threads, threads == 1 ? " has" : "s have")};
    if (std::string change =
            what_changed({record.host, record.placement, record.threads}, {need.host, *placement, threads});
        !change.empty())
        return NotUsed{std::move(change), true};
    const TunedThreads* found = find_threads(*rows, threads);
    if (found == nullptr)
        return NotUsed{fmt::format("it has no setting of {} worker{}", threads, threads == 1 ? "" : "s")};
    if (!runs_here(found->setting.copy)) return NotUsed{"this CPU cannot run its copy method"};
    choice.setting = found->setting;
    choice.measured = rows->measured;
    choice.version = record.version;
    choice.workload = rows->workload;
    choice.ratio.reset();
    // The ratio against what the run would have done without the file.
    if (!need.threads && threads != rows->settings.front().setting.threads)
        choice.ratio = rows->threads_ratio;
    else if (found->finalist == found->setting)
        choice.ratio = found->ratio;
    return {};
}

AutotuneChoice choose_saved(const fs::path& directory, const AutotuneNeed& need) {
    AutotuneChoice best;
    std::string stale_file, since;
    NotUsed last;
    std::error_code error;
    const auto files = host_files(directory, need.host.host, error);
    if (std::string problem = directory_problem(directory, error); !problem.empty())
        best.warnings.push_back(warnings::autotune_unreadable(problem));
    for (const fs::path& file : files) {
        const auto record = read_autotune(file);
        if (!record) {
            best.warnings.push_back(warnings::autotune_unreadable(file_problem(record.error())));
            continue;
        }
        if (record->host.host != need.host.host) continue;
        AutotuneChoice choice;
        if (auto not_used = take(*record, need, choice)) {
            if (not_used->stale && record->measured > since)
                stale_file = file.string(), since = record->measured, last = *not_used;
            else if (stale_file.empty())
                last = std::move(*not_used);
            continue;
        }
        if (best.setting && best.measured >= choice.measured) continue;
        choice.file = file.string();
        choice.warnings = std::move(best.warnings);
        best = std::move(choice);
    }
    if (best.setting) return best;
    best.reason =
        last.why.empty() ? "no autotune is saved for this host" : "the saved autotune is not used: " + last.why;
    if (!stale_file.empty()) best.warnings.push_back(warnings::autotune_stale(stale_file, last.why));
    return best;
}

} // namespace

Result<AutotuneRecord> write_autotune(const fs::path& file, const AutotuneRecord& record, HostFilePlace place) {
    const fs::path folder = file.parent_path();
    AutotuneRecord written = record;
    DirectoryLock lock;
    if (place == HostFilePlace::cache) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return host_file_unwritable(autotune_kind, file, error.value());
        lock = DirectoryLock::wait(folder); // another one may end at the same time
        if (const auto saved = read_autotune(file); saved && of_the_same_place(record, *saved))
            for (const TunedRows& rows : saved->rows)
                if (find_rows(record, RowLayout{rows.groups}) == nullptr) written.rows.push_back(rows);
    }
    remove_leftovers(folder);
    const int number = replace_file(file, to_json_text(written));
    if (number != 0) return host_file_unwritable(autotune_kind, file, number);
    return written;
}

Result<AutotuneRecord> read_autotune(const fs::path& file) {
    const std::string text =
        TRY(read_input(file, input::calibration,
                       {ExitCode::bad_data, "read autotune", file.string(), "the file is missing or unreadable",
                        "give a file that bytebound autotune wrote"}));
    return parse_autotune(text, file.string());
}

Result<AutotuneChoice> choose_autotune(const std::string& request, const fs::path& directory,
                                       const AutotuneNeed& need) {
    AutotuneChoice choice;
    if (request == "none") {
        choice.reason = "--no-autotune";
        return choice;
    }
    if (request == "auto") return choose_saved(directory, need);
    const auto record = TRY(read_autotune(request));
    if (record.host.host != need.host.host)
        return fail({ExitCode::bad_data, "use autotune", request,
                     fmt::format("it is from host {}, this is {}", record.host.host, need.host.host),
                     "run bytebound autotune here, or give --no-autotune"});
    if (const auto not_used = take(record, need, choice)) {
        choice = {};
        choice.reason = request + " is not used: " + not_used->why;
        choice.warnings.push_back(warnings::autotune_stale(request, not_used->why));
        return choice;
    }
    choice.file = request;
    return choice;
}

} // namespace bytebound
