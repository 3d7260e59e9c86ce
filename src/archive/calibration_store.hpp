#pragma once
// Calibrations of this host, one small JSON file per placement, and the choice of the one for a run.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "record/calibration_record.hpp"

namespace bytebound {

/// Path of the file for a host and placement; empty if `directory` is empty (no location is known).
std::filesystem::path calibration_file(const std::filesystem::path& directory, const std::string& host,
                                       const Placement& placement);
/// The file of --out, in an existing folder, or the host's own file in the cache, whose folders are created.
enum class CalibrationPlace { out, cache };
/// The file that write_calibration() would replace: `name`, or what a link of that name leads to. Error (usage): it
/// cannot be written, as far as can be told without writing; is a device, FIFO, socket or directory, or a link to one;
/// or exists, for --out without `force`.
Result<std::filesystem::path> check_calibration_file(const std::filesystem::path& name, CalibrationPlace place,
                                                     bool force);
/// Replaces the file atomically, and removes what an interrupted replacement left in its folder. In the cache, narrower
/// figures of the saved calibration are kept (merged()). Returns what was written. Error: usage (cannot be written),
/// internal (no space).
Result<CalibrationRecord> write_calibration(const std::filesystem::path& file, const CalibrationRecord& record,
                                            CalibrationPlace place);
/// Error: bad_data if it is missing, unreadable or malformed.
Result<CalibrationRecord> read_calibration(const std::filesystem::path& file);

/// A run's requirements for a calibration.
struct CalibrationNeed {
    HostFacts host;
    Placement placement;
    std::uint32_t threads = 1;
};
/// What has changed since the calibration, in words: "kernel 6.1 -> 6.5, 1 thread is not among its 2, 4"; empty if it
/// applies. Another host is not treated as a change of this one.
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
