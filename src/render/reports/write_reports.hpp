#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "figures/summary.hpp"

namespace bytebound {

/// One row of the constant table of report formats.
struct ReportFormat {
    std::string_view file; ///< name in the run directory
    std::string_view purpose;
    std::string (*text)(const RunRecord&, const Summary&);
};
std::span<const ReportFormat> report_formats();

/// Results for the terminal: `bytebound run` prints the table, then the path of report.md.
struct WrittenReports {
    RunRecord run;
    Summary summary;
    std::filesystem::path report; ///< report.md
    /// Reports that were changed after the run sealed them, and are written again.
    std::vector<std::string> restored;
    /// Whether files were written. Not if another process is writing to the directory: a run that is going on writes
    /// its own reports.
    bool written = true;
};

/// Reads run.json and samples.csv and writes every format to the same directory, replacing each file atomically. The
/// result depends only on those two files and SHA256SUMS: not on clock, locale or machine. Files that are not those of
/// the run are reported all the same, with Summary::files_caveat. Failed runs also get reports. Errors:
/// bad_data (an input is missing, unreadable or malformed; with the file's name), internal (no space while writing),
/// usage (directory not writable).
Result<WrittenReports> write_reports(const std::filesystem::path& run_directory);
/// For a run that run.json does not yet call complete, by the process that writes it: uses `record` instead of
/// run.json, and nothing is sealed yet. Reports do not contain its hashes, so the other overload gives the same bytes
/// afterwards.
Result<WrittenReports> write_reports(const std::filesystem::path& run_directory, const RunRecord& record);

} // namespace bytebound
