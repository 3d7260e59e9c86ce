#include <algorithm>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "base/write_error.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/gate_options.hpp"
#include "cli/output_file.hpp"
#include "cli/values.hpp"
#include "evidence/run_evidence.hpp"
#include "history/history_csv.hpp"
#include "history/history_gate.hpp"
#include "history/history_store.hpp"
#include "history/trend.hpp"
#include "render/answers/history_text.hpp"
#include "render/answers/trend_outputs.hpp"

namespace bytebound {
namespace {

/// What was asked of a history. Options that are not given are nullopt, so that an action can refuse them.
struct HistoryRequest {
    std::optional<std::string> database, host, loop, svg;
    std::optional<std::uint32_t> k;
    std::optional<GateReference> against;
    std::optional<bool> unresolved_fails;
    bool json = false;
    std::vector<std::string> given; ///< names of the options that only some actions have
    std::vector<std::string> words; ///< after the action
    std::string file;               ///< the history
};

struct HistoryAction {
    std::string_view name, arguments;
    std::size_t least, most; ///< arguments
    Result<ExitCode> (*main)(const HistoryRequest& asked);
    std::string_view options; ///< its own ones of those that only some actions have
};

Failure wrong_argument(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "parse", std::move(object), std::move(cause), std::move(remedy)});
}

/// The user's own history has folders of its own, which are made with it.
Result<void> make_folders(const HistoryRequest& asked) {
    if (asked.database) return {};
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(asked.file).parent_path(), error);
    if (error)
        return fail(write_error(asked.file, error.value(),
                                {.operation = "add to the history",
                                 .elsewhere = " or give --db FILE",
                                 .otherwise_remedy = "give --db FILE in a writable folder"}));
    return {};
}

Result<ExitCode> history_add(const HistoryRequest& asked) {
    // Everything is read before the file is opened: no lock is held meanwhile, and a damaged run adds nothing.
    std::vector<HistoryRun> runs;
    for (const std::string& path : asked.words) {
        const RunEvidence evidence = TRY(read_run_evidence(path));
        runs.push_back(TRY(history_run(evidence)));
    }
    TRY(make_folders(asked));
    const auto added = TRY(add_to_history(asked.file, runs));
    return print(asked.json ? history_add_json(asked.file, runs, added) : history_add_text(runs, added));
}

Result<ExitCode> history_list(const HistoryRequest& asked) {
    const auto runs = TRY(read_history(asked.file, {.host = asked.host, .figures = false}));
    return print(asked.json ? history_list_json(asked.file, runs)
                            : history_list_text(runs, stdout_takes_colour(), stdout_columns()));
}

Result<ExitCode> history_show(const HistoryRequest& asked) {
    const auto id = parse_unsigned(asked.words[0]);
    std::vector<HistoryRun> runs;
    if (id && *id <= std::numeric_limits<std::int64_t>::max())
        runs = TRY(read_history(asked.file, {.id = static_cast<std::int64_t>(*id)}));
    if (runs.empty())
        return wrong_argument("argument ID", "the history has no run '" + asked.words[0] + "'",
                              "bytebound history list shows the ids");
    return print(asked.json ? history_show_json(asked.file, runs[0])
                            : history_show_text(runs[0], stdout_takes_colour(), stdout_columns()));
}

/// Whether an output is the history, or one of the files that SQLite keeps beside it.
bool is_of_history(const std::string& name, const std::string& history) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        if (same_output(name, history + suffix)) return true;
    return false;
}

Result<ExitCode> history_export(const HistoryRequest& asked) {
    const std::string& name = asked.words[0];
    TRY(check_output_file("argument FILE.csv", name));
    if (is_of_history(name, asked.file))
        return wrong_argument("argument FILE.csv", "'" + name + "' is a file of the history", "give another file");
    const auto runs = TRY(read_history(asked.file, {.host = asked.host}));
    TRY(write_output_file(name, history_csv(runs)));
    return ExitCode::done;
}

/// "trend-msr_tsc_.svg": a raw event may be called msr/tsc/.
std::string svg_name(const std::string& metric) {
    std::string name;
    for (const char c : metric)
        name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '_';
    return "trend-" + name + ".svg";
}

Failure without_metric(const HistoryRequest& asked, const std::string& metric, const std::vector<HistoryRun>& runs) {
    std::vector<std::string> known;
    for (const HistoryRun& run : runs)
        for (const HistoryFigure& figure : run.figures)
            if (std::find(known.begin(), known.end(), figure.metric) == known.end()) known.push_back(figure.metric);
    const bool kept = std::find(known.begin(), known.end(), metric) != known.end();
    if (kept || known.empty())
        return fail({ExitCode::bad_data, "read history", asked.file, "it has no such run with " + metric,
                     "bytebound history list and show print what it has"});
    const auto near = nearest(metric, known);
    return wrong_argument("argument METRIC", "no run of the history has '" + metric + "'",
                          (near ? "did you mean '" + *near + "'? " : "") + "known: " + join(known, ", "));
}

Result<ExitCode> history_trend(const HistoryRequest& asked) {
    const std::string& metric = asked.words[0];
    const std::string svg = asked.svg.value_or(svg_name(metric));
    if (svg != "none") {
        TRY(check_output_file("--svg", svg));
        if (is_of_history(svg, asked.file))
            return bad_value("--svg", "'" + svg + "' is a file of the history", "give another file");
    }
    const auto runs =
        TRY(read_history(asked.file, {.host = asked.host, .metric = metric, .loop = asked.loop, .k = asked.k}));
    const auto series = trend_of(runs, metric);
    if (series.empty()) return without_metric(asked, metric, TRY(read_history(asked.file)));
    if (svg != "none") TRY(write_output_file(svg, trend_svg(metric, series)));
    const std::string written = svg == "none" ? "" : svg;
    if (asked.json) return print(trend_json(asked.file, metric, written, series));
    return print(trend_text(metric, series, stdout_takes_colour(), stdout_columns()) +
                 (written.empty() ? "" : visible(written) + "\n"));
}

Result<ExitCode> history_gate(const HistoryRequest& asked) {
    const GateExpression gate = TRY(parse_gate(asked.words[0], "argument EXPR"));
    const auto runs = TRY(read_history(asked.file, {.host = asked.host}));
    JudgedHistory judged = TRY(judge_latest(runs, gate, asked.against.value_or(GateReference{})));
    judged.unresolved_fails = asked.unresolved_fails.value_or(false);
    const ExitCode printed =
        print(asked.json ? history_gate_json(asked.file, judged) : history_gate_text(judged, stdout_columns()));
    std::size_t failed = 0;
    for (const GateResult& each : judged.gates) {
        failed += each.outcome == GateOutcome::fail;
        if (each.outcome == GateOutcome::unresolved)
            warn(fmt::format("gate {} at {} is unresolved: {}", each.gate.text, row_name(each.loop, each.k),
                             each.reason));
    }
    if (judged.passed()) return printed;
    if (failed == 0)
        return fail({ExitCode::gate, "judge", judged.head.path, fmt::format("gate {} is unresolved", gate.text),
                     "add more runs to the history, or measure with more --repeats"});
    return fail({ExitCode::gate, "judge", judged.head.path, fmt::format("gate {} failed", gate.text),
                 "see bytebound history trend " + gate.metric + ", or change the limit if it was meant"});
}

constexpr std::size_t most_words = 4096;
constexpr HistoryAction history_actions[] = {
    {"add", "RUN...", 1, most_words, history_add, ""},
    {"list", "", 0, 0, history_list, "--host"},
    {"show", "ID", 1, 1, history_show, ""},
    {"trend", "METRIC", 1, 1, history_trend, "--host --loop --k --svg"},
    {"gate", "EXPR", 1, 1, history_gate, "--host --against --unresolved"},
    {"export", "FILE.csv", 1, 1, history_export, "--host"},
};

Result<const HistoryAction*> find_action(const std::string& word) {
    std::vector<std::string> known;
    for (const HistoryAction& action : history_actions) {
        if (action.name == word) return &action;
        known.emplace_back(action.name);
    }
    const auto near = nearest(word, known);
    return wrong_argument("argument '" + word + "'", "unknown action",
                          (near ? "did you mean '" + *near + "'? " : "") + "known: " + join(known, ", "));
}

Syntax history_syntax(HistoryRequest& asked) {
    Syntax syntax{"bytebound history",
                  "add RUN...: keeps the figures of finished runs; a run that is there stays as it is.\n"
                  "list: all runs. show ID: one of them with its figures.\n"
                  "trend METRIC: a metric over all runs, its changes, and a chart.\n"
                  "gate EXPR: the latest run against those before it; exit 4 if it fails.\n"
                  "export FILE.csv: every figure as a line.",
                  "bytebound history add first-run && bytebound history gate 'time_ns@paired <= 1.1x'",
                  {},
                  "add|list|show|trend|gate|export",
                  1,
                  most_words + 1};
    /// Options that only some actions have are remembered.
    const auto own = [&asked](std::string name, Apply apply) -> Apply {
        return [&asked, name = std::move(name), apply = std::move(apply)](const std::string& text) -> Result<void> {
            asked.given.push_back(name);
            return apply(text);
        };
    };
    const auto into = [](std::optional<std::string>& target) -> Apply {
        return [&target](const std::string& text) -> Result<void> {
            target = text;
            return {};
        };
    };
    Option unresolved = unresolved_option(asked.unresolved_fails, "Gate");
    unresolved.apply = own(unresolved.name, std::move(unresolved.apply));
    syntax.options = {
        {"--db", "FILE", "the history ($XDG_DATA_HOME/bytebound/history.db, or below ~/.local/share)", "Source",
         into(asked.database)},
        {"--host", "NAME", "list, trend, gate, export: runs of this host alone", "Source",
         own("--host", into(asked.host))},
        {"--loop", "NAME", "trend: this loop alone", "Source", own("--loop", into(asked.loop))},
        {"--k", "K", "trend: this k alone", "Source",
         own("--k",
             [&asked](const std::string& text) -> Result<void> {
                 asked.k = static_cast<std::uint32_t>(TRY(to_count("--k", text)));
                 return {};
             })},
        {"--against", "best|last:N", "gate: what x and % are relative to (last:10)", "Gate",
         own("--against",
             [&asked](const std::string& text) -> Result<void> {
                 asked.against = TRY(parse_reference(text));
                 return {};
             })},
        std::move(unresolved),
        {"--svg", "FILE|none", "trend: the chart (trend-METRIC.svg here)", "Output", own("--svg", into(asked.svg))},
        json_option(asked.json)};
    return syntax;
}

Result<ExitCode> answer(HistoryRequest& asked, const std::vector<std::string>& positionals) {
    const HistoryAction& action = *TRY(find_action(positionals[0]));
    asked.words.assign(positionals.begin() + 1, positionals.end());
    const std::string use = fmt::format("write bytebound history {}{}{}", action.name,
                                        action.arguments.empty() ? "" : " ", action.arguments);
    if (asked.words.size() < action.least)
        return wrong_argument(fmt::format("argument {}", action.arguments), "it is missing", use);
    if (asked.words.size() > action.most)
        return wrong_argument("argument '" + asked.words[action.most] + "'", "it is one too many", use);
    for (const std::string& option : asked.given)
        if (const auto words = split(action.options, ' '); std::find(words.begin(), words.end(), option) == words.end())
            return wrong_argument("option " + option, fmt::format("{} does not have it", action.name), use);
    asked.file = asked.database.value_or(user_history_file().string());
    if (asked.file.empty())
        return wrong_argument("option --db",
                              asked.database ? "the name is empty"
                                             : "neither XDG_DATA_HOME nor HOME says where your history is",
                              "give --db FILE");
    return action.main(asked);
}

} // namespace

ExitCode history_main(const std::vector<std::string>& words) {
    HistoryRequest asked;
    const auto parsed = parse(history_syntax(asked), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    const auto code = answer(asked, parsed->positionals);
    return code ? *code : complain(code.error());
}

} // namespace bytebound
