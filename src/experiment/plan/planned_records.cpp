#include "experiment/plan/planned_records.hpp"

#include "experiment/plan/expected_traffic.hpp"

namespace bytebound {
namespace {

std::uint32_t active_rows_after(std::uint32_t active_rows, std::span<const StepChange> changes) {
    for (const StepChange& change : changes)
        active_rows += change.added - change.removed;
    return active_rows;
}

} // namespace

WorkloadRecord workload_record(const RunPlan& plan) {
    const RunOptions& o = plan.options;
    WorkloadRecord w;
    w.spec = o.workload;
    w.hidden_dim = o.hidden_dim;
    w.up_cols = o.up_cols;
    w.gate_cols = o.gate_cols;
    w.dtype = name_of(o.dtype);
    w.layout = plan.layout;
    w.steps_per_k = o.steps_per_k;
    w.repeats = least_repeats(plan);
    if (!o.repeats) w.auto_repeats = AutoRepeats{o.precision, o.max_seconds, 0};
    w.warmup = o.warmup;
    w.between = name_of(o.between);
    for (std::size_t loop = 0; loop < o.loops.size(); ++loop)
        w.loops.push_back(loop_name(o, loop));
    w.tau = o.tau;
    w.tau_source = o.adaptive_tau ? "adaptive" : "given";
    w.copy = name_of(o.copy);
    w.threads = o.threads;
    w.grain = o.grain;
    w.parallel_threshold = o.parallel_threshold;
    w.cache = plan.cache;
    return w;
}

void put_expected_traffic(ExperimentRecord& record, const RunPlan& plan, const Experiment& experiment,
                          std::span<const StepChange> changes, LoopKind loop, CopyMethod copy) {
    record.closed_form.reset();
    record.closed_form_reason.clear();
    if (auto form = expected_traffic(plan, experiment, changes, loop, copy); form)
        record.closed_form = *form;
    else
        record.closed_form_reason = form.error().reason + "; " + form.error().remedy;
}

std::vector<ExperimentRecord> experiment_records(const RunPlan& plan, std::span<const Segments> traces) {
    std::vector<ExperimentRecord> records;
    for (std::size_t i = 0; i < plan.experiments.size(); ++i) {
        const Experiment& e = plan.experiments[i];
        const std::span<const StepChange> simulated = *traces[i].front();
        const MeanChange mean = mean_change(traces[i], e.trace.warmup_steps);
        for (std::size_t loop = 0; loop < plan.options.loops.size(); ++loop) {
            const LoopKind kind = plan.options.loops[loop];
            ExperimentRecord record;
            record.loop = loop_name(plan.options, loop);
            record.k = e.trace.k();
            record.k_requested = e.k_requested;
            record.added = mean.added;
            record.removed = mean.removed;
            record.warmup_steps = e.trace.warmup_steps;
            record.batch = e.batch_of(loop);
            record.readings = e.readings_of(loop);
            record.active_rows =
                active_rows_after(plan.options.workload.active_rows, simulated.first(e.trace.warmup_steps));
            const CopyMethod copy = tries_copies(kind) ? CopyMethod::memcpy : plan.options.copy;
            record.copy_method = name_of(copy);
            put_expected_traffic(record, plan, e, simulated, kind, copy);
            records.push_back(std::move(record));
        }
    }
    return records;
}

} // namespace bytebound
