#include "cli/run_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "cli/cache_options.hpp"
#include "cli/common_options.hpp"
#include "cli/values.hpp"
#include "counters/registry.hpp"
#include "workload/patterns.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t row_elements_max = std::uint64_t{1} << 32;

/// A word of a closed set. `named` maps a name to a value, if there is one.
template <class Value, class Named>
Apply word_into(std::string option, std::string kind, Value& target, Named named, std::vector<std::string> known) {
    return [=, option = std::move(option), kind = std::move(kind), &target,
            known = std::move(known)](const std::string& text) -> Result<void> {
        const auto value = named(text);
        if (!value) return unknown_word(option, kind, text, known);
        target = *value;
        return {};
    };
}

template <class Value>
Apply word_into(std::string option, std::string kind, Value& target, std::span<const NamedValue<Value>> table) {
    return word_into(
        std::move(option), std::move(kind), target, [table](std::string_view name) { return value_named(table, name); },
        names_of(table));
}

/// "none|use|evict"
template <class Value>
std::string choices(std::span<const NamedValue<Value>> table) {
    return join(names_of(table), "|");
}

/// Also notes that the option was given, so that an autotune does not supply it.
Apply noting(bool& given, Apply apply) {
    return [&given, apply = std::move(apply)](const std::string& text) -> Result<void> {
        given = true;
        return apply(text);
    };
}

std::vector<std::string> loop_names(const RunOptions& o) {
    std::vector<std::string> names;
    for (const LoopEntry& entry : loops())
        names.emplace_back(entry.name);
    if (!o.external_loop.empty()) names.push_back(o.external_loop);
    return names;
}

std::string default_loop_names() {
    std::vector<std::string> names;
    for (const LoopKind kind : default_loops())
        names.emplace_back(find_loop(kind)->name);
    return join(names, ",");
}

std::vector<std::string> copy_names() {
    std::vector<std::string> names;
    for (const CopyMethod method : copy_methods())
        names.emplace_back(name_of(method));
    return names;
}

Result<void> copy_into(CopyMethod& target, const std::string& text) {
    const auto method = copy_method_named(text);
    if (!method && text.starts_with("prefetch:"))
        return bad_value("--copy", "'" + text + "' is not prefetch:WxL",
                         fmt::format("give W from 1 to {} rows and L from 1 to {} lines, as in prefetch:{}x{}",
                                     most_prefetched_rows, most_prefetched_lines, default_prefetched_rows,
                                     default_prefetched_lines));
    if (!method) return unknown_word("--copy", "copy method", text, copy_names());
    target = *method;
    return {};
}

std::vector<std::string> collector_names() {
    const auto words = collector_words(collectors());
    return {words.begin(), words.end()};
}

Failure not_built_in(std::string operation, const std::string& word) {
    return fail({ExitCode::not_possible, std::move(operation), word, "it is not part of this build",
                 "remove it; bytebound --version lists what is built in"});
}

Result<void> loops_into(RunOptions& o, const std::string& text) {
    const auto words = TRY(to_words("--loops", text));
    std::vector<LoopKind> kinds;
    for (const std::string& word : words) {
        const LoopEntry* entry = find_loop(word);
        const bool external = !o.external_loop.empty() && word == o.external_loop;
        if (entry == nullptr && !external && word.find('/') != std::string::npos)
            return bad_value("--loops", "'" + word + "' is a path, not a loop's name",
                             "give a library of your own with --loop " + word);
        if (entry == nullptr && !external) return unknown_word("--loops", "loop", word, loop_names(o));
        if (!external && !entry->built_in) return not_built_in("select loop", word);
        const LoopKind kind = external ? LoopKind::external : entry->kind;
        kinds.push_back(kind);
    }
    o.loops = kinds;
    return {};
}

/// PATH[:ARGS]: a path has no colon.
Result<void> plug_in_into(RunOptions& o, const std::string& text) {
    PlugInOption plug_in;
    plug_in.library = text.substr(0, text.find(':'));
    if (plug_in.library.size() < text.size()) plug_in.arguments = text.substr(plug_in.library.size() + 1);
    if (plug_in.library.empty())
        return bad_value("--loop", "the path is empty", "give a shared library, as in ./libmine.so");
    o.plug_ins.push_back(std::move(plug_in));
    o.loops.push_back(LoopKind::plug_in);
    return {};
}

Result<void> collectors_into(std::vector<std::string>& target, const std::string& text) {
    const auto words = TRY(to_words("--collector", text));
    const auto known = collector_names();
    for (const std::string& word : words) {
        if (std::find(known.begin(), known.end(), word) == known.end()) {
            return unknown_word("--collector", "collector", word, known);
        }
        const CollectorEntry* entry = find_collector(collectors(), word);
        if (entry != nullptr && !entry->built_in()) return not_built_in("select collector", word);
        if ((word == collector_word::automatic || word == collector_word::none) && words.size() > 1) {
            return bad_value("--collector", "'" + word + "' excludes every other collector", "give it alone");
        }
    }
    target = words;
    return {};
}

Result<void> quick_into(RunOptions& options) {
    options.quick = true;
    options.max_seconds = 4;
    options.steps_per_k = 20;
    return {};
}

/// --add or --remove; rejects --ks, which precedes them in the table.
Apply change_into(std::string option, std::optional<std::uint32_t>& target, std::shared_ptr<const bool> ks_given) {
    return
        [option = std::move(option), &target, ks_given = std::move(ks_given)](const std::string& text) -> Result<void> {
            if (*ks_given) return bad_value(option, "--ks is also given", "give either --ks or --add/--remove");
            return count_into(option, target)(text);
        };
}

/// NAME, or NAME:PARAMETERS for a pattern with parameters.
Result<void> pattern_into(Pattern& target, const std::string& text) {
    Pattern pattern = pattern_of(text);
    if (find_pattern(pattern.name) == nullptr)
        return unknown_word("--pattern", "pattern", pattern.name, pattern_names());
    if (const auto good = check(pattern); !good) return bad_value("--pattern", good.error().cause, good.error().remedy);
    target = std::move(pattern);
    return {};
}

void add_workload(std::vector<Option>& table, RunOptions& o) {
    const std::string group = "Workload";
    const auto ks_given = std::make_shared<bool>(false);
    table.push_back({"--N", "ROWS", "rows in the pool (8192)", group, count_into("--N", o.workload.pool_rows, 1)});
    table.push_back(
        {"--m", "ROWS", "active rows before the first step (1024)", group, count_into("--m", o.workload.active_rows)});
    table.push_back({"--hidden-dim", "ELEMENTS", "elements of a down row (1024)", group,
                     count_into("--hidden-dim", o.hidden_dim, 0, row_elements_max)});
    table.push_back({"--up-cols", "ELEMENTS", "elements of an up row (1024)", group,
                     count_into("--up-cols", o.up_cols, 0, row_elements_max)});
    table.push_back({"--gate-cols", "ELEMENTS", "elements of a gate row (0: no gate)", group,
                     count_into("--gate-cols", o.gate_cols, 0, row_elements_max)});
    table.push_back({"--dtype", "TYPE", choices(dtype_words()) + " (f32)", group,
                     word_into("--dtype", "type", o.dtype, dtype_words())});
    table.push_back({"--ks", "K,...", "rows changed per step, half added, half removed (16,64,256,1024)", group,
                     [&o, ks_given](const std::string& text) -> Result<void> {
                         o.ks = TRY(to_counts("--ks", text));
                         *ks_given = true;
                         return {};
                     }});
    table.push_back({"--add", "A", "rows added per step; replaces --ks", group, change_into("--add", o.add, ks_given)});
    table.push_back(
        {"--remove", "R", "rows removed per step; replaces --ks", group, change_into("--remove", o.remove, ks_given)});
    table.push_back({"--steps-per-k", "STEPS", "measured steps of a phase (50)", group,
                     count_into("--steps-per-k", o.steps_per_k, 1)});
    table.push_back({"--batch", "auto|STEPS",
                     "steps of a reading (auto: so many that the reading's own cost is below 1 % of it)", group,
                     [&o](const std::string& text) -> Result<void> {
                         o.batch.reset();
                         if (text == "auto") return {};
                         std::uint32_t steps = 0;
                         TRY(count_into("--batch", steps, 1)(text));
                         o.batch = steps;
                         return {};
                     }});
    table.push_back({"--repeats", "auto|N",
                     "repeats, each on its own trace segment (auto: 6 or more, until --precision or --max-time)", group,
                     repeats_into(o.repeats)});
    table.push_back({"--precision", "PERCENT", "--repeats auto: largest half width of a time ratio's interval (5%)",
                     group, percentage_into("--precision", o.precision, 0.01)});
    table.push_back({"--max-time", "TIME", "--repeats auto: no repeat begins after so much measuring (20s)", group,
                     seconds_into("--max-time", o.max_seconds, 0.001, 1e6)});
    table.push_back({"--warmup", "auto|STEPS", "steps before the measured ones (auto)", group,
                     [&o](const std::string& text) -> Result<void> {
                         o.warmup.reset();
                         return text == "auto" ? Result<void>{} : count_into("--warmup", o.warmup)(text);
                     }});
    table.push_back({"--pattern", "PATTERN",
                     fmt::format("{}: how rows are chosen ({})", join(pattern_names(), "|"), pattern_names().front()),
                     group, [&o](const std::string& text) { return pattern_into(o.workload.pattern, text); }});
    table.push_back({"--seed", "SEED", "seed of data and traces (1)", group,
                     count_into("--seed", o.workload.seed, 0, std::numeric_limits<std::uint64_t>::max())});
}

void add_loops(std::vector<Option>& table, RunOptions& o) {
    const std::string group = "Loops";
    table.push_back({"--loops", "LOOP,...", default_loop_names() + " (all)", group,
                     [&o](const std::string& text) { return loops_into(o, text); }});
    Option plug_in{"--loop", "PATH[:ARGS]",
                   "also a loop of your own from a shared library (docs/plug-ins.md), which receives ARGS; repeatable",
                   group, [&o](const std::string& text) { return plug_in_into(o, text); }};
    plug_in.repeated = true;
    table.push_back(std::move(plug_in));
    table.push_back({"--loop-timeout", "TIME", "a call into such a library that takes longer fails its loop (10s)",
                     group, seconds_into("--loop-timeout", o.loop_timeout_s, 0.1, 1e5)});
    table.push_back({"--tau", "TAU|adaptive",
                     "hybrid rebuilds if k > TAU*m (0.5); adaptive: chosen from the times predicted for this host",
                     group, [&o](const std::string& text) -> Result<void> {
                         o.adaptive_tau = text == "adaptive";
                         if (o.adaptive_tau) return {};
                         auto tau = to_number("--tau", text, 0, 1e9);
                         if (!tau) {
                             tau.error().remedy += ", or adaptive";
                             return fail(tau.error());
                         }
                         o.tau = *tau;
                         return {};
                     }});
    table.push_back({"--copy", "METHOD", join(copy_names(), "|") + "[:WxL] (memcpy); oracle chooses by trial", group,
                     [&o](const std::string& text) { // prefetch is the last name
                         o.given.copy = true;
                         return copy_into(o.copy, text);
                     }});
    table.push_back({"--threads", "N", "pinned workers (1)", group,
                     noting(o.given.threads, count_into("--threads", o.threads, 1, 4096))});
    table.push_back({"--grain", "ROWS", "rows per unit of parallel work (8)", group,
                     noting(o.given.grain, count_into("--grain", o.grain, 1))});
    table.push_back({"--par-threshold", "ROWS", "rows in a step from which the workers share it (64)", group,
                     noting(o.given.parallel_threshold, count_into("--par-threshold", o.parallel_threshold))});
    table.push_back({"--between", "GAP", choices(between_words()) + ": what happens between two steps (none)", group,
                     word_into("--between", "gap", o.between, between_words())});
}

void add_place(std::vector<Option>& table, RunOptions& o) {
    const std::string group = "Place";
    table.push_back({"--cpus", "CPUS", "auto | 0,2-3 | core:0-1 | package:0 (auto)", group, text_into(o.cpus)});
    table.push_back({"--mem", "POLICY", "local | interleave | NODE (local)", group, text_into(o.memory)});
    table.push_back({"--calibration", "auto|FILE|none", "ceilings that bytebound calibrate saved (auto: this host's)",
                     group, [&o](const std::string& text) -> Result<void> {
                         if (text.empty())
                             return bad_value("--calibration", "the name is empty", "give auto, a file or none");
                         o.calibration = text;
                         return {};
                     }});
}

void add_autotune(std::vector<Option>& table, RunOptions& o) {
    const std::string group = "Loops";
    table.push_back({"--autotune", "auto|FILE|none",
                     "settings that bytebound autotune saved, for --copy, --threads, --grain and --par-threshold where "
                     "they are not given (auto: this host's)",
                     group, [&o](const std::string& text) -> Result<void> {
                         if (text.empty())
                             return bad_value("--autotune", "the name is empty", "give auto, a file or none");
                         o.autotune = text;
                         return {};
                     }});
    for (const char* name : {"--no-autotune", "--skip-autotune-json"})
        table.push_back(
            {name, std::nullopt, "the same as --autotune none", group, [&o](const std::string&) -> Result<void> {
                 o.autotune = "none";
                 return {};
             }});
}

void add_counting(std::vector<Option>& table, RunOptions& o) {
    const std::string group = "Counting";
    for (Option& option : counting_options(o.counting, group))
        table.push_back(std::move(option));
    add_cache_options(table, o, group);
    table.push_back(flag("--allow-multiplex", "scale events that do not fit, instead of running more passes", group,
                         o.counting.allow_multiplex));
    table.push_back({"--qualify", "WHEN",
                     choices(qualify_words()) + ": check counters on kernels with known counts (cached)", group,
                     word_into("--qualify", "choice", o.qualify, qualify_words())});
    table.push_back(flag("--allow-unqualified", "show figures of counters that failed the check, marked", group,
                         o.allow_unqualified));
    table.push_back(flag("--strict", "exit 3 before measuring unless every requested event can be counted", group,
                         o.counting.strict));
}

void add_output(std::vector<Option>& table, RunOptions& o) {
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
    table.push_back(flag("--dry-run", "print the plan; measure nothing", group, o.dry_run));
    table.push_back(flag("--yes", "measure without asking, also for more than 10 minutes", group, o.yes));
    table.push_back(flag("--quiet", "no progress on stderr", group, o.quiet));
}

} // namespace

std::vector<Option> counting_options(CountingOptions& target, const std::string& group) {
    std::vector<Option> table;
    table.push_back({"--collector", "NAME,...", join(collector_names(), "|") + " (auto)", group,
                     [&target](const std::string& text) { return collectors_into(target.collectors, text); }});
    table.push_back(events_option(target.events, group));
    table.push_back({"--bw-preset", "PRESET", "auto|NAME|FILE|none: which events mean LLC misses and DRAM bytes (auto)",
                     group, text_into(target.bandwidth_preset)});
    table.push_back(bytes_per_cas_option(target.bytes_per_cas, group));
    return table;
}

Syntax run_syntax(RunOptions& options) {
    Syntax syntax{"bytebound run",
                  "Measures update loops over ks, writes a run directory and prints the table.",
                  "bytebound run --N 8192 --m 1024 --ks 16,64,256 --loops paired,index --cpus core:0 --out first-run",
                  {},
                  "",
                  0,
                  0};
    syntax.options.push_back({"--quick", std::nullopt,
                              "--max-time 4s --steps-per-k 20 and a warm-up of 512 steps or fewer", "Workload",
                              [&options](const std::string&) { return quick_into(options); }});
    add_workload(syntax.options, options);
    add_loops(syntax.options, options);
    add_autotune(syntax.options, options);
    add_place(syntax.options, options);
    add_counting(syntax.options, options);
    add_output(syntax.options, options);
    return syntax;
}

} // namespace bytebound
