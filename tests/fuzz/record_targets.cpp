#include "archive/record_json.hpp"
#include "archive/samples_csv.hpp"
#include "doctor/probes.hpp"
#include "experiment/qualify/qualification_cache.hpp"
#include "experiment/replay/emulation_spec.hpp"
#include "figures/summary.hpp"
#include "fuzz/require.hpp"
#include "fuzz/target_functions.hpp"
#include "io/region_log.hpp"
#include "record/calibration_record.hpp"
#include "record/sample_check.hpp"
#include "render/answers/calibration_text.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound::fuzz {
namespace {

/// A record that was read is written in a form that reads as the same.
template <class Record, class Parse>
void require_stable(const Record& record, Parse parse) {
    const std::string text = to_json_text(record);
    require_json(text);
    const auto again = parse(text);
    require(again.has_value(), "a record that was written can be read", again ? text : to_line(again.error()));
    require(to_json_text(*again) == text, "a record reads as it was written", text);
}

void rows_of(std::string_view input, SampleFile kind) {
    for (const FileEnd end : {FileEnd::whole, FileEnd::cut}) {
        const auto table = parse_samples(input, "samples.csv", end, kind);
        if (!table) {
            require_refusal(table.error(), ExitCode::bad_data);
            continue;
        }
        std::string text = header_text(*table, kind);
        for (const Sample& row : table->rows)
            text += row_text(*table, row, kind);
        const auto again = parse_samples(text, "samples.csv", FileEnd::whole, kind);
        require(again.has_value(), "rows that were written can be read", text);
        require(again->rows == table->rows, "rows read as they were written", text);
    }
}

} // namespace

/// A file that a program under `bytebound exec --regions` left.
void regions(std::string_view input) {
    const auto log = parse_region_log(input, "a.bbr");
    if (!log) return require_refusal(log.error(), ExitCode::bad_data);
    require(log->counts.size() == log->passes.size() * log->open_events, "each pass has its counts");
    for (const RegionPass& pass : log->passes)
        require(pass.region < log->names.size() && pass.begin_ns <= pass.end_ns, "a pass has a region and a time");
}

void run_json(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_run_record(text, "run.json"); };
    const auto record = parse(input);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
    require_stable(*record, parse);
}

void samples_csv(std::string_view input) { rows_of(input, SampleFile::steps); }
void workers_csv(std::string_view input) {
    const auto table = parse_samples(input, "workers.csv");
    const bool of_workers = table && !table->rows.empty() && table->rows.front().worker >= 0;
    rows_of(input, of_workers ? SampleFile::workers : SampleFile::background);
}

/// run.json, a zero byte, samples.csv: all that `bytebound report` derives and shows.
void report(std::string_view input) {
    const std::size_t cut = input.find('\0');
    if (cut == std::string_view::npos) return;
    const auto run = parse_run_record(input.substr(0, cut), "run.json");
    if (!run) return require_refusal(run.error(), ExitCode::bad_data);
    const auto samples = parse_samples(input.substr(cut + 1), "samples.csv");
    if (!samples) return require_refusal(samples.error(), ExitCode::bad_data);
    const auto checked = check_samples(*samples, *run, SampleFile::steps, "samples.csv");
    if (!checked) return require_refusal(checked.error(), ExitCode::bad_data);
    const Summary summary = summarize(*run, *samples);
    require_shown(terminal_report(*run, summary, false, 80));
    for (const ReportFormat& format : report_formats()) {
        const std::string text = format.text(*run, summary);
        if (format.file.ends_with(".json")) require_json(text);
        require_shown(text);
    }
}

void calibration(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_calibration(text, "c.json"); };
    const auto record = parse(input);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
    require_stable(*record, parse);
    require_shown(calibration_text(*record, false));
}

void emulation(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_emulation_spec(text, "spec.json"); };
    const auto spec = parse(input);
    if (!spec) return require_refusal(spec.error(), ExitCode::bad_data);
    require_stable(*spec, parse);
}

void probes(std::string_view input) {
    const auto probes = parse_probes(input);
    if (!probes) return require_refusal(probes.error(), ExitCode::bad_data);
    for (const auto& [kind, probe] : *probes)
        require(probe.error >= 0, "an errno", kind);
}

void qualification(std::string_view input) {
    const QualificationKey key{"boot", "setup"};
    const auto record = parse_qualification(input, key);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
}

} // namespace bytebound::fuzz
