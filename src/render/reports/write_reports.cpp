#include "render/reports/write_reports.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "archive/calibration_store.hpp"
#include "archive/raw_steps.hpp"
#include "archive/record_json.hpp"
#include "archive/run_directory.hpp"
#include "archive/samples_csv.hpp"
#include "archive/seal.hpp"
#include "base/input_file.hpp"
#include "base/write_error.hpp"
#include "record/stamp.hpp"
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
    ReportFormat{"roofline.vl.json", "a plot of the loops and the host's ceilings (Vega-Lite)", roofline_plot, true},
    ReportFormat{"ENVIRONMENT.md", "machine, software and placement", environment_markdown},
    ReportFormat{"report.html", "the report as one self-contained page", report_page},
    ReportFormat{"report.md", "the report", report_markdown},
};

/// Or `run --force` would leave one of them behind.
constexpr bool are_files_of_a_run(std::span<const ReportFormat> reports) {
    const auto is_report = [](const RunFile& file) { return file.kind == RunFileKind::report; };
    const auto is_known = [&](const ReportFormat& report) {
        return std::any_of(run_files.begin(), run_files.end(),
                           [&](const RunFile& file) { return is_report(file) && file.name == report.file; });
    };
    return std::all_of(reports.begin(), reports.end(), is_known) &&
           std::cmp_equal(reports.size(), std::count_if(run_files.begin(), run_files.end(), is_report));
}
static_assert(are_files_of_a_run(formats), "list every report in archive/run_file_names.hpp");

bool applies(const ReportFormat& format, const RunRecord& run) {
    return !format.loops_only || run.subject.kind == Subject::loops;
}

constexpr WriteAdvice report_advice{.elsewhere = "",
                                    .otherwise_remedy = "copy the run directory to a writable place",
                                    .then = ", then: bytebound report DIR"};

RunTexts texts_of(const RunDirectory& directory) {
    return [&directory](std::string_view name) { return directory.text_of(name); };
}

Result<WrittenReports> derive(const RunDirectory& directory, RunRecord run, ShownFiles& shown) {
    const RawSteps steps = TRY(read_raw_steps(run, directory.path(), texts_of(directory), shown));
    WrittenReports out;
    out.run = std::move(run);
    out.report = directory.path() / "report.md";
    out.summary = summarize(out.run, steps.samples, steps.background ? &*steps.background : nullptr);
    return out;
}

/// Whether the file is neither the one that the run sealed nor already the one about to be written.
bool was_changed(int directory, const std::string& file, const std::string& text, const SealCheck& seal) {
    const auto sum = seal.sums.find(file);
    if (sum == seal.sums.end()) return false;
    const auto now = read_input_in(directory, file, input::report);
    if (!now || *now == text) return false;
    const auto hash = hash_text(*now);
    return hash && hash->sha256 != sum->second;
}

Result<void> write(RunDirectory& directory, const SealCheck& seal, WrittenReports& out) {
    for (const ReportFormat& format : formats) {
        if (!applies(format, out.run)) continue;
        const std::string name(format.file), text = format.text(out.run, out.summary);
        if (was_changed(directory.descriptor(), name, text, seal)) out.restored.push_back(name);
        const int number = directory.write_file(name, text);
        if (number != 0) return fail(write_error((directory.path() / name).string(), number, report_advice));
    }
    return {};
}

/// Whether the steps belong to this run.json: another process may have replaced the run while it was read.
Result<void> check_same_run(const RunDirectory& directory, const RunRecord& run) {
    ShownFiles shown;
    const auto now = read_record(directory.path(), texts_of(directory), shown);
    if (now && now->record.started == run.started && now->record.command == run.command) return {};
    return fail({ExitCode::bad_data, "read", directory.path().string(),
                 directory.other_owner() + " replaced the run while it was read", "try again"});
}

bool is_intact(const SealCheck& seal) { return seal.present && seal.readable && seal.changed.empty(); }

/// Seals a run with its reports: one that was measured and had none, because they could not be written or its process
/// was killed, or one that adopted a calibration.
Result<void> finish(RunDirectory& directory, const std::string& former, RunRecord run) {
    for (auto& [name, file] : TRY(directory.files()))
        run.files[name] = file;
    if (ProgramVersion own = program_version(); own != ProgramVersion{run.version, run.git_revision})
        run.reports_by = std::move(own);
    else
        run.reports_by.reset();
    TRY(directory.write_record(run));
    auto sealed = directory.seal(run.files);
    if (!sealed) static_cast<void>(directory.write_file(std::string(run_file), former));
    return sealed;
}

} // namespace

std::span<const ReportFormat> report_formats() { return formats; }

std::map<std::string, std::string> report_texts(const RunRecord& run, const Summary& summary) {
    std::map<std::string, std::string> texts;
    for (const ReportFormat& format : formats)
        if (applies(format, run)) texts.emplace(format.file, format.text(run, summary));
    return texts;
}

Result<WrittenReports> write_reports(const std::filesystem::path& run_directory,
                                     const std::filesystem::path& calibrations) {
    auto directory = TRY(RunDirectory::open(run_directory));
    ShownFiles shown;
    auto [text, run] = TRY(read_record(directory.path(), texts_of(directory), shown));
    const bool owned = directory.other_owner().empty();
    const bool finishing = owned && run.measured && run.status != RunStatus::complete &&
                           changed_raw_files(directory.descriptor(), run.files, {}).empty();
    if (finishing) {
        run.status = RunStatus::complete;
        run.failure.reset();
    }
    const bool adopting = owned && !finishing && run.status == RunStatus::complete &&
                          is_intact(check_seal(directory.descriptor(), shown)) && adopt_calibration(run, calibrations);
    auto out = TRY(derive(directory, std::move(run), shown));
    const SealCheck seal = finishing ? SealCheck{} : check_seal(directory.descriptor(), shown);
    if ((finishing && !changed_raw_files(directory.descriptor(), out.run.files, shown).empty()) ||
        (adopting && !is_intact(seal)))
        return fail({ExitCode::bad_data, "read", run_directory.string(), "its files changed while they were read",
                     "keep other programs out of the run directory"});
    if (!finishing) out.summary.files_caveat = seal_caveat(seal, out.run.status);
    out.other_owner = directory.other_owner();
    if (!owned) {
        TRY(check_same_run(directory, out.run));
        return out;
    }
    TRY(write(directory, adopting ? SealCheck{} : seal, out));
    if (finishing || adopting) TRY(finish(directory, text, out.run));
    out.finished = finishing;
    out.adopted = adopting;
    return out;
}

Result<WrittenReports> write_reports(RunDirectory& directory, const RunRecord& record) {
    // Serialised and parsed, because JSON replaces invalid UTF-8 in host names and arguments.
    auto run = TRY(parse_run_record(to_json_text(record), (directory.path() / run_file).string()));
    ShownFiles shown;
    auto out = TRY(derive(directory, std::move(run), shown));
    TRY(write(directory, {}, out));
    return out;
}

} // namespace bytebound
