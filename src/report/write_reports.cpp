#include "report/write_reports.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include <unistd.h>

#include "report/html.hpp"
#include "report/markdown.hpp"
#include "report/report_document.hpp"
#include "report/summary_csv.hpp"
#include "report/summary_json.hpp"
#include "run/run_directory.hpp"

namespace bytebound {
namespace {

std::string report_markdown(const RunRecord& run, const Summary& summary) {
    return to_markdown(report_document(run, summary));
}
std::string report_page(const RunRecord& run, const Summary& summary) { return to_html(report_document(run, summary)); }
std::string environment_markdown(const RunRecord& run, const Summary&) {
    return to_markdown(environment_document(run));
}

constexpr std::array formats{
    ReportFormat{"summary.csv", "every figure, one line per loop and k", summary_csv},
    ReportFormat{"summary.json", "every figure with its evidence, and the comparisons", summary_json},
    ReportFormat{"ENVIRONMENT.md", "machine, software and placement", environment_markdown},
    ReportFormat{"report.html", "the report as one self-contained page", report_page},
    ReportFormat{"report.md", "the report", report_markdown},
};

Error write_error(const std::filesystem::path& file, int number) {
    if (number == ENOSPC || number == EDQUOT) {
        return {ExitCode::internal,
                "write",
                file.string(),
                "no space left",
                "free some space, then: bytebound report DIR",
                number};
    }
    return {
        ExitCode::usage, "write", file.string(), "the run directory cannot be written", "copy it to a writable place",
        number};
}

/// A reader sees the former file or the new one, never half of it.
Result<void> replace_file(const std::filesystem::path& file, const std::string& text) {
    const std::filesystem::path temporary = file.string() + ".tmp";
    std::FILE* stream = std::fopen(temporary.c_str(), "wb");
    if (stream == nullptr) return fail(write_error(file, errno));
    int error = 0;
    if (std::fwrite(text.data(), 1, text.size(), stream) != text.size()) error = errno;
    if (error == 0 && std::fflush(stream) != 0) error = errno;
    if (error == 0 && ::fsync(::fileno(stream)) != 0 && errno != EINVAL) error = errno;
    if (std::fclose(stream) != 0 && error == 0) error = errno;
    if (error == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
    if (error == 0) return {};
    ::unlink(temporary.c_str());
    return fail(write_error(file, error));
}

} // namespace

std::span<const ReportFormat> report_formats() { return formats; }

Result<WrittenReports> write_reports(const std::filesystem::path& run_directory) {
    auto run = read_run_record(run_directory);
    if (!run) return fail(run.error());
    // A run that failed early has no raw steps yet; its report says why.
    const bool no_steps = run->status != RunStatus::complete && !std::filesystem::exists(run_directory / samples_file);
    auto samples = no_steps ? SampleTable{} : read_samples(run_directory / samples_file);
    if (!samples) return fail(samples.error());
    WrittenReports out{std::move(*run), {}, run_directory / "report.md"};
    out.summary = summarize(out.run, *samples);
    for (const ReportFormat& format : formats) {
        if (auto written = replace_file(run_directory / format.file, format.text(out.run, out.summary)); !written) {
            return fail(written.error());
        }
    }
    return out;
}

} // namespace bytebound
