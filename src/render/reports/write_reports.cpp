#include "render/reports/write_reports.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "io/replaced_file.hpp"
#include "record/run_directory.hpp"
#include "record/seal.hpp"
#include "render/html.hpp"
#include "render/markdown.hpp"
#include "render/reports/roofline_plot.hpp"
#include "render/reports/summary_csv.hpp"
#include "render/reports/summary_json.hpp"
#include "render/sections/report_document.hpp"

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
    ReportFormat{"summary.json", "every figure with its parts, and the comparisons", summary_json},
    ReportFormat{"roofline.vl.json", "a plot of the loops and the host's ceilings (Vega-Lite)", roofline_plot},
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
    if (number == EFBIG)
        return {ExitCode::internal,
                "write",
                file.string(),
                "the file would exceed the file-size limit",
                "raise ulimit -f, then: bytebound report DIR",
                number};
    return {
        ExitCode::usage, "write", file.string(), "the run directory cannot be written", "copy it to a writable place",
        number};
}

/// The raw steps of a run. A complete run must have all planned steps; of any other run only whole phases are used.
Result<SampleTable> raw_steps(const RunRecord& run, const std::filesystem::path& file) {
    const bool complete = run.status == RunStatus::complete;
    // A run that failed early has no raw steps; its report has the reason.
    if (!complete && !std::filesystem::exists(file)) return SampleTable{};
    auto samples = TRY(read_samples(file, complete ? FileEnd::whole : FileEnd::cut));
    if (!complete) {
        drop_unfinished_phase(samples, run.workload.steps_per_k);
        return samples;
    }
    std::uint64_t planned = 0, steps = 0;
    for (const ExperimentRecord& experiment : run.experiments)
        planned += std::uint64_t{run.workload.steps_per_k} * experiment.batch * run.workload.repeats *
                   static_cast<unsigned>(std::max(run.passes, 1));
    for (const Sample& sample : samples.rows)
        steps += sample.batch;
    if (steps == planned) return samples;
    return fail({ExitCode::bad_data, "read", file.string(),
                 fmt::format("it contains {} of the {} steps of a complete run", steps, planned),
                 "restore the file from the run, or measure again"});
}

/// For a run with events that count the whole machine; empty for any other.
Result<std::optional<SampleTable>> idle_windows_of(const RunRecord& run, const std::filesystem::path& file) {
    const auto shared = [](const EventRecord& event) { return event.sharing == "socket" && event.pass >= 0; };
    if (std::none_of(run.events.begin(), run.events.end(), shared)) return std::nullopt;
    const bool complete = run.status == RunStatus::complete;
    if (!complete && !std::filesystem::exists(file)) return std::nullopt;
    auto windows = TRY(read_samples(file, complete ? FileEnd::whole : FileEnd::cut, SampleFile::background));
    return std::optional(std::move(windows));
}

Result<WrittenReports> derive(const std::filesystem::path& run_directory, RunRecord run) {
    auto samples = TRY(raw_steps(run, run_directory / samples_file));
    WrittenReports out;
    out.run = std::move(run);
    out.report = run_directory / "report.md";
    const auto background = TRY(idle_windows_of(out.run, run_directory / background_file));
    out.summary = summarize(out.run, samples, background ? &*background : nullptr);
    return out;
}

/// Whether the file is neither the one that the run sealed nor already the one about to be written.
bool was_changed(const std::filesystem::path& file, const std::string& text, const SealCheck& seal) {
    const auto sum = seal.sums.find(file.filename().string());
    if (sum == seal.sums.end()) return false;
    const auto now = hash_file(file);
    if (!now || now->sha256 == sum->second) return false;
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {}) != text;
}

Result<void> write(const std::filesystem::path& run_directory, const SealCheck& seal, WrittenReports& out) {
    for (const ReportFormat& format : formats) {
        const std::filesystem::path file = run_directory / format.file;
        const std::string text = format.text(out.run, out.summary);
        if (was_changed(file, text, seal)) out.restored.emplace_back(format.file);
        const int number = replace_file(file, file.string() + ".tmp", text);
        if (number != 0) return fail(write_error(file, number));
    }
    return {};
}

} // namespace

std::span<const ReportFormat> report_formats() { return formats; }

Result<WrittenReports> write_reports(const std::filesystem::path& run_directory) {
    const DirectoryLock lock = DirectoryLock::attempt(run_directory);
    auto run = TRY(read_run_record(run_directory));
    auto out = TRY(derive(run_directory, std::move(run)));
    const SealCheck seal = check_seal(run_directory);
    out.summary.files_caveat = seal_caveat(seal, out.run.status);
    out.written = !lock.busy();
    if (out.written) TRY(write(run_directory, seal, out));
    return out;
}

Result<WrittenReports> write_reports(const std::filesystem::path& run_directory, const RunRecord& record) {
    // Serialised and parsed, because JSON replaces invalid UTF-8 in host names and arguments.
    auto run = TRY(parse_run_record(to_json_text(record), (run_directory / run_file).string()));
    auto out = TRY(derive(run_directory, std::move(run)));
    TRY(write(run_directory, {}, out));
    return out;
}

} // namespace bytebound
