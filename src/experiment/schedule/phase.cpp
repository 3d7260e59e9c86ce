#include "experiment/schedule/phase.hpp"

#include <algorithm>
#include <optional>

#include "experiment/counting/idle_windows.hpp"
#include "experiment/measure/gap_readings.hpp"

namespace bytebound {
namespace {

void between_steps(const PhaseContext& context, std::uint32_t active_rows) {
    if (context.plan.options.between == Between::evict) context.sweep.run(context.team);
    if (context.plan.options.between != Between::use || active_rows == 0) return;
    for (std::uint32_t group = 0; group < context.plan.layout.groups.size(); ++group)
        read_lines(context.workspace.slab_row(group, 0), active_rows * context.plan.layout.groups[group].row_bytes);
}

bool counts_gaps(const PhaseContext& context, std::span<const CounterSlot> slots) {
    if (context.plan.options.between == Between::none) return false;
    const std::vector<std::size_t> columns = context.counting.gap_columns();
    return std::any_of(slots.begin(), slots.end(), [&](const CounterSlot& slot) {
        return std::find(columns.begin(), columns.end(), slot.column) != columns.end();
    });
}

/// Planning opened these counters already, so a failure here is a failed phase, not an invalid plan.
Result<TeamCounters> open_again(const PhaseContext& context, int pass) {
    auto counters = TeamCounters::open(context.team, context.counting, pass);
    if (counters) return counters;
    Error error = counters.error();
    error.code = ExitCode::internal;
    error.cause += ", before the phase";
    return fail(std::move(error));
}

} // namespace

Result<PhaseLog> run_phase(const PhaseContext& context, UpdateLoop& loop, const PhaseKey& key) {
    const Experiment& experiment = context.plan.experiments[key.experiment];
    const std::uint32_t readings = experiment.readings_of(key.loop), batch = experiment.batch_of(key.loop);
    const std::vector<CounterSlot> slots = context.counting.slots_of(key.pass);
    const bool shared = context.counting.counts_shared(key.pass);

    PhaseLog log;
    log.time_ns.resize(readings);
    log.rows_written.resize(experiment.trace.steps());
    log.workers = make_worker_logs(context.team.threads(), readings, slots.size());
    auto counters = TRY(open_again(context, key.pass));
    if (shared && !watch_idle(counters.of(0), idle_windows, log.idle_before))
        return fail(failed_read(counters.of(0), "before the phase"));
    context.sweep.run(context.team);
    std::uint32_t step = 0;
    for (; step < experiment.trace.warmup_steps && context.stop == 0; ++step) {
        log.rows_written[step] = loop.step(step).rows_written;
        between_steps(context, loop.active_rows());
    }
    ReadBracket bracket(context.team, counters, slots.size(), log.workers);
    std::optional<GapReadings> gaps;
    if (counts_gaps(context, slots)) gaps.emplace(counters, readings);
    for (std::uint32_t i = 0; i < readings && context.stop == 0; ++i) {
        bracket.open(i);
        const std::uint64_t begin = context.clock();
        for (const std::uint32_t last = step + batch; step < last; ++step)
            log.rows_written[step] = loop.step(step).rows_written;
        const std::uint64_t end = context.clock();
        bracket.close();
        log.time_ns[i] = end - begin;
        // A serial step is done by the leader alone.
        if (log.workers[0].part_ns[i] == 0) log.workers[0].part_ns[i] = end - begin;
        log.measured = i + 1;
        TRY(bracket.check(context.counting, slots));
        if (gaps) TRY(gaps->open(i, std::span(log.workers[0].after).subspan(i * slots.size(), slots.size())));
        between_steps(context, loop.active_rows());
        if (gaps) TRY(gaps->close(i));
    }
    if (gaps) {
        log.gap_before = gaps->before();
        log.gap_after = gaps->after();
    }
    if (context.stop != 0) return fail(stopped_by(context.stop));
    if (shared && !watch_idle(counters.of(0), idle_windows, log.idle_after))
        return fail(failed_read(counters.of(0), "after the phase"));
    return log;
}

} // namespace bytebound
