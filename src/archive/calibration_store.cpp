#include "archive/calibration_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "archive/record_json.hpp"
#include "base/input_file.hpp"
#include "base/replaced_file.hpp"
#include "base/text.hpp"
#include "io/directory_lock.hpp"
#include "record/calibration_merge.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr HostFileKind calibration_kind{"calibration"};
constexpr std::string_view no_calibration_wanted = "--calibration none";
constexpr std::string_view planned_without =
    "the run was planned without a calibration and adopted one later; measure again to model k* with it";
constexpr std::string_view remedy_calibrate = "run bytebound calibrate";

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
    const auto files = host_files(directory, need.host.host, error);
    if (std::string problem = directory_problem(directory, error); !problem.empty())
        choice.warnings.push_back(warnings::calibration_unreadable(problem));
    for (const fs::path& file : files) {
        auto record = read_calibration(file);
        if (!record) {
            choice.warnings.push_back(warnings::calibration_unreadable(file_problem(record.error())));
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
    return host_file(directory, host, placement);
}

Result<fs::path> check_calibration_file(const fs::path& name, CalibrationPlace place, bool force) {
    return check_host_file(calibration_kind, name, place, force);
}

std::string what_changed(const CalibrationRecord& record, const CalibrationNeed& need) {
    return what_changed(MeasuredPlace{record.host, record.placement, record.threads}, need);
}

Result<CalibrationRecord> write_calibration(const fs::path& file, const CalibrationRecord& record,
                                            CalibrationPlace place) {
    const fs::path folder = file.parent_path();
    CalibrationRecord written = record;
    DirectoryLock lock;
    if (place == CalibrationPlace::cache) {
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return host_file_unwritable(calibration_kind, file, error.value());
        lock = DirectoryLock::wait(folder); // another calibration may end at the same time
        if (const auto saved = read_calibration(file); saved && can_merge(record, *saved))
            written = merged(record, *saved);
    }
    remove_leftovers(folder);
    const int number = replace_file(file, to_json_text(written));
    if (number != 0) return host_file_unwritable(calibration_kind, file, number);
    return written;
}

Result<CalibrationRecord> read_calibration(const fs::path& file) {
    const std::string text =
        TRY(read_input(file, input::calibration,
                       {ExitCode::bad_data, "read calibration", file.string(), "the file is missing or unreadable",
                        "give a file that bytebound calibrate wrote"}));
    return parse_calibration(text, file.string());
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
    if (run.subject.kind != Subject::loops || run.calibration || !run.host_facts || directory.empty() ||
        run.calibration_reason == no_calibration_wanted)
        return false;
    const CalibrationChoice choice =
        choose_saved(directory, {*run.host_facts, run.placement.requested, run.workload.threads});
    if (!choice.record) return false;
    run.calibration = use_of(choice);
    // The model of k* belongs to the plan. That there is no calibration is no longer why there is none.
    const std::string& reason = run.calibration_reason;
    if (run.expected && !run.expected->crossover && !reason.empty() &&
        run.expected->crossover_reason.starts_with(reason))
        run.expected->crossover_reason = planned_without;
    run.calibration_reason.clear();
    return true;
}

} // namespace bytebound
