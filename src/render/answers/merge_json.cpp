#include "evidence/run_likeness.hpp"
#include "io/json.hpp"
#include "record/stamp.hpp"
#include "render/answers/merge_outputs.hpp"
#include "render/figure_json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json merged_workload_json(const MergedWorkload& workload) {
    const WorkloadRecord& w = workload.head.workload;
    if (workload.head.subject.kind != Subject::loops) {
        Json programs = Json::object();
        for (const RunField& field : workload_fields(workload.head))
            programs[field.name] = field.text;
        return {{"suite_member", json_text(workload.member)},
                {"programs", std::move(programs)},
                {"seed", w.spec.seed},
                {"speedup_over", json_text(workload.reference)}};
    }
    return {{"suite_member", json_text(workload.member)},
            {"N", w.spec.pool_rows},
            {"m", w.spec.active_rows},
            {"hidden_dim", w.hidden_dim},
            {"up_cols", w.up_cols},
            {"gate_cols", w.gate_cols},
            {"row_bytes", w.layout.row_bytes()},
            {"dtype", w.dtype},
            {"pattern", to_text(w.spec.pattern)},
            {"seed", w.spec.seed},
            {"copy", w.copy},
            {"between", w.between},
            {"threads", w.threads},
            {"speedup_over", json_text(workload.reference)}};
}

Json merged_run_json(const MergedHosts& hosts, const MergedRun& run) {
    return {{"run", run.path},
            {"host", hosts.hosts()[run.host].name},
            {"cpu_model", json_text(hosts.hosts()[run.host].cpu_model)},
            {"kernel", json_text(run.kernel)},
            {"started", run.started},
            {"version", run.version},
            {"git_revision", json_text(run.git_revision)},
            {"suite_member", json_text(run.member)},
            {"workload", run.workload + 1},
            {"modelled_cache", json_text(run.cache)},
            {"rows", run.rows},
            {"outlier_figures", hosts.outlier_figures(run.host)},
            {"files_caveat", json_text(run.files_caveat)},
            {"command", run.command}};
}

Json across_json(const MergedHosts& hosts, const AcrossHosts& each) {
    const MergedFigure& f = *each.figure;
    Json outliers = Json::array();
    for (const OutlierHost& outlier : each.outliers)
        outliers.push_back({{"host", hosts.hosts()[outlier.host].name},
                            {"cpu_model", json_text(hosts.hosts()[outlier.host].cpu_model)},
                            {"value", json_number(outlier.value)},
                            {"z", json_number(outlier.z)}});
    return {{"workload", f.workload + 1},
            {"loop", f.loop},
            {"k", k_json(f.k)},
            {"metric", f.metric},
            {"tier", name_of(f.tier)},
            {"source", f.source},
            {"modelled_cache", json_text(f.cache)},
            {"hosts", each.hosts},
            {"median", json_number(each.median.value)},
            {"ci_low", json_number(each.median.ci_low)},
            {"ci_high", json_number(each.median.ci_high)},
            {"mad", json_number(each.spread.mad)},
            {"lowest", json_number(each.spread.lowest)},
            {"highest", json_number(each.spread.highest)},
            {"spread_by", name_of(each.spread.by)},
            {"outliers", std::move(outliers)},
            {"no_outliers", json_text(each.no_outliers)}};
}

} // namespace

std::string merge_json(const MergedHosts& hosts, const std::string& command) {
    Json workloads = Json::array(), runs = Json::array(), across = Json::array();
    for (const MergedWorkload& workload : hosts.workloads())
        workloads.push_back(merged_workload_json(workload));
    for (const MergedRun& run : hosts.runs())
        runs.push_back(merged_run_json(hosts, run));
    for (const AcrossHosts& each : hosts.across())
        across.push_back(across_json(hosts, each));
    return document_text(Json{{"schema", merge_schema},
                              {"version", program_version().version},
                              {"command", command},
                              {"hosts", hosts.hosts().size()},
                              {"outlier_beyond_z", outlier_beyond_z},
                              {"outliers_from_hosts", outliers_from_values},
                              {"workloads", std::move(workloads)},
                              {"runs", std::move(runs)},
                              {"across", std::move(across)}});
}

} // namespace bytebound
