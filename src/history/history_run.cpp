#include "history/history_run.hpp"

#include <fmt/format.h>

#include <tuple>

#include "archive/record_json.hpp"
#include "archive/run_file_names.hpp"
#include "evidence/run_comparison.hpp"
#include "evidence/run_likeness.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

/// Figures of one loop and k are of one series only where steps change the same numbers of rows, and k is but their
/// sum.
std::string workload_text(const RunRecord& run) {
    nlohmann::ordered_json fields = nlohmann::ordered_json::object();
    for (const RunField& field : workload_fields(run))
        fields[field.name] = field.text;
    for (const ExperimentRecord& row : run.experiments)
        if (!is_half_and_half(run, row)) fields["A+R"] = change_text(row);
    return fields.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// The members of run.json that modelled figures depend on.
class ModelBasis {
public:
    explicit ModelBasis(const RunRecord& run) : record_(parse_json(to_json_text(run))) {}

    std::string of(Tier tier) const {
        if (tier == Tier::simulated) return member("simulation", "geometry") + member("simulation", "hierarchy");
        return tier == Tier::emulated ? member("emulation", "caches") + member("emulation", "version") : "";
    }

private:
    std::string member(const char* part, const char* name) const {
        const auto found = record_.find(part);
        if (found == record_.end() || !found->is_object() || !found->contains(name)) return {};
        return fmt::format(", {} {}", name, found->at(name).dump());
    }

    nlohmann::json record_;
};

std::string basis_of(const RunRecord& run, const ExperimentRecord& row, Tier tier, const ModelBasis& model) {
    if (tier != Tier::computed && tier != Tier::simulated && tier != Tier::emulated) return {};
    const std::string steps = fmt::format("{} warm-up steps, {} steps", row.warmup_steps,
                                          std::uint64_t{readings_of(run.workload, row)} * row.batch);
    if (tier == Tier::computed) return fmt::format("{}, {} segments", steps, repeats_of(run.workload, row));
    if (tier == Tier::emulated) return steps + model.of(tier);
    return fmt::format("{}, {} segments, {}{}", steps, row.simulated_segments, references_of(row), model.of(tier));
}

const ExperimentRecord* experiment_at(const RunRecord& run, const SummaryRow& row) {
    for (const ExperimentRecord& each : run.experiments)
        if (each.loop == row.loop && each.k == row.k) return &each;
    return nullptr;
}

} // namespace

std::string HistoryRun::program() const {
    return git_revision.empty() ? version : fmt::format("{} (git {})", version, git_revision);
}

bool same_setup(const HistoryRun& a, const HistoryRun& b) {
    return std::tie(a.host, a.cpu_model, a.workload, a.placement) ==
           std::tie(b.host, b.cpu_model, b.workload, b.placement);
}

HistoryRun identity_in_history(const RunEvidence& evidence) {
    const RunRecord& run = evidence.run;
    HistoryRun out;
    const auto samples =
        run.files.find(std::string(run.subject.kind == Subject::imported ? imported_file : samples_file));
    out.samples_sha256 = samples == run.files.end() ? evidence.record_sha256 : samples->second.sha256;
    out.host = run.host;
    out.started = run.started;
    out.path = evidence.path;
    if (run.host_facts) {
        out.cpu_model = run.host_facts->cpu_model;
        out.kernel = run.host_facts->kernel;
    }
    out.version = run.version;
    out.git_revision = run.git_revision;
    out.preset = run.preset.name;
    out.workload = workload_text(run);
    out.placement =
        fmt::format("cpus {}, mem {}", run.placement.requested.cpus_request, run.placement.requested.memory_request);
    return out;
}

Result<HistoryRun> history_run(const RunEvidence& evidence) {
    if (!evidence.summary.files_caveat.empty())
        return fail({ExitCode::bad_data, "add to the history", evidence.path, evidence.summary.files_caveat,
                     "restore the files of the run, or measure again"});
    HistoryRun out = identity_in_history(evidence);
    const RunRecord& run = evidence.run;
    const ModelBasis model(run);
    for (const SummaryRow& row : evidence.summary.rows) {
        const ExperimentRecord* experiment = experiment_at(run, row);
        if (experiment == nullptr) continue;
        for (const auto& [metric, figure] : row.metrics)
            out.figures.push_back({row.loop, row.k, metric, figure.value(), figure.estimate.ci_low,
                                   figure.estimate.ci_high, figure.estimate.n, figure.estimate.blocks,
                                   std::string(name_of(figure.tier)), figure.source,
                                   basis_of(run, *experiment, figure.tier, model), follows_from_trace(row, metric)});
    }
    return out;
}

} // namespace bytebound
