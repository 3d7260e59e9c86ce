#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "archive/record_json.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/progress_bar.hpp"
#include "cli/run_syntax.hpp"
#include "cli/stop_signals.hpp"
#include "cli/values.hpp"
#include "experiment/tune/autotune.hpp"
#include "render/answers/autotune_text.hpp"

namespace bytebound {
namespace {

/// Options of `run` that mean the same here.
constexpr std::array<std::string_view, 14> as_in_run = {
    "--N",       "--hidden-dim", "--up-cols",     "--gate-cols", "--m",   "--ks",   "--dtype",
    "--pattern", "--seed",       "--steps-per-k", "--loops",     "--tau", "--cpus", "--mem"};

void add_what(std::vector<Option>& table, AutotuneOptions& o) {
    const std::string group = "What";
    // Precedes --repeats and --steps-per-k, so that they override it.
    table.push_back({"--quick", std::nullopt, "--repeats 6 --steps-per-k 20, and 2 blocks for each stage of the search",
                     group, [&o](const std::string&) -> Result<void> {
                         o.quick = true;
                         o.search_blocks = quick_search_blocks;
                         o.fresh_blocks = quick_fresh_blocks;
                         o.run.steps_per_k = quick_tuning_steps;
                         return {};
                     }});
    table.push_back({"--row-bytes", "S,...", "rows of these sizes, each in two groups (those of the workload)", group,
                     [&o](const std::string& text) -> Result<void> {
                         o.row_bytes = TRY(to_sizes("--row-bytes", text));
                         return {};
                     }});
    table.push_back({"--threads", "N,...", "numbers of workers (1, 2, 4, ... and every core of --cpus)", group,
                     [&o](const std::string& text) -> Result<void> {
                         o.threads = TRY(to_counts("--threads", text));
                         return {};
                     }});
    table.push_back({"--repeats", "N", "blocks on which the fastest setting is confirmed (20)", group,
                     [&o](const std::string& text) -> Result<void> {
                         const auto blocks = TRY(to_count("--repeats", text, 1, 1000));
                         o.fresh_blocks = static_cast<std::uint32_t>(blocks);
                         return {};
                     }});
}

void add_output(std::vector<Option>& table, AutotuneOptions& o) {
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
    table.push_back(flag("--yes", "measure without asking, also for more than 10 minutes", group, o.yes));
    table.push_back(flag("--quiet", "no progress on stderr", group, o.quiet));
}

Syntax autotune_syntax(AutotuneOptions& options) {
    Syntax syntax{
        "bytebound autotune",
        "Searches copy method, grain, parallel threshold and threads for this host and rows of given\n"
        "sizes. A setting wins only where it is significantly faster than the default. bytebound run uses it.",
        "bytebound autotune --quick --row-bytes 8192",
        {},
        "",
        0,
        0};
    add_what(syntax.options, options);
    for (Option& option : run_syntax(options.run).options)
        if (std::find(as_in_run.begin(), as_in_run.end(), option.name) != as_in_run.end())
            syntax.options.push_back(std::move(option));
    add_output(syntax.options, options);
    return syntax;
}

/// A long one says how long, and a very long one asks first.
Result<void> agree_on_time(const AutotunePlan& plan) {
    const std::string text = fmt::format("autotune takes about {:.0f} s", plan.seconds);
    if (plan.seconds > PlannedTime::worth_saying_s && !plan.options.quiet) note(text);
    if (plan.seconds <= PlannedTime::worth_asking_s || plan.options.yes || confirm("continue?").value_or(false))
        return {};
    return fail({ExitCode::usage, "plan", "autotune", text, "give --yes, --quick, or fewer --threads or --row-bytes"});
}

Result<AutotuneRecord> measure(Autotune& autotune, bool quiet) {
    const StopSignals signals;
    ProgressBar bar(!quiet);
    return autotune.measure([&bar](const Progress& progress) { bar.show(progress); }, StopSignals::flag());
}

std::string plan_text(const Autotune& autotune) {
    std::string text;
    for (const std::string& line : describe(autotune.plan()))
        text += line + "\n";
    return text + autotune.file().string() + "\n";
}

} // namespace

ExitCode autotune_main(const std::vector<std::string>& words) {
    AutotuneOptions options;
    options.run.loops = {LoopKind::paired, LoopKind::index};
    const auto parsed = parse(autotune_syntax(options), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (options.json && options.dry_run)
        return complain(bad_value("--json", "the plan of --dry-run is text", "leave one of the two out").value());
    options.command = {"bytebound", "autotune"};
    options.command.insert(options.command.end(), words.begin(), words.end());

    KernelSys sys;
    AutotuneSeams seams;
    seams.directory = autotune_directory();
    auto autotune = Autotune::prepare(sys, options, std::move(seams));
    if (!autotune) return complain(autotune.error());
    if (options.dry_run) return print(plan_text(*autotune));
    if (const auto agreed = agree_on_time(autotune->plan()); !agreed) return complain(agreed.error());
    const auto record = measure(*autotune, options.quiet);
    if (!record) return complain(record.error());
    for (const Warning& warning : record->warnings)
        warn(text_of(warning));
    const auto saved = autotune->save(*record);
    const AutotuneRecord& shown = saved ? *saved : *record; // what was measured is shown even if it is not saved
    std::string text = options.json ? to_json_text(shown) : autotune_text(shown, stdout_takes_colour());
    if (saved && !options.json) text += autotune->file().string() + "\n";
    const ExitCode printed = print(text);
    return saved ? printed : complain(saved.error());
}

} // namespace bytebound
