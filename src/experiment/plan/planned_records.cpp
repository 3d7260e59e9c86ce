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
    w.repeats = o.repeats;
    w.warmup = o.warmup;
    w.between = name_of(o.between);
    for (const LoopKind kind : o.loops)
        w.loops.emplace_back(loop_name(o, kind));
    w.tau = o.tau;
    w.tau_source = o.adaptive_tau ? "adaptive" : "given";
    w.copy = name_of(o.copy);
    w.threads = o.threads;
    w.grain = o.grain;
    w.parallel_threshold = o.parallel_threshold;
    w.cache = plan.cache;
    return w;
}

std::vector<ExperimentRecord> experiment_records(const RunPlan& plan, std::span<const Segments> traces) {
    std::vector<ExperimentRecord> records;
    for (std::size_t i = 0; i < plan.experiments.size(); ++i) {
        const Experiment& e = plan.experiments[i];
        const std::span<const StepChange> simulated = *traces[i].front();
        const MeanChange mean = mean_change(traces[i], e.trace.warmup_steps);
        for (const LoopKind kind : plan.options.loops) {
            ExperimentRecord record;
            record.loop = loop_name(plan.options, kind);
            record.k = e.trace.k();
            record.k_requested = e.k_requested;
            record.added = mean.added;
            record.removed = mean.removed;
            record.warmup_steps = e.trace.warmup_steps;
            record.batch = e.batch;
            record.active_rows =
                active_rows_after(plan.options.workload.active_rows, simulated.first(e.trace.warmup_steps));
            record.copy_method = name_of(plan.options.copy);
            if (auto form = expected_traffic(plan, e, simulated, kind); form) {
                record.closed_form = *form;
            } else {
                record.closed_form_reason = form.error().reason + "; " + form.error().remedy;
            }
            records.push_back(std::move(record));
        }
    }
    return records;
}

} // namespace bytebound
