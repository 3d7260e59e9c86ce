#include "merge/long_form.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "figures/number.hpp"
#include "io/csv.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

std::string cell(std::string_view text) { return csv_cell(visible(text)); }

std::string comments(const std::string& command) {
    return comment_text(
        {"schema: " + std::string(merge_schema), "version: " + program_version().version, "command: " + command});
}

std::string number(const std::optional<double>& value) { return value ? exact_number(*value) : ""; }

void append_number(std::string& out, const std::optional<double>& value) {
    if (value) out += exact_number(*value);
    out += ',';
}
void append_count(std::string& out, const std::optional<std::uint64_t>& value) {
    if (value) out += std::to_string(*value);
    out += ',';
}

/// The cells of texts that repeat from row to row.
class RepeatedCell {
public:
    const std::string& of(const std::string& text) {
        if (!known_ || text != text_) {
            text_ = text;
            cell_ = cell(text);
            known_ = true;
        }
        return cell_;
    }

private:
    std::string text_, cell_;
    bool known_ = false;
};

/// The cells of a metric's column.
struct MetricCells {
    std::string metric;
    RepeatedCell source, reason;
};

void append_figure(std::string& out, const PublishedFigure& figure, MetricCells& cells) {
    append_number(out, figure.value);
    append_number(out, figure.ci_low);
    append_number(out, figure.ci_high);
    append_count(out, figure.n);
    append_count(out, figure.blocks);
    if (figure.tier) out += name_of(*figure.tier);
    out += ',';
    out += cells.source.of(figure.source);
    out += ',';
    out += cells.reason.of(figure.reason);
    out += '\n';
}

} // namespace

std::string long_form_header(const std::string& command) {
    return comments(command) + "host,cpu_model,run,started,suite_member,workload,loop,k,A,R,flags,metric,value,ci_low,"
                               "ci_high,n,blocks,tier,source,reason\n";
}

std::string long_form_lines(const HostRun& run, const MergedHosts& hosts, const MergedRun& merged) {
    const MergedHost& host = hosts.hosts()[merged.host];
    const std::string of_run =
        fmt::format("{},{},{},{},{},{},", cell(host.name), cell(host.cpu_model), cell(merged.path),
                    cell(merged.started), cell(merged.member), merged.workload + 1);
    std::vector<MetricCells> cells;
    for (const std::string& metric : run.summary.metrics)
        cells.push_back({cell(metric), {}, {}});
    MetricCells speedup{std::string(speedup_metric), {}, {}};
    const std::string& reference = hosts.workloads()[merged.workload].reference;
    const auto speedups = speedups_of(run.summary, reference);
    std::string out;
    for (std::size_t i = 0; i < run.summary.rows.size(); ++i) {
        const PublishedRow& row = run.summary.rows[i];
        const std::string of_row = of_run + fmt::format("{},{},{},{},{},", cell(row.loop), k_text(row.k),
                                                        has_k(row.k) ? exact_number(row.added) : "",
                                                        has_k(row.k) ? exact_number(row.removed) : "", cell(row.flags));
        for (std::size_t m = 0; m < cells.size(); ++m) {
            out += of_row;
            out += cells[m].metric;
            out += ',';
            append_figure(out, row.figures[m], cells[m]);
        }
        if (!speedups[i]) continue;
        PublishedFigure figure;
        figure.value = speedups[i];
        figure.tier = Tier::timed;
        figure.source = "clock";
        figure.reason = "time_ns of " + reference + " over its own; the run's report has the interval";
        out += of_row + speedup.metric + ',';
        append_figure(out, figure, speedup);
    }
    return out;
}

std::string runs_csv(const MergedHosts& hosts, const std::string& command) {
    std::string out = comments(command) +
                      "run,host,cpu_model,kernel,started,version,git_revision,suite_member,workload,N,"
                      "m,hidden_dim,up_cols,gate_cols,row_bytes,dtype,pattern,seed,copy,between,"
                      "threads,modelled_cache,rows,outlier_figures,files_caveat,command\n";
    for (const MergedRun& run : hosts.runs()) {
        const MergedHost& host = hosts.hosts()[run.host];
        const WorkloadRecord& w = hosts.workloads()[run.workload].head.workload;
        out += fmt::format("{},{},{},{},{},{},{},{},{},", cell(run.path), cell(host.name), cell(host.cpu_model),
                           cell(run.kernel), cell(run.started), cell(run.version), cell(run.git_revision),
                           cell(run.member), run.workload + 1);
        if (hosts.workloads()[run.workload].head.subject.kind != Subject::loops)
            out += fmt::format(",,,,,,,,{},,,,", w.spec.seed); // no rows, and so none of their sizes
        else
            out += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},", w.spec.pool_rows, w.spec.active_rows,
                               w.hidden_dim, w.up_cols, w.gate_cols, w.layout.row_bytes(), cell(w.dtype),
                               cell(to_text(w.spec.pattern)), w.spec.seed, cell(w.copy), cell(w.between), w.threads);
        out += fmt::format("{},{},{},{},{}\n", cell(run.cache), run.rows, hosts.outlier_figures(run.host),
                           cell(run.files_caveat), cell(run.command));
    }
    return out;
}

std::string across_csv(const MergedHosts& hosts, const std::string& command) {
    std::string out = comments(command) + "suite_member,workload,loop,k,metric,tier,source,modelled_cache,hosts,median,"
                                          "ci_low,ci_high,mad,lowest,highest,spread_by,outliers,reason\n";
    for (const AcrossHosts& each : hosts.across()) {
        const MergedFigure& f = *each.figure;
        std::vector<std::string> outliers;
        for (const OutlierHost& outlier : each.outliers)
            outliers.push_back(fmt::format("{} (z {:.3g})", visible(hosts.hosts()[outlier.host].name), outlier.z));
        out += fmt::format("{},{},{},{},{},{},{},{},{},", cell(hosts.workloads()[f.workload].member), f.workload + 1,
                           cell(f.loop), k_text(f.k), cell(f.metric), name_of(f.tier), cell(f.source), cell(f.cache),
                           each.hosts);
        out += fmt::format("{},{},{},{},{},{},{},{},{}\n", exact_number(each.median.value), number(each.median.ci_low),
                           number(each.median.ci_high), exact_number(each.spread.mad), exact_number(each.spread.lowest),
                           exact_number(each.spread.highest), name_of(each.spread.by), cell(join(outliers, "; ")),
                           cell(each.no_outliers));
    }
    return out;
}

} // namespace bytebound
