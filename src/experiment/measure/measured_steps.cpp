#include "experiment/measure/measured_steps.hpp"

#include <optional>

#include "experiment/counting/idle_windows.hpp"
#include "experiment/measure/gap_readings.hpp"

namespace bytebound {
namespace {

void between_steps(Gap gap, const StepStage& stage, const UpdateLoop& loop) {
    if (gap == Gap::evict) stage.sweep.run(stage.team);
    if (gap != Gap::use) return;
    const std::uint32_t active_rows = loop.active_rows();
    for (const SlabGroup& group : stage.slab)
        if (active_rows > 0) read_lines(group.first, active_rows * group.row_bytes);
}

} // namespace

Result<PhaseLog> run_steps(const StepPlan& plan, const StepStage& stage, UpdateLoop& loop) {
    const std::uint32_t readings = plan.readings, batch = plan.batch;
    TeamCounters& counters = stage.counters;
    PhaseLog log;
    log.time_ns.resize(readings);
    log.rows_written.resize(plan.steps());
    log.workers = make_worker_logs(stage.team.threads(), readings, plan.slots.size());
    if (plan.shared && !watch_idle(counters.of(0), idle_windows, log.idle_before))
        return fail(failed_read(counters.of(0), "before the phase"));
    stage.sweep.run(stage.team);
    std::uint32_t step = 0;
    for (; step < plan.warmup_steps && stage.stop == 0; ++step) {
        log.rows_written[step] = loop.step(step).rows_written;
        between_steps(plan.gap, stage, loop);
    }
    ReadBracket bracket(stage.team, counters, plan.slots.size(), log.workers);
    std::optional<GapReadings> gaps;
    if (plan.counts_gaps) gaps.emplace(counters, readings);
    for (std::uint32_t i = 0; i < readings && stage.stop == 0; ++i) {
        bracket.open(i);
        const std::uint64_t begin = stage.clock();
        for (const std::uint32_t last = step + batch; step < last; ++step)
            log.rows_written[step] = loop.step(step).rows_written;
        const std::uint64_t end = stage.clock();
        bracket.close();
        log.time_ns[i] = end - begin;
        // A serial step is done by the leader alone.
        if (log.workers[0].part_ns[i] == 0) log.workers[0].part_ns[i] = end - begin;
        log.measured = i + 1;
        TRY(bracket.check(plan.slots, plan.names));
        if (gaps) TRY(gaps->open(i, std::span(log.workers[0].after).subspan(i * plan.slots.size(), plan.slots.size())));
        between_steps(plan.gap, stage, loop);
        if (gaps) TRY(gaps->close(i));
    }
    if (gaps) {
        log.gap_before = gaps->before();
        log.gap_after = gaps->after();
    }
    if (stage.stop != 0) return fail(stopped_by(stage.stop));
    if (plan.shared && !watch_idle(counters.of(0), idle_windows, log.idle_after))
        return fail(failed_read(counters.of(0), "after the phase"));
    return log;
}

} // namespace bytebound
