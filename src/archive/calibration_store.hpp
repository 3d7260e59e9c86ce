#pragma once
// Calibrations of this host, one small JSON file per placement, and the choice of the one for a run.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "archive/host_file.hpp"
#include "base/error.hpp"
#include "record/calibration_record.hpp"

namespace bytebound {

/// host_file()
std::filesystem::path calibration_file(const std::filesystem::path& directory, const std::string& host,
                                       const Placement& placement);
using CalibrationPlace = HostFilePlace;
/// The file that write_calibration() would replace: check_host_file().
Result<std::filesystem::path> check_calibration_file(const std::filesystem::path& name, CalibrationPlace place,
                                                     bool force);
/// Replaces the file atomically, and removes what an interrupted replacement left in its folder. In the cache, narrower
/// figures of the saved calibration are kept (merged()). Returns what was written. Error: usage (cannot be written),
/// internal (no space).
Result<CalibrationRecord> write_calibration(const std::filesystem::path& file, const CalibrationRecord& record,
                                            CalibrationPlace place);
/// Error: bad_data if it is missing, unreadable or malformed.
Result<CalibrationRecord> read_calibration(const std::filesystem::path& file);

using CalibrationNeed = HostNeed;
/// What has changed since the calibration: what_changed() of its place.
std::string what_changed(const CalibrationRecord& record, const CalibrationNeed& need);

/// The calibration that a run uses, or why it uses none.
struct CalibrationChoice {
    std::optional<CalibrationRecord> record; ///< contains only the ceilings that the run can use
    std::string file;
    std::string reason; ///< why there is none
    std::vector<Warning> warnings;
};
/// `request`: "auto", "none" or a file. Of several saved calibrations that apply, the latest is used. Error (bad_data):
/// the requested file is missing, malformed or of another host.
Result<CalibrationChoice> choose_calibration(const std::string& request, const std::filesystem::path& directory,
                                             const CalibrationNeed& need);
/// As run.json records it; nullopt if there is none.
std::optional<CalibrationUse> use_of(const CalibrationChoice& choice);

/// For a finished run without a calibration: the saved one that applies to it. Not for --calibration none, nor for
/// records of older versions, which do not say what a calibration depends on. Returns whether one was found.
bool adopt_calibration(RunRecord& run, const std::filesystem::path& directory);

} // namespace bytebound
