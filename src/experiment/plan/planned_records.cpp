#include "experiment/plan/planned_records.hpp"

#include "experiment/plan/expected_traffic.hpp"

namespace bytebound {
namespace {

std::uint32_t active_rows_after(std::uint32_t active_rows, const Experiment& experiment) {
    for (std::uint32_t step = 0; step < experiment.warmup_steps; ++step)
        active_rows += experiment.changes[step].added - experiment.changes[step].removed;
    return active_rows;
}

} // namespace

WorkloadRecord workload_record(const RunPlan& plan) {
    const RunOptions& o = plan.options;
    WorkloadRecord w;
    w.pool_rows = o.pool_rows;
    w.active_rows = o.active_rows;
    w.hidden_dim = o.hidden_dim;
    w.up_cols = o.up_cols;
    w.gate_cols = o.gate_cols;
    w.dtype = name_of(o.dtype);
    w.pattern = name_of(o.pattern);
    w.layout = plan.layout;
    w.seed = o.seed;
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

std::vector<ExperimentRecord> experiment_records(const RunPlan& plan) {
    std::vector<ExperimentRecord> records;
    for (const Experiment& e : plan.experiments) {
        for (const LoopKind kind : plan.options.loops) {
            ExperimentRecord record;
            record.loop = loop_name(plan.options, kind);
            record.k = e.k;
            record.k_requested = e.k_requested;
            record.added = e.added;
            record.removed = e.removed;
            record.warmup_steps = e.warmup_steps;
            record.batch = e.batch;
            record.active_rows = active_rows_after(plan.options.active_rows, e);
            record.copy_method = name_of(plan.options.copy);
            if (auto form = expected_traffic(plan, e, kind); form) {
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
