#include "experiment/tune/autotune_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "counters/registry.hpp"
#include "machine/placement.hpp"
#include "workload/patterns.hpp"

namespace bytebound {
namespace {

constexpr std::uint64_t longest_row = std::uint64_t{16} << 20;
constexpr std::uint32_t fewest_blocks = 3;
/// For the estimate of the time: a core's usual rate of reading, and of copying cold rows.
constexpr double sweep_rate = 8e9, copy_rate = 12e9;

Failure impossible(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "plan", std::move(object), std::move(cause), std::move(remedy)});
}

Result<void> check(const AutotuneOptions& o) {
    if (o.fresh_blocks < fewest_blocks)
        return impossible(fmt::format("--repeats {}", o.fresh_blocks), "fewer than 3 blocks resolve nothing",
                          "give 3 or more");
    for (const std::uint32_t threads : o.threads)
        if (threads == 0) return impossible("--threads 0", "must be at least 1", "give 1 or more");
    for (const LoopKind loop : o.run.loops) {
        const LoopEntry* entry = find_loop(loop);
        if (entry == nullptr || !entry->built_in || entry->tries_copies)
            return impossible("--loops " + std::string(entry == nullptr ? "" : entry->name),
                              "its copy method is its own", "give paired, index, mask or hybrid");
    }
    return {};
}

/// Half of the row in up, half in down, as in the default workload.
Result<RunOptions> with_rows(RunOptions o, std::uint64_t bytes) {
    const std::uint64_t element = element_bytes(o.dtype), elements = bytes / element;
    const std::string object = fmt::format("--row-bytes {}", bytes);
    if (bytes % element != 0 || elements < 2)
        return impossible(object,
                          fmt::format("two groups of {} elements need a multiple of {} bytes, {} or more",
                                      name_of(o.dtype), element, 2 * element),
                          "give such a size, or another --dtype");
    if (bytes > longest_row)
        return impossible(object, fmt::format("it is more than {}", format_size(static_cast<double>(longest_row))),
                          "give shorter rows");
    o.hidden_dim = elements / 2;
    o.up_cols = elements - o.hidden_dim;
    o.gate_cols = 0;
    return o;
}

std::vector<CopyMethod> copies_for(const RowLayout& layout) {
    std::vector<CopyMethod> out;
    const auto add = [&](CopyMethod method) {
        if (runs_here(method) && std::find(out.begin(), out.end(), method) == out.end()) out.push_back(method);
    };
    for (const CopyMethod method : copy_methods())
        add(fitted_to(method, layout));
    const auto lines = static_cast<std::uint32_t>(std::min<std::uint64_t>(longest_row_lines(layout), 16));
    for (const auto& [rows, most] : {std::pair(2u, 4u), std::pair(4u, 16u), std::pair(8u, 8u), std::pair(16u, 4u)})
        add(CopyMethod::prefetching(rows, std::min(most, lines)));
    return out;
}

/// A rebuild stores all rows, and so needs few steps to overwrite the cache.
std::uint32_t warmup_of(const RunPlan& plan, const Experiment& experiment, LoopKind loop) {
    const LoopEntry* entry = find_loop(loop);
    if (entry == nullptr || entry->stores != StoredRows::all) return experiment.trace.warmup_steps;
    const std::uint64_t steps = automatic_warmup(plan.warm_bytes, plan.options.workload.active_rows,
                                                 plan.layout.row_bytes(), plan.options.between);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(steps, experiment.trace.warmup_steps));
}

Result<RowsToTune> plan_rows(const RunOptions& options, const Machine& machine, const PlanFacts& facts) {
    RowsToTune rows;
    rows.plan = TRY(plan_run(options, machine, facts));
    for (std::size_t e = 0; e < rows.plan.experiments.size(); ++e)
        for (const LoopKind loop : options.loops)
            rows.cells.push_back({e, loop, warmup_of(rows.plan, rows.plan.experiments[e], loop)});
    rows.copies = copies_for(rows.plan.layout);
    return rows;
}

/// Of one phase of every cell.
double seconds_of_cells(const RowsToTune& rows) {
    double seconds = 0;
    for (const TuningCell& cell : rows.cells) {
        const Experiment& e = rows.plan.experiments[cell.experiment];
        const bool all = find_loop(cell.loop)->stores == StoredRows::all;
        const double copied = all ? rows.plan.options.workload.active_rows : e.expected.bound_rows;
        const double steps = cell.warmup_steps + e.trace.measured_steps;
        seconds += static_cast<double>(rows.plan.sweep_bytes) / sweep_rate +
                   steps * 2 * copied * static_cast<double>(rows.plan.layout.row_bytes()) / copy_rate;
    }
    return seconds;
}

double seconds_of(const AutotunePlan& plan) {
    const auto& threads = plan.options.threads;
    const auto teams = static_cast<double>(threads.size());
    const double several = teams - (threads.front() == 1 ? 1 : 0);
    double seconds = 0;
    for (const RowsToTune& rows : plan.rows) {
        const double searched = teams * static_cast<double>(rows.copies.size()) +
                                several * static_cast<double>(plan.grains.size() * plan.thresholds.size() + 1);
        seconds += seconds_of_cells(rows) *
                   (plan.options.search_blocks * searched + plan.options.fresh_blocks * (2 * teams + 1));
    }
    return seconds;
}

} // namespace

TunedSetting default_setting(std::uint32_t threads) {
    const RunOptions defaults;
    return {threads, defaults.copy, defaults.grain, defaults.parallel_threshold};
}

std::string workload_text(const RunOptions& o) {
    std::vector<std::string> ks, loops;
    for (const std::uint32_t k : o.ks)
        ks.push_back(std::to_string(k));
    for (std::size_t loop = 0; loop < o.loops.size(); ++loop)
        loops.push_back(loop_name(o, loop));
    return fmt::format("N {}, m {}, {}, ks {}, loops {}", o.workload.pool_rows, o.workload.active_rows,
                       to_text(o.workload.pattern), join(ks, ", "), join(loops, ", "));
}

Result<AutotunePlan> plan_autotune(const AutotuneOptions& options, const Machine& machine, const PlanFacts& facts) {
    TRY(check(options));
    AutotunePlan plan;
    plan.options = options;
    plan.options.threads = team_sizes(machine, options.run.cpus, options.run.memory, options.threads);
    plan.grains = {1, 8, 64};
    plan.thresholds = {8, 64, 512};
    RunOptions run = options.run;
    run.threads = plan.options.threads.back();
    run.repeats = std::max(options.search_blocks * 2, options.fresh_blocks);
    run.counting.collectors = {std::string(collector_word::none)};
    run.calibration = "none";
    run.out = "unused";
    std::vector<RunOptions> of_rows;
    for (const std::uint64_t bytes : options.row_bytes)
        of_rows.push_back(TRY(with_rows(run, bytes)));
    if (of_rows.empty()) of_rows.push_back(run);
    for (const RunOptions& each : of_rows)
        plan.rows.push_back(TRY(plan_rows(each, machine, facts)));
    plan.placement = plan.rows.front().plan.placement;
    plan.warnings = plan.rows.front().plan.warnings;
    plan.seconds = seconds_of(plan);
    return plan;
}

std::vector<std::string> describe(const AutotunePlan& plan) {
    const auto numbers = [](const std::vector<std::uint32_t>& list) {
        std::vector<std::string> out;
        for (const std::uint32_t each : list)
            out.push_back(std::to_string(each));
        return join(out, ", ");
    };
    std::vector<std::string> lines;
    lines.push_back(fmt::format("placement  CPUs {}, memory {}", format_cpu_list(plan.placement.cpus),
                                plan.placement.memory_request));
    lines.push_back("workload   " + workload_text(plan.rows.front().plan.options));
    lines.push_back("threads    " + numbers(plan.options.threads));
    for (const RowsToTune& rows : plan.rows) {
        std::vector<std::string> copies;
        for (const CopyMethod copy : rows.copies)
            copies.push_back(name_of(copy));
        lines.push_back(
            fmt::format("rows       {} bytes: copy {}", groups_text(rows.plan.layout.groups), join(copies, ", ")));
    }
    lines.push_back(
        fmt::format("then       grain {}; par-threshold {}", numbers(plan.grains), numbers(plan.thresholds)));
    lines.push_back(fmt::format("blocks     {} to search, {} fresh ones to confirm", plan.options.search_blocks,
                                plan.options.fresh_blocks));
    lines.push_back(fmt::format("time       about {:.0f} s", plan.seconds));
    return lines;
}

} // namespace bytebound
