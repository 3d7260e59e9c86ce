#include "merge/merged_hosts.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "evidence/run_likeness.hpp"

namespace bytebound {
namespace {

/// Means of A and R alternate with an odd k, by half a row at most.
constexpr double alternating_rows = 0.5;

std::string change_text(const std::pair<double, double>& change) {
    return fmt::format("{:g}+{:g}", change.first, change.second);
}

std::vector<FieldDifference> differences(const MergedWorkload& base, const HostRun& run) {
    std::vector<FieldDifference> found = workload_differences(base.head, run.head);
    for (const PublishedRow& row : run.summary.rows) {
        const auto known = base.changes.find(row.k);
        if (known == base.changes.end()) continue;
        const std::pair change{row.added, row.removed};
        if (std::abs(change.first - known->second.first) <= alternating_rows &&
            std::abs(change.second - known->second.second) <= alternating_rows)
            continue;
        FieldDifference difference{fmt::format("A+R of k={}", row.k), change_text(known->second), change_text(change)};
        if (std::find(found.begin(), found.end(), difference) == found.end()) found.push_back(std::move(difference));
    }
    return found;
}

/// The loop that the others are compared with: index, else the first.
std::string reference_of(const RunRecord& head) {
    const auto& loops = head.workload.loops;
    const bool has_index =
        head.subject.kind == Subject::loops && std::find(loops.begin(), loops.end(), "index") != loops.end();
    return has_index ? "index" : loops.empty() ? "" : loops.front();
}

bool same_kind(const MergedFigure& a, const MergedFigure& b) {
    return a.k == b.k && a.workload == b.workload && a.tier == b.tier && a.metric == b.metric && a.loop == b.loop &&
           a.source == b.source && a.cache == b.cache;
}

std::string index_key(const MergedFigure& f) {
    std::string key = fmt::format("{} {} {} ", f.workload, f.k, static_cast<int>(f.tier));
    for (const std::string* text : {&f.metric, &f.loop, &f.source, &f.cache})
        key += std::to_string(text->size()) + ":" + *text;
    return key;
}

std::size_t place_in(std::vector<std::string>& names, const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) names.push_back(name);
    return static_cast<std::size_t>(found - names.begin());
}

/// One value per host: (host, value).
std::vector<std::pair<std::size_t, double>> values_of_hosts(const MergedFigure& figure,
                                                            const std::vector<MergedRun>& runs) {
    std::vector<std::pair<std::size_t, double>> all, values;
    for (const RunValue& each : figure.values)
        all.emplace_back(runs[each.run].host, each.value);
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<double> of_host;
    for (std::size_t i = 0; i < all.size(); ++i) {
        of_host.push_back(all[i].second);
        if (i + 1 < all.size() && all[i + 1].first == all[i].first) continue;
        values.emplace_back(all[i].first, of_host.size() == 1 ? of_host.front() : median(of_host));
        of_host.clear();
    }
    return values;
}

AcrossHosts across_hosts(const MergedFigure& figure, const std::vector<MergedRun>& runs) {
    const auto of_hosts = values_of_hosts(figure, runs);
    std::vector<double> values;
    for (const auto& [host, value] : of_hosts)
        values.push_back(value);
    AcrossHosts across{&figure, values.size(), *median_of_independent(values), *robust_spread(values), {}, {}};
    if (values.size() < outliers_from_values) {
        across.no_outliers = fmt::format("{} host{}: no outlier is named among fewer than {}", values.size(),
                                         values.size() == 1 ? "" : "s", outliers_from_values);
        return across;
    }
    for (const auto& [host, value] : of_hosts)
        if (const auto z = across.spread.z_of(value); z && std::abs(*z) > outlier_beyond_z)
            across.outliers.push_back({host, value, *z});
    std::stable_sort(across.outliers.begin(), across.outliers.end(),
                     [](const OutlierHost& a, const OutlierHost& b) { return std::abs(a.z) > std::abs(b.z); });
    return across;
}

} // namespace

std::string cache_text(const RunRecord& head) {
    if (!head.workload.cache) return {};
    const CacheGeometry& cache = head.workload.cache->geometry;
    return fmt::format("{}:{}:{}", format_size(static_cast<double>(cache.size_bytes)), cache.ways, cache.line_bytes);
}

std::vector<std::optional<double>> speedups_of(const PublishedSummary& summary, const std::string& reference) {
    const auto time = std::find(summary.metrics.begin(), summary.metrics.end(), metric_name::time_ns);
    std::vector<std::optional<double>> out(summary.rows.size());
    if (time == summary.metrics.end()) return out;
    const auto at = static_cast<std::size_t>(time - summary.metrics.begin());
    std::map<std::uint32_t, double> reference_ns;
    for (const PublishedRow& row : summary.rows)
        if (row.loop == reference && row.figures[at].value) reference_ns[row.k] = *row.figures[at].value;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const PublishedRow& row = summary.rows[i];
        const auto base = reference_ns.find(row.k);
        const auto& own = row.figures[at].value;
        if (row.loop == reference || base == reference_ns.end() || !own || *own <= 0) continue;
        if (const double speedup = base->second / *own; std::isfinite(speedup)) out[i] = speedup;
    }
    return out;
}

std::size_t MergedHosts::host_of(const RunRecord& head) {
    const std::string model = head.host_facts ? head.host_facts->cpu_model : "";
    const auto [found, is_new] = host_index_.try_emplace({head.host, model}, hosts_.size());
    if (is_new) hosts_.push_back({head.host, model, {}});
    return found->second;
}

Result<std::size_t> MergedHosts::workload_of(const HostRun& run) {
    std::vector<FieldDifference> unlike;
    std::size_t at = 0;
    for (; at < workloads_.size(); ++at) {
        if (workloads_[at].member != run.input.member) continue;
        auto found = differences(workloads_[at], run);
        if (found.empty()) break;
        if (unlike.empty()) unlike = std::move(found);
    }
    if (at == workloads_.size()) {
        if (!unlike.empty() && !allow_different_workload_)
            return fail({ExitCode::bad_data, "merge", run.input.directory.string(),
                         "it has another workload than the first run: " + to_text(unlike),
                         "merge runs of equal options, or give --allow-different-workload"});
        workloads_.push_back({run.input.member, run.head, reference_of(run.head), {}});
    }
    for (const PublishedRow& row : run.summary.rows)
        workloads_[at].changes.try_emplace(row.k, row.added, row.removed);
    return at;
}

MergedFigure& MergedHosts::figure_of(MergedFigure key) {
    // Most runs have the figures of the run before, in its order.
    if (last_ < next_.size() && next_[last_] < figures_.size() && same_kind(figures_[next_[last_]], key)) {
        last_ = next_[last_];
        return figures_[last_];
    }
    const auto [found, is_new] = figure_index_.try_emplace(index_key(key), figures_.size());
    if (is_new) {
        figures_.push_back(std::move(key));
        next_.push_back(figures_.size());
    }
    if (last_ < next_.size()) next_[last_] = found->second;
    last_ = found->second;
    return figures_[last_];
}

void MergedHosts::add_row(const RowPlace& at, const PublishedRow& row, const PublishedSummary& summary) {
    place_in(loops_, row.loop);
    for (std::size_t i = 0; i < summary.metrics.size(); ++i) {
        const PublishedFigure& published = row.figures[i];
        if (!published.value) continue;
        const bool modelled = *published.tier == Tier::simulated || *published.tier == Tier::emulated;
        figure_of({at.workload, row.loop, row.k, summary.metrics[i], *published.tier, published.source,
                   modelled ? at.cache : ""})
            .values.push_back({at.run, *published.value, published.ci_low, published.ci_high});
    }
}

Result<const MergedRun*> MergedHosts::add(const HostRun& run) {
    const std::string path = run.input.directory.string();
    if (const auto same = run_of_identity_.find(run.identity); same != run_of_identity_.end())
        return fail({ExitCode::bad_data, "merge", path, "it is the same run as " + runs_[same->second].path,
                     "give each run once"});
    const std::size_t workload = TRY(workload_of(run));
    run_of_identity_.emplace(run.identity, runs_.size());
    const std::size_t host = host_of(run.head);
    hosts_[host].runs.push_back(runs_.size());
    const RowPlace place{static_cast<std::uint32_t>(runs_.size()), workload, cache_text(run.head)};
    runs_.push_back({path, run.input.member, host, workload, run.head.host_facts ? run.head.host_facts->kernel : "",
                     run.head.started, run.head.version, run.head.git_revision, command_line(run.head.command),
                     run.files_caveat, place.cache, run.summary.rows.size()});
    for (const std::string& metric : run.summary.metrics) {
        place_in(metrics_, metric);
        if (metric == metric_name::time_ns) place_in(metrics_, std::string(speedup_metric));
    }
    const auto speedups = speedups_of(run.summary, workloads_[workload].reference);
    for (std::size_t i = 0; i < run.summary.rows.size(); ++i) {
        const PublishedRow& row = run.summary.rows[i];
        add_row(place, row, run.summary);
        if (speedups[i]) {
            figure_of({workload, row.loop, row.k, std::string(speedup_metric), Tier::timed, "clock", ""})
                .values.push_back({place.run, *speedups[i], {}, {}});
        }
    }
    return &runs_.back();
}

void MergedHosts::compute() {
    for (const MergedFigure& figure : figures_)
        across_.push_back(across_hosts(figure, runs_));
    const auto place = [&](const AcrossHosts& each) {
        const MergedFigure& f = *each.figure;
        return std::tuple(f.workload, f.k, place_in(loops_, f.loop), place_in(metrics_, f.metric), f.tier);
    };
    std::stable_sort(across_.begin(), across_.end(),
                     [&](const AcrossHosts& a, const AcrossHosts& b) { return place(a) < place(b); });
    for (const AcrossHosts& each : across_)
        for (const OutlierHost& outlier : each.outliers)
            ++outlier_figures_[outlier.host];
}

std::size_t MergedHosts::outlier_figures(std::size_t host) const {
    const auto found = outlier_figures_.find(host);
    return found == outlier_figures_.end() ? 0 : found->second;
}

} // namespace bytebound
