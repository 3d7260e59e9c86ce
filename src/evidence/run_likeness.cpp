#include "evidence/run_likeness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "model/loop_facts.hpp"

namespace bytebound {
namespace {

/// Collects the fields with unlike values.
class FieldComparison {
public:
    void text(const char* field, const std::string& base, const std::string& head) {
        if (base != head) found.push_back({field, base.empty() ? "none" : base, head.empty() ? "none" : head});
    }
    std::vector<FieldDifference> found;
};

bool has_loop(const RunRecord& run, std::string_view loop) {
    return std::any_of(run.workload.loops.begin(), run.workload.loops.end(),
                       [loop](const std::string& each) { return each.starts_with(loop); });
}

std::string cache_text(const CacheGeometry& cache) {
    return fmt::format("{} in {} ways, lines of {}", format_size(static_cast<double>(cache.size_bytes)), cache.ways,
                       cache.line_bytes);
}

std::uint64_t steps_of_phase(const RunRecord& run, const ExperimentRecord& row) {
    return std::uint64_t{readings_of(run.workload, row)} * std::max(row.batch, 1u);
}

/// With an odd k, A and R alternate: over n steps, each mean is off by half a row in n at most.
double alternation(const RunRecord& run, const ExperimentRecord& row) {
    return 0.5 / static_cast<double>(std::max<std::uint64_t>(steps_of_phase(run, row), 1)) * (1 + 1e-9);
}

bool same_change(const RunRecord& base, const ExperimentRecord& a, const RunRecord& head, const ExperimentRecord& b) {
    const double most = alternation(base, a) + alternation(head, b);
    return std::abs(a.added - b.added) <= most && std::abs(a.removed - b.removed) <= most;
}

} // namespace

std::string change_text(const ExperimentRecord& row) { return fmt::format("{:g}+{:g}", row.added, row.removed); }

bool is_half_and_half(const RunRecord& run, const ExperimentRecord& row) {
    return std::abs(row.added - row.removed) <= 2 * alternation(run, row);
}

std::string references_of(const ExperimentRecord& row) {
    const auto copy = copy_method_named(row.copy_method);
    if (copy && copy->kind == CopyMethod::nt) return "non-temporal stores";
    if (copy && copy->kind == CopyMethod::prefetch) return "ordinary stores with " + row.copy_method;
    return "ordinary stores";
}

std::string to_text(const std::vector<FieldDifference>& differences) {
    std::vector<std::string> parts;
    for (const FieldDifference& each : differences)
        parts.push_back(fmt::format("{} ({} and {})", each.field, each.base, each.head));
    return join(parts, ", ");
}

std::vector<FieldDifference> host_differences(const RunRecord& base, const RunRecord& head) {
    FieldComparison fields;
    fields.text("host", base.host, head.host);
    if (base.host_facts && head.host_facts) fields.text("CPU", base.host_facts->cpu_model, head.host_facts->cpu_model);
    return std::move(fields.found);
}

namespace {

/// What a run of other subjects did: equal commands are equal workloads, by the name of the row.
std::vector<RunField> subject_fields(const SubjectRecord& subject) {
    std::vector<RunField> fields{{"subject", std::string(name_of(subject.kind))}};
    if (subject.commands) {
        for (const CommandRecord& command : subject.commands->commands)
            fields.push_back({"command " + command.name, command_line(command.argv)});
        for (const CommandRecord& command : subject.commands->commands)
            if (command.exit_code)
                fields.push_back({"exit code of " + command.name, std::to_string(*command.exit_code)});
        fields.push_back({"prepare", command_line(subject.commands->prepare)});
    }
    if (subject.regions) fields.push_back({"program", command_line(subject.regions->argv)});
    if (subject.imported) fields.push_back({"tool", subject.imported->tool});
    return fields;
}

} // namespace

std::vector<RunField> workload_fields(const RunRecord& run) {
    if (run.subject.kind != Subject::loops) return subject_fields(run.subject);
    const WorkloadRecord& w = run.workload;
    std::vector<RunField> fields;
    const auto add = [&fields](const char* name, const auto& value) {
        fields.push_back({name, fmt::format("{}", value)});
    };
    add("N", w.spec.pool_rows);
    add("m", w.spec.active_rows);
    add("hidden-dim", w.hidden_dim);
    add("up-cols", w.up_cols);
    add("gate-cols", w.gate_cols);
    add("dtype", w.dtype);
    add("pattern", to_text(w.spec.pattern));
    add("seed", w.spec.seed);
    add("warmup", w.warmup ? std::to_string(*w.warmup) : "auto");
    if (has_loop(run, "hybrid")) add("tau", w.tau);
    add("copy", w.copy);
    add("threads", w.threads);
    if (w.threads > 1) {
        add("grain", w.grain);
        add("par-threshold", w.parallel_threshold);
    }
    add("between", w.between);
    return fields;
}

std::vector<FieldDifference> workload_differences(const RunRecord& base, const RunRecord& head) {
    FieldComparison fields;
    if (base.subject.kind != head.subject.kind)
        fields.text("subject", std::string(name_of(base.subject.kind)), std::string(name_of(head.subject.kind)));
    if (!fields.found.empty()) return std::move(fields.found);
    const std::vector<RunField> of_head = workload_fields(head);
    for (const RunField& ours : workload_fields(base))
        for (const RunField& theirs : of_head)
            if (ours.name == theirs.name) fields.text(ours.name.c_str(), ours.text, theirs.text);
    for (const ExperimentRecord& ours : base.experiments)
        for (const ExperimentRecord& theirs : head.experiments)
            if (ours.loop == theirs.loop && ours.k == theirs.k && !same_change(base, ours, head, theirs)) {
                const std::string field = fmt::format("A+R of k={}", ours.k);
                const bool known = std::any_of(fields.found.begin(), fields.found.end(),
                                               [&](const FieldDifference& each) { return each.field == field; });
                if (!known) fields.text(field.c_str(), change_text(ours), change_text(theirs));
            }
    return std::move(fields.found);
}

Result<void> check_alike(const RunRecord& base, const RunRecord& head, const std::string& head_name,
                         const AllowedDifferences& allowed) {
    if (const auto hosts = host_differences(base, head); !hosts.empty() && !allowed.host)
        return fail({ExitCode::bad_data, "compare", head_name, "it is of another host: " + to_text(hosts),
                     "compare runs of one host, or give --allow-different-host"});
    if (const auto fields = workload_differences(base, head); !fields.empty() && !allowed.workload)
        return fail({ExitCode::bad_data, "compare", head_name, "it has another workload: " + to_text(fields),
                     "measure with equal options, or give --allow-different-workload"});
    return {};
}

bool same_steps(const RunRecord& base, const ExperimentRecord& base_row, const RunRecord& head,
                const ExperimentRecord& head_row) {
    return base_row.warmup_steps == head_row.warmup_steps &&
           steps_of_phase(base, base_row) == steps_of_phase(head, head_row);
}

std::string why_unlike_simulations(const RunRecord& base, const ExperimentRecord& base_row, const RunRecord& head,
                                   const ExperimentRecord& head_row) {
    if (!base.simulation || !head.simulation) return {};
    const CacheGeometry &a = base.simulation->geometry, &b = head.simulation->geometry;
    if (!(a == b)) return fmt::format("simulated for unlike caches: {}, and {}", cache_text(a), cache_text(b));
    if (base.simulation->hierarchy != head.simulation->hierarchy)
        return "simulated with unlike private caches or policies";
    if (references_of(base_row) != references_of(head_row))
        return fmt::format("simulated for the copies that each run's trial chose: {} in base, {} in head",
                           references_of(base_row), references_of(head_row));
    return {};
}

} // namespace bytebound
