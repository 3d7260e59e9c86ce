#include "experiment/schedule/phase.hpp"

#include <algorithm>

namespace bytebound {
namespace {

bool counts_gaps(const RunPlan& plan, const Counting& counting, std::span<const CounterSlot> slots) {
    if (plan.options.between == Between::none) return false;
    const std::vector<std::size_t> columns = counting.gap_columns();
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

StepPlan step_plan(const RunPlan& plan, const Counting& counting, const PhaseKey& key) {
    const Experiment& experiment = plan.experiments[key.experiment];
    StepPlan steps;
    steps.warmup_steps = experiment.trace.warmup_steps;
    steps.readings = experiment.readings_of(key.loop);
    steps.batch = experiment.batch_of(key.loop);
    steps.gap = gap_of(plan.options.between);
    steps.slots = counting.slots_of(key.pass);
    for (const CounterSlot& slot : steps.slots)
        steps.names.push_back(counting.events[slot.column].name);
    steps.shared = counting.counts_shared(key.pass);
    steps.counts_gaps = counts_gaps(plan, counting, steps.slots);
    return steps;
}

Result<PhaseLog> run_phase(const PhaseContext& context, UpdateLoop& loop, const PhaseKey& key) {
    const StepPlan steps = step_plan(context.plan, context.counting, key);
    std::vector<SlabGroup> slab;
    for (std::uint32_t group = 0; group < context.plan.layout.groups.size(); ++group)
        slab.push_back({context.workspace.slab_row(group, 0), context.plan.layout.groups[group].row_bytes});
    auto counters = TRY(open_again(context, key.pass));
    return run_steps(steps, {context.team, context.sweep, counters, slab, context.clock, context.stop}, loop);
}

} // namespace bytebound
