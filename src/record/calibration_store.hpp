#pragma once
// Calibrations of this host, one small JSON file per placement, and the one that holds for a run.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "record/calibration_record.hpp"

namespace bytebound {

/// The file of a host and placement. `directory` is empty: no place is known, and the answer is empty.
std::filesystem::path calibration_file(const std::filesystem::path& directory, const std::string& host,
                                       const Placement& placement);
/// Whether write_calibration() would succeed, as far as that can be known without writing. Error (usage): a directory,
/// not writable, or existing without `force`.
Result<void> check_calibration_file(const std::filesystem::path& file, bool force);
/// Replaces the file as a whole: a reader sees the former one or this one. Creates its directory with `create`.
/// Error: usage (cannot be written), internal (no space).
Result<void> write_calibration(const std::filesystem::path& file, const CalibrationRecord& record, bool create);
/// Error: bad_data when it is missing, unreadable or malformed.
Result<CalibrationRecord> read_calibration(const std::filesystem::path& file);

/// What a run asks of a calibration.
struct CalibrationNeed {
    HostFacts host;
    Placement placement;
    std::uint32_t threads = 1;
};
/// What changed since, in words: "kernel 6.1 -> 6.5, 1 thread is not among its 2, 4"; empty when it holds. Another host
/// is no change of this one.
std::string what_changed(const CalibrationRecord& record, const CalibrationNeed& need);

/// The calibration that a run uses, or why it uses none.
struct CalibrationChoice {
    std::optional<CalibrationRecord> record; ///< with the ceilings of the run's number of threads alone
    std::string file;
    std::string reason; ///< why there is none
    std::vector<Warning> warnings;
};
/// `request`: "auto", "none" or a file. Of several saved ones that hold, the last measured. Error (bad_data): the file
/// that was named is missing, malformed or of another host.
Result<CalibrationChoice> choose_calibration(const std::string& request, const std::filesystem::path& directory,
                                             const CalibrationNeed& need);

} // namespace bytebound
