#include "record/calibration_store.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "base/text.hpp"
#include "io/replaced_file.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".json";
constexpr std::string_view remedy_calibrate = "run bytebound calibrate";

/// A host's name may contain characters that a file's name must not.
std::string as_file_name(const std::string& host) {
    std::string name;
    for (const char c : host)
        name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '_';
    return name.empty() ? "unknown" : name;
}

Failure unwritable(const fs::path& file, int number) {
    WriteTrouble trouble = write_trouble(number);
    return fail({trouble.of_space ? ExitCode::internal : ExitCode::usage, "write calibration", file.string(),
                 std::move(trouble.cause), std::move(trouble.remedy), number});
}

std::vector<fs::path> files_of(const fs::path& directory, const std::string& host) {
    std::vector<fs::path> files;
    std::error_code error;
    const std::string prefix = as_file_name(host) + ".";
    for (const auto& entry : fs::directory_iterator(directory, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(prefix) && name.ends_with(suffix)) files.push_back(entry.path());
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
    for (const fs::path& file : files_of(directory, need.host.host)) {
        auto record = read_calibration(file);
        if (!record) {
            choice.warnings.push_back(
                warnings::calibration_unreadable(record.error().object + ": " + record.error().cause));
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

Result<void> check_calibration_file(const fs::path& file, bool force) {
    std::error_code error;
    if (fs::is_directory(file, error))
        return fail(
            {ExitCode::usage, "write calibration", file.string(), "it is a directory", "give the name of a file"});
    if (fs::exists(file, error)) {
        if (!force)
            return fail({ExitCode::usage, "write calibration", file.string(), "the file exists",
                         "give another --out, or --force to replace it"});
        if (::access(file.c_str(), W_OK) != 0) return unwritable(file, errno);
    }
    fs::path parent = fs::absolute(file, error).parent_path();
    if (!fs::is_directory(parent, error)) return unwritable(file, ENOENT);
    if (::access(parent.c_str(), W_OK | X_OK) != 0) return unwritable(file, errno);
    return {};
}

Result<void> write_calibration(const fs::path& file, const CalibrationRecord& record, bool create) {
    std::error_code error;
    if (create) fs::create_directories(file.parent_path(), error);
    if (error) return unwritable(file, error.value());
    // Another calibration may be writing the same file, so each uses its own temporary file; the last rename wins.
    const fs::path temporary = fmt::format("{}.{}.tmp", file.string(), ::getpid());
    const int number = replace_file(file, temporary, to_json_text(record));
    if (number == 0) return {};
    return unwritable(file, number);
}

Result<CalibrationRecord> read_calibration(const fs::path& file) {
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    const int number = errno;
    std::error_code error;
    if (!stream || fs::is_directory(file, error))
        return fail({ExitCode::bad_data, "read calibration", file.string(), "the file is missing or unreadable",
                     "give a file that bytebound calibrate wrote", number});
    return parse_calibration(std::string{std::istreambuf_iterator<char>(stream), {}}, file.string());
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
        choice.reason = "--calibration none";
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

} // namespace bytebound
