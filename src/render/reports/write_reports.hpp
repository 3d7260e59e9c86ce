#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "figures/summary.hpp"

namespace bytebound {

/// One row of the constant table of report formats.
struct ReportFormat {
    std::string_view file; ///< in the run directory
    std::string_view purpose;
    std::string (*text)(const RunRecord&, const Summary&);
};
std::span<const ReportFormat> report_formats();

/// What was written, for the terminal: `bytebound run` prints the table, then the path of report.md.
struct WrittenReports {
    RunRecord run;
    Summary summary;
    std::filesystem::path report; ///< report.md
};

/// Reads run.json and samples.csv and writes every format beside them, each file replaced as a whole. The result
/// depends on those two files alone: no clock, no locale, nothing of the machine that writes. A failed run gets its
/// reports too. Errors: bad_data (an input missing, unreadable or malformed; names the file), internal (no space while
/// writing), usage (directory not writable).
Result<WrittenReports> write_reports(const std::filesystem::path& run_directory);
/// Of a run that run.json does not yet call complete: as if it held `record`. Its hashes are in no report, so that the
/// other overload gives the same bytes afterwards.
Result<WrittenReports> write_reports(const std::filesystem::path& run_directory, const RunRecord& record);

} // namespace bytebound
