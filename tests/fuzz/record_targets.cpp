#include <cmath>
#include <filesystem>

#include "archive/record_json.hpp"
#include "archive/samples_csv.hpp"
#include "archive/suite_record.hpp"
#include "archive/summary_file.hpp"
#include "doctor/probes.hpp"
#include "experiment/qualify/qualification_cache.hpp"
#include "experiment/replay/emulation_spec.hpp"
#include "figures/summary.hpp"
#include "fuzz/require.hpp"
#include "fuzz/target_functions.hpp"
#include "io/csv.hpp"
#include "io/region_log.hpp"
#include "merge/long_form.hpp"
#include "merge/merged_hosts.hpp"
#include "record/autotune_record.hpp"
#include "record/calibration_record.hpp"
#include "record/sample_check.hpp"
#include "render/answers/autotune_text.hpp"
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

bool rows_of(std::string_view input, SampleFile kind) {
    bool taken = false;
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
        taken = true;
    }
    return taken;
}

} // namespace

/// A file that a program under `bytebound exec --regions` left.
bool regions(std::string_view input) {
    const auto log = parse_region_log(input, "a.bbr");
    if (!log) return require_refusal(log.error(), ExitCode::bad_data);
    require(log->counts.size() == log->passes.size() * log->open_events, "each pass has its counts");
    for (const RegionPass& pass : log->passes)
        require(pass.region < log->names.size() && pass.begin_ns <= pass.end_ns, "a pass has a region and a time");
    return true;
}

bool run_json(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_run_record(text, "run.json"); };
    const auto record = parse(input);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
    require_stable(*record, parse);
    return true;
}

bool samples_csv(std::string_view input) { return rows_of(input, SampleFile::steps); }
bool workers_csv(std::string_view input) {
    const auto table = parse_samples(input, "workers.csv");
    const bool of_workers = table && !table->rows.empty() && table->rows.front().worker >= 0;
    return rows_of(input, of_workers ? SampleFile::workers : SampleFile::background);
}

/// run.json, a zero byte, samples.csv: all that `bytebound report` derives and shows.
bool report(std::string_view input) {
    const std::size_t cut = input.find('\0');
    if (cut == std::string_view::npos) return false;
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
    return true;
}

bool calibration(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_calibration(text, "c.json"); };
    const auto record = parse(input);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
    require_stable(*record, parse);
    require_shown(calibration_text(*record, false));
    return true;
}

bool autotune(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_autotune(text, "a.json"); };
    const auto record = parse(input);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
    require_stable(*record, parse);
    require_shown(autotune_text(*record, false));
    // What a run takes from it: rows of a size, and the setting of a number of workers.
    for (const TunedRows& rows : record->rows) {
        const TunedThreads* chosen = find_threads(rows, rows.threads);
        require(chosen != nullptr, "the chosen number of workers has a setting");
        require(chosen->setting.threads == rows.threads && chosen->setting.grain >= 1, "a setting that a run can have");
    }
    return true;
}

/// suite.json; a member's path is joined to that of the suite by `verify` and `merge`.
bool suite(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_suite(text, "suite.json"); };
    const auto record = parse(input);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
    require_stable(*record, parse);
    for (const SuiteMember& member : record->members) {
        const std::filesystem::path joined = std::filesystem::path("/suite") / member.path;
        require(joined.lexically_normal().string().starts_with("/suite"), "a member is in its suite", member.path);
        require(member.path.find('/') == std::string::npos, "a member is directly in its suite", member.path);
    }
    return true;
}

/// summary.csv, as `merge` reads it, and the long form that it writes of it.
bool summary(std::string_view input) {
    const auto published = parse_summary(input, "summary.csv");
    if (!published) return require_refusal(published.error(), ExitCode::bad_data);
    HostRun run;
    run.input.directory = "run";
    run.head.host = "n1";
    run.head.workload.loops = {"paired", "index"};
    run.summary = *published;
    run.identity = "a";
    MergedHosts hosts(false);
    const auto merged = hosts.add(run);
    require(merged.has_value(), "a summary that was read can be merged");
    const std::string lines = long_form_header("bytebound merge run") + long_form_lines(run, hosts, **merged);
    hosts.compute();
    require_shown(lines);
    CsvReader reader(lines, "merged.csv", "");
    require(!reader.comments().empty(), "comments");
    const auto header = reader.next();
    require(header.has_value(), "a header");
    while (!reader.done()) {
        const auto record = reader.next();
        require(record.has_value() && record->cells.size() == header->cells.size(), "every line has all cells", lines);
        for (const std::string& cell : record->cells)
            require(cell != "inf" && cell != "-inf" && cell != "nan" && cell != "-nan", "finite numbers", lines);
    }
    for (const AcrossHosts& each : hosts.across())
        require(std::isfinite(each.median.value) && std::isfinite(each.spread.mad), "a finite median");
    return true;
}

bool emulation(std::string_view input) {
    const auto parse = [](std::string_view text) { return parse_emulation_spec(text, "spec.json"); };
    const auto spec = parse(input);
    if (!spec) return require_refusal(spec.error(), ExitCode::bad_data);
    require_stable(*spec, parse);
    return true;
}

bool probes(std::string_view input) {
    const auto probes = parse_probes(input);
    if (!probes) return require_refusal(probes.error(), ExitCode::bad_data);
    for (const auto& [kind, probe] : *probes)
        require(probe.error >= 0, "an errno", kind);
    return true;
}

bool qualification(std::string_view input) {
    const QualificationKey key{"boot", "setup"};
    const auto record = parse_qualification(input, key);
    if (!record) return require_refusal(record.error(), ExitCode::bad_data);
    return true;
}

} // namespace bytebound::fuzz
