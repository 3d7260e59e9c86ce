#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "cli/cache_options.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/measured_run.hpp"
#include "cli/run_syntax.hpp"
#include "cli/values.hpp"
#include "experiment/exec/exec_run.hpp"
#include "render/reports/summary_json.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {
namespace {

/// The options that describe commands, before they are put together.
struct ExecWords {
    std::vector<std::string> names;
    std::string vs;
    bool shell = false;
};

void add_commands(std::vector<Option>& table, ExecWords& words, ExecOptions& o) {
    const std::string group = "Commands";
    table.push_back({"--vs", "CMD", "a second command, in blocks of ABBA or BAAB with the first", group,
                     [&words](const std::string& text) -> Result<void> {
                         words.vs = text;
                         if (text.find_first_not_of(" \t\n") != std::string::npos) return {};
                         return bad_value("--vs", "the command is empty", "give its words, as in --vs 'sort -n file'");
                     }});
    Option name{"--name", "NAME", "name of the row, first of the command, then of --vs (A, B)", group,
                [&words](const std::string& text) -> Result<void> {
                    if (text.empty() || text.find_first_of("/@\n") != std::string::npos)
                        return bad_value("--name", "'" + text + "' is empty, or has one of / and @",
                                         "give a name that a gate can have: METRIC@NAME");
                    words.names.push_back(text);
                    return {};
                }};
    name.repeated = true;
    table.push_back(std::move(name));
    table.push_back(flag("--shell", "run each command by /bin/sh -c: pipes, variables", group, words.shell));
    table.push_back(
        {"--prepare", "CMD", "a shell command before each run, outside of its window", group, text_into(o.prepare)});
    table.push_back({"--command-output", "none|stderr|FILE", "where stdout and stderr of the commands go (none)", group,
                     text_into(o.command_output)});
    table.push_back(
        flag("--ignore-failure", "measure a command that exits with another code than 0", group, o.ignore_failure));
    table.push_back(flag("--regions", "a step is a pass of a region that the command marks itself", group, o.regions));
    table.push_back({"--timeout", "TIME", "kill a run, and everything that it started, after this time (none)", group,
                     seconds_into("--timeout", o.timeout_seconds, 0.001, 1e6)});
}

void add_blocks(std::vector<Option>& table, ExecOptions& o) {
    const std::string group = "Blocks";
    table.push_back({"--repeats", "auto|N", "blocks (auto: 8 or more, until --precision or --max-time)", group,
                     repeats_into(o.repeats)});
    table.push_back({"--precision", "PERCENT", "--repeats auto: largest half width of the interval of the time (5%)",
                     group, percentage_into("--precision", o.precision, 0.01)});
    table.push_back({"--max-time", "TIME", "--repeats auto: no block begins after so much measuring (20s)", group,
                     seconds_into("--max-time", o.max_seconds, 0.001, 1e6)});
    table.push_back({"--warmup", "N",
                     "runs of each command before the first block (1); CPUs and pages are seen in these", group,
                     count_into("--warmup", o.warmup, 0, 100000)});
    table.push_back({"--seed", "SEED", "seed of the order of the blocks (1)", group,
                     count_into("--seed", o.seed, 0, std::numeric_limits<std::uint64_t>::max())});
}

Syntax exec_syntax(ExecWords& words, ExecOptions& o) {
    Syntax syntax{"bytebound exec",
                  "Runs a command, or two in turns, counts their whole trees of processes, and writes a run directory.",
                  "bytebound exec --vs 'sort -n numbers' --name plain --name numeric -- sort numbers",
                  {},
                  "",
                  0,
                  0};
    std::vector<Option>& table = syntax.options;
    add_commands(table, words, o);
    add_blocks(table, o);
    table.push_back({"--cpus", "CPUS", "all | auto | 0,2-3 | core:0-1 | package:0: CPUs of the commands (all)", "Place",
                     text_into(o.cpus)});
    table.push_back({"--mem", "POLICY", "default | local | interleave | NODE: memory of the commands (default)",
                     "Place", text_into(o.memory)});
    for (Option& option : counting_options(o.counting, "Counting"))
        table.push_back(std::move(option));
    table.push_back(
        llc_option(o.llc, "--collector callgrind: geometry of the last-level cache (this machine's)", "Counting"));
    table.push_back(
        flag("--allow-multiplex", "scale events that do not fit together", "Counting", o.counting.allow_multiplex));
    table.push_back(flag("--strict", "exit 3 before measuring unless every requested event can be counted", "Counting",
                         o.counting.strict));
    const std::string group = "Output";
    table.push_back({"--threshold", "PERCENT", "ratios so close to 1 are the same (1%)", group,
                     percentage_into("--threshold", o.same_within)});
    table.push_back({"--out", "DIR", "run directory (./bytebound-YYYYmmdd-HHMMSS)", group,
                     [&o](const std::string& text) -> Result<void> {
                         if (text.empty()) return bad_value("--out", "the name is empty", "give a directory");
                         o.out = text;
                         return {};
                     }});
    table.push_back(flag("--force", "replace the run in DIR, and nothing else", group, o.force));
    table.push_back(flag("--dry-run", "print the plan; run nothing", group, o.dry_run));
    table.push_back(flag("--quiet", "no progress on stderr", group, o.quiet));
    table.push_back(json_option(o.json));
    return syntax;
}

/// The words of a command for execve(2).
Result<std::vector<std::string>> argv_of(const std::string& text, bool shell) {
    if (shell) return std::vector<std::string>{"/bin/sh", "-c", text};
    auto words = split_command(text);
    if (!words)
        return bad_value("--vs", "a quote is not closed in '" + clipped(text, 80) + "'", "close it, or give --shell");
    return std::move(*words);
}

Result<void> put_commands(const ExecWords& given, const std::vector<std::string>& words, ExecOptions& o) {
    if (words.empty() || words.front().empty())
        return fail({ExitCode::usage, "parse", "command line", "there is no command",
                     "give it after --, as in bytebound exec -- sort file"});
    const std::size_t count = given.vs.empty() ? 1 : 2;
    if (o.regions && count == 2)
        return bad_value("--regions", "it measures the regions of one command", "give it without --vs");
    if (given.names.size() > count)
        return bad_value("--name",
                         fmt::format("{} names for {} command{}", given.names.size(), count, count == 1 ? "" : "s"),
                         "give a name for each command");
    const auto name_of = [&](std::size_t i) {
        return i < given.names.size() ? given.names[i] : std::string(1, static_cast<char>('A' + i));
    };
    // A single word is a line of the shell; several are its words.
    const bool one_line = words.size() == 1;
    o.commands.push_back(
        {name_of(0), given.shell ? TRY(argv_of(one_line ? words[0] : command_line(words), true)) : words});
    if (count == 2) o.commands.push_back({name_of(1), TRY(argv_of(given.vs, given.shell))});
    if (count == 2 && o.commands[0].name == o.commands[1].name)
        return bad_value("--name", "both commands are called '" + o.commands[0].name + "'", "give two names");
    return {};
}

ExitCode print_exec(const WrittenReports& written, bool json) {
    if (json) return print(summary_json(written.run, written.summary));
    return print(terminal_report(written.run, written.summary, stdout_takes_colour(), stdout_columns()) +
                 visible(written.report.string()) + "\n");
}

ExitCode measure_commands(ExecRun& run) {
    const ExecOptions& o = run.plan().options;
    const auto [measured, written] = measure_and_seal_any(run, o.quiet);
    if (!written) return complain(measured.error());
    if (!measured) {
        complain(measured.error());
        if (*written && !(*written)->summary.rows.empty())
            warn("finished blocks are kept: see " + (*written)->report.string());
        return measured.error().code;
    }
    if (!*written) return complain(written->error());
    return print_exec(**written, o.json);
}

} // namespace

ExitCode exec_main(const std::vector<std::string>& words) {
    ExecOptions options;
    options.counting.preset_directory = user_presets_directory();
    ExecWords given;
    const auto dashes = std::find(words.begin(), words.end(), "--");
    const std::vector<std::string> own(words.begin(), dashes);
    const std::vector<std::string> command(dashes == words.end() ? dashes : dashes + 1, words.end());
    const auto parsed = parse(exec_syntax(given, options), own);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    if (const auto put = put_commands(given, command, options); !put) return complain(put.error());
    options.command = {"bytebound", "exec"};
    options.command.insert(options.command.end(), words.begin(), words.end());

    const StopSignals signals;
    KernelSys sys;
    auto run = ExecRun::prepare(sys, options);
    if (!run) return complain(run.error());
    for (const Warning& warning : run->plan().warnings)
        warn(text_of(warning));
    if (!options.dry_run) return measure_commands(*run);
    std::string text;
    for (const std::string& line : describe(run->plan()))
        text += visible(line) + "\n";
    return print(text);
}

} // namespace bytebound
