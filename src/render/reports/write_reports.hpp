#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/run_directory.hpp"
#include "base/error.hpp"
#include "figures/summary.hpp"

namespace bytebound {

/// One row of the constant table of report formats.
struct ReportFormat {
    std::string_view file; ///< name in the run directory
    std::string_view purpose;
    std::string (*text)(const RunRecord&, const Summary&);
    bool loops_only = false; ///< runs of other subjects do not have it
};
std::span<const ReportFormat> report_formats();
/// All of them: name in the run directory -> text.
std::map<std::string, std::string> report_texts(const RunRecord& run, const Summary& summary);

/// Results for the terminal: `bytebound run` prints the table, then the path of report.md.
struct WrittenReports {
    RunRecord run;
    Summary summary;
    std::filesystem::path report; ///< report.md
    /// Reports that were changed after the run sealed them, and are written again.
    std::vector<std::string> restored;
    /// The process that owns the directory: a run that is going on writes its own reports. Empty: files were written.
    std::string other_owner;
    /// Whether this completed and sealed a run that was measured and had no reports.
    bool finished = false;
    /// Whether the run had no calibration and got the saved one, which run.json now contains.
    bool adopted = false;
};

/// Reads run.json and samples.csv and writes every format to the same directory, replacing each file atomically. The
/// result depends only on those two files and SHA256SUMS: not on clock, locale or machine. Files that are not those of
/// the run are reported all the same, with Summary::files_caveat. Failed runs also get reports. Errors:
/// bad_data (an input is missing, unreadable or malformed; with the file's name), internal (no space while writing),
/// usage (directory not writable). A run that says `measured` and is not complete is completed and sealed if its raw
/// files are those of run.json. A complete run without a calibration, whose files are those that it sealed, adopts a
/// saved one from `calibrations` that applies to it, and is sealed again with it. Empty: none is looked for.
Result<WrittenReports> write_reports(const std::filesystem::path& run_directory,
                                     const std::filesystem::path& calibrations = {});
/// For a run that run.json does not yet call complete, by the process that owns it: uses `record` instead of run.json,
/// and the steps that this process wrote. Nothing is sealed yet. Reports do not contain its hashes, so the other
/// overload gives the same bytes afterwards.
Result<WrittenReports> write_reports(RunDirectory& directory, const RunRecord& record);

} // namespace bytebound
