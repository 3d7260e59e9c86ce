#include <memory>

#include "archive/record_json.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/progress_bar.hpp"
#include "cli/stop_signals.hpp"
#include "cli/values.hpp"
#include "experiment/calibrate/calibration.hpp"
#include "render/answers/calibration_text.hpp"

namespace bytebound {
namespace {

void add_what(std::vector<Option>& table, CalibrationOptions& o) {
    const std::string group = "What";
    // Precedes --repeats, so that --repeats overrides it.
    table.push_back({"--quick", std::nullopt, "--repeats 5, and buffers of at most 1 GiB, flagged if that is too small",
                     group, [&o](const std::string&) -> Result<void> {
                         o.quick = true;
                         o.rounds = quick_rounds;
                         return {};
                     }});
    table.push_back({"--threads", "N,...", "numbers of workers (1, 2, 4, ... and every core of --cpus)", group,
                     [&o](const std::string& text) -> Result<void> {
                         o.threads = TRY(to_counts("--threads", text));
                         return {};
                     }});
    table.push_back({"--row-bytes", "S,...", "row sizes of the row kernels (256,1024,4096,16384,65536)", group,
                     [&o](const std::string& text) -> Result<void> {
                         o.row_bytes = TRY(to_sizes("--row-bytes", text));
                         return {};
                     }});
    table.push_back({"--repeats", "N", "rounds over all kernels and levels: samples of every ceiling (20)", group,
                     [&o](const std::string& text) -> Result<void> {
                         const auto rounds = TRY(to_count("--repeats", text, 1, 100000));
                         o.rounds = static_cast<std::uint32_t>(rounds);
                         return {};
                     }});
}

void add_place(std::vector<Option>& table, CalibrationOptions& o) {
    const std::string group = "Place";
    table.push_back({"--cpus", "CPUS", "auto | 0,2-3 | core:0-1 | package:0 (auto)", group, text_into(o.cpus)});
    table.push_back({"--mem", "POLICY", "local | interleave | NODE (local)", group, text_into(o.memory)});
}

void add_counting(std::vector<Option>& table, CalibrationOptions& o) {
    const std::string group = "Counting";
    table.push_back({"--collector", "NAME,...",
                     "collector that counts DRAM reads for the write-allocate factors; same values as run (auto)",
                     group, [&o](const std::string& text) -> Result<void> {
                         o.counting.collectors = TRY(to_words("--collector", text));
                         return {};
                     }});
    table.push_back({"--bw-preset", "PRESET", "auto|NAME|FILE|none: which events mean DRAM bytes (auto)", group,
                     text_into(o.counting.bandwidth_preset)});
    table.push_back(bytes_per_cas_option(o.counting.bytes_per_cas, group));
}

void add_output(std::vector<Option>& table, CalibrationOptions& o) {
    const std::string group = "Output";
    table.push_back({"--out", "FILE", "where to save it (this host's file, which bytebound run finds)", group,
                     [&o](const std::string& text) -> Result<void> {
                         if (text.empty()) return bad_value("--out", "the name is empty", "give a file");
                         o.out = text;
                         return {};
                     }});
    table.push_back(
        flag("--force", "save it although the machine was busy; replace an existing --out FILE", group, o.force));
    table.push_back(json_option(o.json));
    table.push_back(flag("--dry-run", "print the plan; measure nothing", group, o.dry_run));
    table.push_back(flag("--quiet", "no progress on stderr", group, o.quiet));
}

Syntax calibrate_syntax(CalibrationOptions& options) {
    Syntax syntax{"bytebound calibrate",
                  "Measures the ceilings of this host: bandwidth per kernel, level and thread count,\n"
                  "write-allocate factors and peak FLOP/s. Also qualifies the counters. bytebound run uses it.",
                  "bytebound calibrate --threads 1,2 --row-bytes 4096,8192",
                  {},
                  "",
                  0,
                  0};
    add_what(syntax.options, options);
    add_place(syntax.options, options);
    add_counting(syntax.options, options);
    add_output(syntax.options, options);
    return syntax;
}

Result<CalibrationRecord> measure(Calibration& calibration, bool quiet) {
    const StopSignals signals;
    ProgressBar bar(!quiet);
    return calibration.measure([&bar](const Progress& progress) { bar.show(progress); }, StopSignals::flag());
}

} // namespace

ExitCode calibrate_main(const std::vector<std::string>& words) {
    CalibrationOptions options;
    options.counting.preset_directory = user_presets_directory();
    const auto parsed = parse(calibrate_syntax(options), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (options.json && options.dry_run)
        return complain(bad_value("--json", "the plan of --dry-run is text", "leave one of the two out").value());
    options.command = {"bytebound", "calibrate"};
    options.command.insert(options.command.end(), words.begin(), words.end());

    KernelSys sys;
    CalibrationSeams seams;
    seams.directory = calibration_directory();
    auto calibration = Calibration::prepare(sys, options, std::move(seams));
    if (!calibration) return complain(calibration.error());
    if (options.dry_run) {
        std::string text;
        for (const std::string& line : describe(calibration->plan()))
            text += line + "\n";
        return print(text + calibration->file().string() + "\n");
    }
    const auto record = measure(*calibration, options.quiet);
    if (!record) return complain(record.error());
    for (const Warning& warning : record->warnings)
        warn(text_of(warning));
    const auto saved = calibration->save(*record);
    const CalibrationRecord& shown = saved ? *saved : *record; // what was measured is shown even if it is not saved
    std::string text = options.json ? to_json_text(shown) : calibration_text(shown, stdout_takes_colour());
    if (saved && !options.json) text += calibration->file().string() + "\n";
    const ExitCode printed = print(text);
    return saved ? printed : complain(saved.error());
}

} // namespace bytebound
