#include "archive/calibration_store.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "archive/record_json.hpp"
#include "base/input_file.hpp"
#include "base/replaced_file.hpp"
#include "base/text.hpp"
#include "base/write_error.hpp"
#include "io/directory_lock.hpp"
#include "record/calibration_merge.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".json";
constexpr std::string_view no_calibration_wanted = "--calibration none";
constexpr std::string_view remedy_calibrate = "run bytebound calibrate";

/// A host's name may contain characters that a file's name must not.
std::string as_file_name(const std::string& host) {
    std::string name;
    for (const char c : host)
        name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '_';
    return name.empty() ? "unknown" : name;
}

Failure unwritable(const fs::path& file, int number) {
    return fail(write_error(file.string(), number, {.operation = "write calibration"}));
}

/// `error`: that of reading the directory. Files that were listed before it are usable.
std::vector<fs::path> files_of(const fs::path& directory, const std::string& host, std::error_code& error) {
    std::vector<fs::path> files;
    const std::string prefix = as_file_name(host) + ".";
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with(prefix) && name.ends_with(suffix)) files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

template <class Number>
std::string numbers_text(const std::vector<Number>& numbers) {
    std::vector<std::string> words;
    for (const Number number : numbers)
        words.push_back(std::to_string(number));
    return join(words, ", ");
}

template <class Each>
void keep_threads(std::vector<Each>& list, std::uint32_t threads, std::uint32_t or_threads) {
    std::erase_if(list, [&](const Each& each) { return each.threads != threads && each.threads != or_threads; });
}

/// Only what the run can use goes into its record. For bandwidths this includes one worker's, which copies alone below
/// the parallel threshold.
CalibrationRecord for_run(CalibrationRecord record, std::uint32_t threads) {
    Ceilings& c = record.ceilings;
    keep_threads(c.ceilings, threads, 1);
    keep_threads(c.write_allocate, threads, 1);
    keep_threads(c.compute, threads, threads);
    keep_threads(c.capacities, threads, threads);
    std::erase_if(record.absent, [&](const CeilingAbsence& a) { return a.threads != 0 && a.threads != threads; });
    return record;
}

CalibrationChoice choose_saved(const fs::path& directory, const CalibrationNeed& need) {
    CalibrationChoice choice;
    std::string stale_file, stale_since, changed;
    std::error_code error;
    const auto files = files_of(directory, need.host.host, error);
    // A directory that this process cannot reach is like one that does not exist.
    if (error && error != std::errc::no_such_file_or_directory && error != std::errc::permission_denied)
        choice.warnings.push_back(warnings::calibration_unreadable(
            fmt::format("{}: the directory cannot be read ({})", directory.string(), errno_name(error.value()))));
    for (const fs::path& file : files) {
        auto record = read_calibration(file);
        if (!record) {
            const Error& fault = record.error();
            choice.warnings.push_back(warnings::calibration_unreadable(
                fault.object + ": " + fault.cause +
                (fault.sys_errno == 0 ? "" : " (" + errno_name(fault.sys_errno) + ")")));
            continue;
        }
        if (record->host.host != need.host.host) continue;
        const std::string change = what_changed(*record, need);
        if (change.empty()) {
            if (choice.record && choice.record->measured >= record->measured) continue;
            choice.record = for_run(std::move(*record), need.threads);
            choice.file = file.string();
        } else if (stale_file.empty() || record->measured > stale_since) {
            stale_file = file.string(), stale_since = record->measured, changed = change;
        }
    }
    if (choice.record) return choice;
    choice.reason =
        stale_file.empty() ? "no calibration is saved for this host" : "the saved calibration is not used: " + changed;
    if (!stale_file.empty()) choice.warnings.push_back(warnings::calibration_stale(stale_file, changed));
    return choice;
}

} // namespace

fs::path calibration_file(const fs::path& directory, const std::string& host, const Placement& placement) {
    if (directory.empty()) return {};
    const auto plain = [](const std::string& text) {
        std::string out;
        for (const char c : text)
            out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? c : c == ':' ? '=' : '_';
        return out;
    };
    return directory / fmt::format("{}.{}.{}{}", as_file_name(host), plain(placement.cpus_request),
                                   plain(placement.memory_request), suffix);
}

Result<fs::path> check_calibration_file(const fs::path& name, CalibrationPlace place, bool force) {
    const bool saved = place == CalibrationPlace::cache;
    auto meant = output_file(name);
    if (!meant)
        return fail({ExitCode::usage, "write calibration", name.string(), std::move(meant.error()),
                     saved ? "remove it, or give --out FILE" : "give the name of a file; --json prints to stdout"});
    const fs::path& file = *meant;
    std::error_code error;
    if (fs::exists(file, error)) {
        if (!saved && !force)
            return fail({ExitCode::usage, "write calibration", file.string(), "the file exists",
                         "give another --out, or --force to replace it"});
        if (::access(file.c_str(), W_OK) != 0) return unwritable(file, errno);
    }
    fs::path folder = fs::absolute(file, error).parent_path();
    // The folders of the cache are created.
    while (saved && !fs::exists(fs::symlink_status(folder, error)) && folder != folder.parent_path())
        folder = folder.parent_path();
    if (!fs::is_directory(folder, error)) return unwritable(file, fs::exists(folder, error) ? ENOTDIR : ENOENT);
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return unwritable(file, errno);
    return file;
}

Result<CalibrationRecord> write_calibration(const fs::path& file, const CalibrationRecord& record,
                                            CalibrationPlace place) {
    const fs::path folder = file.parent_path();
    CalibrationRecord written = record;
    DirectoryLock lock;
    if (place == CalibrationPlace::cache) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return unwritable(file, error.value());
        lock = DirectoryLock::wait(folder); // another calibration may end at the same time
        if (const auto saved = read_calibration(file); saved && can_merge(record, *saved))
            written = merged(record, *saved);
    }
    remove_leftovers(folder);
    const int number = replace_file(file, to_json_text(written));
    if (number != 0) return unwritable(file, number);
    return written;
}

Result<CalibrationRecord> read_calibration(const fs::path& file) {
    const std::string text =
        TRY(read_input(file, input::calibration,
                       {ExitCode::bad_data, "read calibration", file.string(), "the file is missing or unreadable",
                        "give a file that bytebound calibrate wrote"}));
    return parse_calibration(text, file.string());
}

std::string what_changed(const CalibrationRecord& record, const CalibrationNeed& need) {
    std::vector<std::string> changes;
    const auto compare = [&](std::string_view what, const std::string& then, const std::string& now,
                             bool several = false) {
        if (then == now) return;
        changes.push_back(several ? fmt::format("{} were {}, are {}", what, then, now)
                                  : fmt::format("{} was {}, is {}", what, then, now));
    };
    compare("the CPU", record.host.cpu_model, need.host.cpu_model);
    compare("the kernel", record.host.kernel, need.host.kernel);
    compare("THP", record.host.thp, need.host.thp);
    if (std::find(record.threads.begin(), record.threads.end(), need.threads) == record.threads.end()) {
        changes.push_back(record.threads.empty()
                              ? fmt::format("it lists no number of threads, the run uses {}", need.threads)
                              : fmt::format("it is for {} {}, not for {}", numbers_text(record.threads),
                                            record.threads == std::vector<std::uint32_t>{1} ? "thread" : "threads",
                                            need.threads));
    } else {
        const auto& cpus = record.placement.cpus;
        const std::vector<int> then(cpus.begin(),
                                    cpus.begin() + std::min<std::ptrdiff_t>(need.threads, std::ssize(cpus)));
        compare(need.threads == 1 ? "its worker's CPU" : "its workers' CPUs", numbers_text(then),
                numbers_text(need.placement.cpus), need.threads > 1);
    }
    const bool local = record.placement.policy == MemoryPolicy::local; // its nodes follow from the CPUs
    const bool same_policy =
        record.placement.policy == need.placement.policy && (local || record.placement.nodes == need.placement.nodes);
    if (!same_policy) {
        const auto text = [](const Placement& p) {
            return p.memory_request +
                   (p.policy == MemoryPolicy::local ? "" : " (nodes " + format_cpu_list(p.nodes) + ")");
        };
        compare("memory", text(record.placement), text(need.placement));
    }
    return join(changes, ", ");
}

Result<CalibrationChoice> choose_calibration(const std::string& request, const fs::path& directory,
                                             const CalibrationNeed& need) {
    CalibrationChoice choice;
    if (request == "none") {
        choice.reason = no_calibration_wanted;
        return choice;
    }
    if (request == "auto") return choose_saved(directory, need);
    auto record = TRY(read_calibration(request));
    if (record.host.host != need.host.host)
        return fail({ExitCode::bad_data, "use calibration", request,
                     fmt::format("it is from host {}, this is {}", record.host.host, need.host.host),
                     std::string(remedy_calibrate) + " here, or give --calibration none"});
    if (const std::string change = what_changed(record, need); !change.empty()) {
        choice.reason = request + " is not used: " + change;
        choice.warnings.push_back(warnings::calibration_stale(request, change));
        return choice;
    }
    choice.file = request;
    choice.record = for_run(std::move(record), need.threads);
    return choice;
}

std::optional<CalibrationUse> use_of(const CalibrationChoice& choice) {
    if (!choice.record) return std::nullopt;
    const CalibrationRecord& r = *choice.record;
    return CalibrationUse{choice.file, r.measured, r.version, r.isa, r.quick, r.ceilings};
}

bool adopt_calibration(RunRecord& run, const fs::path& directory) {
    if (run.calibration || !run.host_facts || directory.empty() || run.calibration_reason == no_calibration_wanted)
        return false;
    const CalibrationChoice choice =
        choose_saved(directory, {*run.host_facts, run.placement.requested, run.workload.threads});
    if (!choice.record) return false;
    run.calibration = use_of(choice);
    run.calibration_reason.clear();
    return true;
}

} // namespace bytebound
