#include "experiment/plan/plan.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/text.hpp"
#include "counters/registry.hpp"
#include "experiment/plan/expected_traffic.hpp"
#include "experiment/plan/plan_hierarchy.hpp"
#include "experiment/plan/plan_parts.hpp"
#include "experiment/plan/plan_replay.hpp"
#include "loops/replay.hpp"
#include "model/simulate.hpp"
#include "record/samples.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

/// callgrind's write-back model confuses two lines whose addresses are equal modulo 2^32.
constexpr std::uint64_t valgrind_arena_limit = std::uint64_t{1} << 32;
/// The smallest space that valgrind leaves for mappings apart from stack, heap and code.
constexpr std::uint64_t emulated_arena_limit = std::uint64_t{5} << 29;
/// Limit for traces if the available memory is unknown.
constexpr std::uint64_t unknown_trace_room = std::uint64_t{1} << 30;
constexpr std::uint32_t most_steps = 10'000'000;
/// More columns cannot be the row of any machine; the limit keeps products below 2^64.
constexpr std::uint64_t max_columns = std::uint64_t{1} << 40;

Failure impossible(std::string object, std::string cause, std::string remedy) {
    return fail({ExitCode::usage, "plan", std::move(object), std::move(cause), std::move(remedy)});
}

Result<void> check_sizes(const RunOptions& o) {
    if (o.workload.pool_rows == 0) return impossible("--N 0", "the pool has no rows", "give --N 1 or more");
    if (o.workload.pool_rows > max_pool_rows)
        return impossible(fmt::format("--N {}", o.workload.pool_rows), fmt::format("ids hold {} rows", max_pool_rows),
                          fmt::format("give --N {} or less", max_pool_rows));
    if (o.workload.active_rows > o.workload.pool_rows)
        return impossible(fmt::format("--m {}", o.workload.active_rows),
                          fmt::format("the pool has only N = {} rows", o.workload.pool_rows), "give m <= N");
    for (const std::uint64_t columns : {o.hidden_dim, o.up_cols, o.gate_cols})
        if (columns > max_columns)
            return impossible(fmt::format("{} columns", columns), "too many columns (limit 2^40)",
                              "give fewer columns");
    if (o.hidden_dim + o.up_cols + o.gate_cols == 0)
        return impossible("rows", "S = 0: a row has no columns", "give --hidden-dim, --up-cols or --gate-cols");
    if (o.steps_per_k == 0) return impossible("--steps-per-k 0", "nothing would be measured", "give 1 or more");
    if (o.batch && o.steps_per_k % *o.batch != 0)
        return impossible(fmt::format("--batch {}", *o.batch),
                          fmt::format("--steps-per-k {} is not a multiple of it", o.steps_per_k),
                          "give a divisor of --steps-per-k, or auto");
    if (o.batch.value_or(1) > 1 && o.between != Between::none)
        return impossible(fmt::format("--batch {}", *o.batch),
                          fmt::format("with --between {} every step is read by itself", name_of(o.between)),
                          "remove --batch or --between");
    if (o.steps_per_k > most_steps)
        return impossible(fmt::format("--steps-per-k {}", o.steps_per_k), fmt::format("it is more than {}", most_steps),
                          "give fewer steps");
    if (o.repeats == 0u) return impossible("--repeats 0", "nothing would be measured", "give 1 or more, or auto");
    if (o.threads == 0) return impossible("--threads 0", "must be at least 1", "give 1 or more");
    if (o.grain == 0) return impossible("--grain 0", "must be at least 1", "give 1 or more");
    if (!(o.tau >= 0) || !std::isfinite(o.tau))
        return impossible(fmt::format("--tau {}", o.tau), "it must be a fraction of m, 0 or more", "give 0 or more");
    if (o.ks.empty() && !o.add && !o.remove) return impossible("--ks", "the list is empty", "give at least one k");
    if (o.loops.empty()) return impossible("--loops", "the list is empty", "give at least one loop");
    if (o.warmup && *o.warmup > most_steps)
        return impossible(fmt::format("--warmup {}", *o.warmup), fmt::format("it is more than {} steps", most_steps),
                          "give fewer");
    return {};
}

Result<void> check_loops(const RunOptions& o) {
    for (const LoopKind kind : o.loops)
        for (const LoopEntry& entry : loops())
            if (entry.kind == kind && !entry.built_in)
                return fail({ExitCode::not_possible, "plan", "loop " + std::string(entry.name),
                             "this build does not have it", "remove it from --loops"});
    if (!o.plug_ins.empty() && o.threads > 1)
        return fail({ExitCode::not_possible, "plan", "--loop " + o.plug_ins.front().library,
                     fmt::format("a loop of your own runs on one worker, and there are {}", o.threads),
                     "give --threads 1, or remove --loop"});
    if (!o.plug_ins.empty() && ::sysconf(_SC_PAGESIZE) > 4096)
        return fail(
            {ExitCode::not_possible, "plan", "--loop " + o.plug_ins.front().library,
             fmt::format("pages of {} bytes are longer than the buffers' boundaries of 4096", ::sysconf(_SC_PAGESIZE)),
             "use a kernel with pages of 4 KiB, or remove --loop"});
    if (!runs_here(o.copy))
        return fail({ExitCode::not_possible, "plan", "--copy " + name_of(o.copy), "this CPU cannot run it",
                     "give --copy memcpy"});
    return {};
}

/// Lines beyond the end of a row would be those of its neighbours.
Result<void> fit_copy(CopyMethod& copy, const RowLayout& layout) {
    const std::uint64_t lines = longest_row_lines(layout);
    if (copy.lines > lines && lines > 0)
        return impossible("--copy " + name_of(copy),
                          fmt::format("the longest row of a group has {} line{} of {} bytes", lines,
                                      lines == 1 ? "" : "s", prefetch_line_bytes),
                          fmt::format("give prefetch, or at most {}",
                                      name_of(CopyMethod::prefetching(copy.rows, static_cast<std::uint32_t>(lines)))));
    copy = fitted_to(copy, layout);
    return {};
}

/// Peak memory of a run, in bytes. Doubles, because exact products may exceed 64 bits.
struct MemoryNeed {
    double arena = 0, sweep = 0;
    double simulation = 0;             ///< per thread: masks, lists, tables, the trace's ids, the cache; 0: none runs
    double steps = 0;                  ///< plan, computed and simulated figures of every step
    double samples_of_repeat = 0;      ///< those of one repeat of every loop and k
    double program = 48.0 * (1 << 20); ///< code, libraries, heap and stacks: 30 MiB seen beside the buffers
    double samples = 0;                ///< the rows of samples.csv and workers.csv, when the report reads them
    double total(std::size_t threads) const {
        return program + arena + sweep + simulation * static_cast<double>(threads) + steps + samples;
    }
};

/// Before the experiments are planned, a lower bound: one k without warm-up.
MemoryNeed memory_need(const RunPlan& plan) {
    const RunOptions& o = plan.options;
    const double rows = o.workload.pool_rows, loops = static_cast<double>(o.loops.size());
    const double pool_and_slab = (rows + plan.workspace.slab_rows) * static_cast<double>(plan.layout.row_bytes());
    MemoryNeed need;
    need.sweep = static_cast<double>(plan.sweep_bytes);
    // arena_bytes() is used only if its products cannot overflow.
    need.arena = pool_and_slab < 0x1p62 ? static_cast<double>(bytebound::arena_bytes(plan.workspace)) : pool_and_slab;
    const double cache = 8 * static_cast<double>(plan.cache.geometry.size_bytes / plan.cache.geometry.line_bytes);
    if (plan.counting.collectors.simulate)
        need.simulation = std::max(0.0, need.arena - pool_and_slab) + 4 * rows +
                          (plan.hierarchy ? hierarchy_bytes(plan, need.arena) : cache);

    double steps = 0, simulated = 0; // over all ks, and over all simulated segments of their loops
    for (const Experiment& e : plan.experiments) {
        steps += e.trace.steps();
        for (const LoopKind loop : o.loops)
            simulated += static_cast<double>(e.trace.steps()) * simulated_segments(plan, e, loop);
    }
    const double experiments = std::max<double>(1, static_cast<double>(plan.experiments.size()));
    if (plan.experiments.empty()) steps = simulated = o.steps_per_k;
    if (!plan.counting.collectors.simulate) simulated = 0;
    need.steps = steps * sizeof(StepChange) + simulated * (sizeof(LineCounts) + sizeof(GapLines));
    const double readings = static_cast<double>(plan.counting.events.size());
    const double rows_written = experiments * o.steps_per_k * loops * (o.threads > 1 ? 1.0 + o.threads : 1);
    need.samples_of_repeat = rows_written * (sizeof(Sample) + readings * sizeof(std::optional<Reading>));
    need.samples = least_repeats(plan) * need.samples_of_repeat;
    return need;
}

/// The workload is no remedy where the sweep, whose size is that of the caches, does not fit.
std::string memory_remedy(const MemoryNeed& need, const MemoryRoom& available) {
    const std::string smaller = "give a smaller --N, shorter rows, fewer steps (also of --warmup) or fewer repeats";
    const bool limited = available.of != RoomOf::machine;
    if (need.program + need.sweep >= static_cast<double>(*available.bytes))
        return fmt::format("{}: the sweep reads 4 x the last-level cache whatever the workload is",
                           limited ? "raise the limit" : "free memory");
    return limited ? "raise the limit, or " + smaller : smaller;
}

/// Checks the sizes and determines how many simulations fit in memory at once.
Result<void> check_memory(RunPlan& plan, const MemoryRoom& memory_available, bool under_valgrind) {
    const MemoryNeed need = memory_need(plan);
    const double available = static_cast<double>(memory_available.bytes.value_or(0));
    if (memory_available.bytes && need.total(1) > available)
        return impossible("memory",
                          fmt::format("the run needs {} (arena {}, sweep {}, {}figures of all steps {}, "
                                      "samples {}, program {}), but {}",
                                      format_size(need.total(1)), format_size(need.arena), format_size(need.sweep),
                                      need.simulation > 0 ? "simulation " + format_size(need.simulation) + ", " : "",
                                      format_size(need.steps), format_size(need.samples), format_size(need.program),
                                      describe(memory_available)),
                          memory_remedy(need, memory_available));
    if (need.arena >= 0x1p62)
        return impossible("memory", "the arena does not fit into the address space", "give a smaller --N");
    if (memory_available.bytes && need.simulation > 0) {
        const double beside = std::floor((available - need.total(0)) / need.simulation);
        plan.simulation_threads = static_cast<std::size_t>(std::clamp(beside, 1.0, double{most_simulations}));
    }
    plan.most_repeats = plan.options.repeats.value_or(most_auto_repeats);
    if (!plan.options.repeats && memory_available.bytes) {
        // Traces are kept in the other half (trace_room).
        const double more = std::floor((available - need.total(1)) / 2 / need.samples_of_repeat);
        plan.most_repeats =
            static_cast<std::uint32_t>(std::min<double>(most_auto_repeats, least_auto_repeats + std::max(more, 0.0)));
    }
    const bool wrapped = under_valgrind || !plan.counting.collectors.emulating.empty();
    if (wrapped && need.arena >= static_cast<double>(valgrind_arena_limit))
        return impossible("memory",
                          fmt::format("the arena of {} is not smaller than 4 GiB, and valgrind's write-back model "
                                      "treats lines 4 GiB apart as one",
                                      format_size(need.arena)),
                          "give a smaller --N under valgrind");
    if (plan.counting.collectors.emulating.empty()) return {};
    const bool evicts = plan.options.between == Between::evict;
    const double evicted = evicts ? static_cast<double>(plan.cache.geometry.size_bytes) : 0;
    if (need.arena + evicted > static_cast<double>(emulated_arena_limit))
        return impossible("memory",
                          fmt::format("the arena of {}{} is larger than {}: the low 32 bits of its addresses must "
                                      "differ from those of stack, heap and code under {}",
                                      format_size(need.arena),
                                      evicts ? fmt::format(" and the buffer of {} to evict", format_size(evicted)) : "",
                                      format_size(static_cast<double>(emulated_arena_limit)),
                                      plan.counting.collectors.emulating),
                          "give a smaller --N, or --collector sim");
    return {};
}

} // namespace

Result<void> fit_memory(RunPlan& plan, const MemoryRoom& memory_available, bool under_valgrind) {
    TRY(check_memory(plan, memory_available, under_valgrind));
    plan.arena_bytes = bytebound::arena_bytes(plan.workspace);
    return {};
}

std::uint64_t trace_room(const RunPlan& plan, std::optional<std::uint64_t> memory_available, std::size_t threads) {
    if (!memory_available) return unknown_trace_room;
    const double left =
        static_cast<double>(*memory_available) - memory_need(plan).total(std::min(threads, plan.simulation_threads));
    return left > 0 ? static_cast<std::uint64_t>(left / 2) : 0;
}

namespace {

void note_core_kinds(RunPlan& plan, const Machine& machine) {
    plan.core_kinds = describe_kinds(machine.kinds, plan.placement.cpus);
    const auto chosen = std::count_if(machine.kinds.begin(), machine.kinds.end(), [&](const CoreKind& kind) {
        return std::any_of(plan.placement.cpus.begin(), plan.placement.cpus.end(), [&](int cpu) {
            return std::find(kind.cpus.begin(), kind.cpus.end(), cpu) != kind.cpus.end();
        });
    });
    if (chosen > 1) plan.warnings.push_back(warnings::core_kinds_mixed(plan.core_kinds));
    if (plan.placement.cpus_request == "auto" && !ranked(machine.kinds))
        plan.warnings.push_back(warnings::core_kinds_unranked(plan.core_kinds));
}

} // namespace

Result<RunPlan> plan_run(const RunOptions& options, const Machine& machine, const PlanFacts& facts) {
    TRY(check_sizes(options));
    TRY(check_loops(options));
    RunPlan plan;
    plan.options = options;
    plan.ceilings = facts.ceilings;
    plan.no_ceilings = facts.no_ceilings;
    plan.layout = make_layout(options.dtype, options.up_cols, options.hidden_dim, options.gate_cols);
    TRY(fit_copy(plan.options.copy, plan.layout));
    plan.placement = TRY(resolve_placement(machine, options.cpus, options.memory, options.threads));
    note_core_kinds(plan, machine);
    plan.counting = TRY(request_counting(options.counting, plan.placement, facts.preset, facts.root));
    TRY(plan_caches(plan, machine));
    TRY(plan_hierarchy(plan, machine));
    if (plan.hierarchy && !plan.counting.collectors.simulate)
        plan.warnings.push_back(warnings::hierarchy_not_simulated());
    plan.workspace = {options.workload.pool_rows, options.workload.active_rows, plan.layout, 1, 0};
    TRY(check_memory(plan, facts.memory_available, facts.under_valgrind));
    TRY(plan_experiments(plan));
    TRY(settle_tau(plan));
    TRY(fit_memory(plan, facts.memory_available, facts.under_valgrind));
    TRY(check_limits(plan, facts.limits));
    plan.time = planned_time(plan, machine.allowed.size());
    plan.warnings.insert(plan.warnings.end(), plan.counting.warnings.begin(), plan.counting.warnings.end());
    return plan;
}

std::uint32_t least_repeats(const RunPlan& plan) { return plan.options.repeats.value_or(least_auto_repeats); }

std::vector<std::string> describe(const RunPlan& plan) {
    const RunOptions& o = plan.options;
    std::vector<std::string> names, lines;
    for (std::size_t loop = 0; loop < o.loops.size(); ++loop)
        names.push_back(loop_name(o, loop));
    lines.push_back(fmt::format("workload   N {}, m {}, S {} bytes ({}), {}, seed {}", o.workload.pool_rows,
                                o.workload.active_rows, plan.layout.row_bytes(), name_of(o.dtype),
                                to_text(o.workload.pattern), o.workload.seed));
    lines.push_back(fmt::format("loops      {} (copy {}, threads {}, between {})", join(names, ", "), name_of(o.copy),
                                o.threads, name_of(o.between)));
    if (plan.autotune) lines.push_back("autotune   " + source_text(*plan.autotune));
    if (o.adaptive_tau)
        lines.push_back(fmt::format("tau        {:.4g}, from the times predicted for this host", o.tau));
    lines.push_back(fmt::format("placement  CPUs {}, memory {}", format_cpu_list(plan.placement.cpus), o.memory));
    if (!plan.core_kinds.empty()) lines.push_back("cores      " + plan.core_kinds);
    lines.push_back(fmt::format("memory     arena {}, sweep {}", format_size(static_cast<double>(plan.arena_bytes)),
                                format_size(static_cast<double>(plan.sweep_bytes))));
    lines.push_back(fmt::format("cache      {} {} ways, {} B lines ({})",
                                format_size(static_cast<double>(plan.cache.geometry.size_bytes)),
                                plan.cache.geometry.ways, plan.cache.geometry.line_bytes, name_of(plan.cache.origin)));
    for (std::string& line : describe_hierarchy(plan))
        lines.push_back(std::move(line));
    const std::string repeats_text =
        o.repeats ? std::to_string(*o.repeats) : fmt::format("{} or more", least_repeats(plan));
    if (!o.repeats)
        lines.push_back(
            fmt::format("repeats    {} to {} of each k, until time ratios are within {:g}% or {:g} s passed",
                        least_repeats(plan), plan.most_repeats, o.precision * 100, o.max_seconds));
    for (const Experiment& e : plan.experiments)
        lines.push_back(fmt::format("k {:<8} A {:g}, R {:g}, warm-up {}, measured {} x {}, bound {} per step",
                                    e.trace.k(), e.expected.added, e.expected.removed, e.trace.warmup_steps,
                                    repeats_text, o.steps_per_k,
                                    format_size(e.expected.bound_rows * static_cast<double>(plan.layout.row_bytes()))));
    std::vector<std::string> events;
    for (const EventRequest& event : plan.counting.events)
        events.push_back(event.name);
    std::vector<std::string> collectors = plan.counting.collectors.counting;
    if (!plan.counting.collectors.emulating.empty()) collectors.push_back(plan.counting.collectors.emulating);
    if (plan.counting.collectors.simulate) collectors.emplace_back(collector_word::simulation);
    lines.push_back(fmt::format("collectors {}", collectors.empty() ? "none" : join(collectors, ", ")));
    lines.push_back(fmt::format("events     {}", events.empty() ? "none" : join(events, ", ")));
    lines.push_back(fmt::format("phases     {}{} before passes",
                                plan.experiments.size() * o.loops.size() * least_repeats(plan),
                                o.repeats ? "" : " or more"));
    lines.push_back("time       " + describe(plan.time));
    return lines;
}

} // namespace bytebound
