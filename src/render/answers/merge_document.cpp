#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "evidence/run_likeness.hpp"
#include "figures/number.hpp"
#include "render/answers/comparison_words.hpp"
#include "render/answers/merge_outputs.hpp"

namespace bytebound {
namespace {

constexpr std::size_t named_outliers = 5; ///< per figure; the rest is counted
constexpr std::size_t named_caveats = 5;

std::string plural(std::size_t count, const char* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string host_text(const MergedHosts& hosts, std::size_t host) { return hosts.hosts()[host].name; }

/// "first-run (node1)": also among several runs of one host.
std::string run_text(const MergedHosts& hosts, const MergedRun& run) {
    return fmt::format("{}: {}, {}", host_text(hosts, run.host), run.path, run.started);
}

std::string outliers_text(const MergedHosts& hosts, const AcrossHosts& each) {
    if (!each.no_outliers.empty()) return "too few hosts";
    std::vector<std::string> parts;
    for (const OutlierHost& outlier : each.outliers) {
        if (parts.size() == named_outliers) break;
        parts.push_back(fmt::format("{} {} (z {:.3g})", host_text(hosts, outlier.host),
                                    merged_quantity(each.figure->metric, outlier.value), outlier.z));
    }
    if (each.outliers.size() > parts.size())
        parts.push_back(fmt::format("{} more", each.outliers.size() - parts.size()));
    return parts.empty() ? "none" : join(parts, "; ");
}

std::string interval_text(const AcrossHosts& each) {
    if (!each.median.ci_low || !each.median.ci_high) return "n/a";
    return merged_quantity(each.figure->metric, *each.median.ci_low) + " to " +
           merged_quantity(each.figure->metric, *each.median.ci_high);
}

std::string tier_text(const MergedFigure& figure) {
    const std::string tier(name_of(figure.tier));
    return figure.cache.empty() ? tier : tier + ", " + figure.cache;
}

Table across_table(const MergedHosts& hosts, std::size_t workload, const std::vector<std::string>& shown) {
    Table table;
    table.wide = true;
    table.columns = {{"k", true},      {"loop"},          {"metric"},       {"tier"},
                     {"hosts", true},  {"median", true},  {"95% CI", true}, {"MAD", true},
                     {"lowest", true}, {"highest", true}, {"outlier hosts"}};
    std::optional<std::uint32_t> k;
    for (const AcrossHosts& each : hosts.across()) {
        const MergedFigure& f = *each.figure;
        if (f.workload != workload || std::find(shown.begin(), shown.end(), f.metric) == shown.end()) continue;
        if (k != f.k) table.group_starts.push_back(table.rows.size());
        k = f.k;
        const auto text = [&](double value) { return merged_quantity(f.metric, value); };
        table.rows.push_back({k_text(f.k), f.loop, f.metric, tier_text(f), std::to_string(each.hosts),
                              text(each.median.value), interval_text(each), text(each.spread.mad),
                              text(each.spread.lowest), text(each.spread.highest), outliers_text(hosts, each)});
    }
    return table;
}

Table outlier_table(const MergedHosts& hosts) {
    struct Farthest {
        const AcrossHosts* at = nullptr;
        const OutlierHost* outlier = nullptr;
    };
    std::map<std::size_t, Farthest> farthest;
    for (const AcrossHosts& each : hosts.across())
        for (const OutlierHost& outlier : each.outliers)
            if (Farthest& most = farthest[outlier.host];
                most.outlier == nullptr || std::abs(outlier.z) > std::abs(most.outlier->z))
                most = {&each, &outlier};
    Table table;
    table.columns = {{"host"},         {"CPU"},    {"outlier figures", true}, {"farthest"}, {"value", true},
                     {"median", true}, {"z", true}};
    for (const std::size_t host : outlier_hosts(hosts)) {
        const auto& [at, outlier] = farthest[host];
        const MergedFigure& f = *at->figure;
        table.rows.push_back({host_text(hosts, host), hosts.hosts()[host].cpu_model,
                              std::to_string(hosts.outlier_figures(host)), f.metric + " of " + row_name(f.loop, f.k),
                              merged_quantity(f.metric, outlier->value), merged_quantity(f.metric, at->median.value),
                              fmt::format("{:.3g}", outlier->z)});
    }
    return table;
}

Table runs_table(const MergedHosts& hosts) {
    Table table;
    table.columns = {
        {"host"}, {"CPU"}, {"run"}, {"started"}, {"bytebound"}, {"workload", true}, {"outlier figures", true},
        {"files"}};
    for (const MergedRun& run : hosts.runs())
        table.rows.push_back({host_text(hosts, run.host), hosts.hosts()[run.host].cpu_model, run.path, run.started,
                              run.version, std::to_string(run.workload + 1),
                              std::to_string(hosts.outlier_figures(run.host)),
                              run.files_caveat.empty() ? "as sealed" : run.files_caveat});
    return table;
}

std::string workload_text(const MergedWorkload& workload) {
    const WorkloadRecord& w = workload.head.workload;
    std::string text = workload.member.empty() ? "" : "suite member " + workload.member + ": ";
    if (workload.head.subject.kind != Subject::loops) {
        std::vector<std::string> fields;
        for (const RunField& field : workload_fields(workload.head))
            fields.push_back(field.name + " " + field.text);
        return text + join(fields, ", ");
    }
    text += fmt::format("N={}, m={}, rows of {}, {}, pattern {}, seed {}, {}, --between {}, {}", w.spec.pool_rows,
                        w.spec.active_rows, format_size(static_cast<double>(w.layout.row_bytes())), w.dtype,
                        to_text(w.spec.pattern), w.spec.seed, w.copy, w.between, plural(w.threads, "thread"));
    return text;
}

/// A value of a run in its table.
struct ShownValue {
    const MergedFigure* figure;
    const RunValue* value;
    bool outlier;
};

/// The shown values of each run, by workload, k and loop.
std::vector<std::vector<ShownValue>> values_of_runs(const MergedHosts& hosts, const std::vector<std::string>& shown) {
    std::vector<std::vector<ShownValue>> of_runs(hosts.runs().size());
    for (const AcrossHosts& each : hosts.across()) {
        if (std::find(shown.begin(), shown.end(), each.figure->metric) == shown.end()) continue;
        std::set<std::size_t> outliers;
        for (const OutlierHost& outlier : each.outliers)
            outliers.insert(outlier.host);
        for (const RunValue& value : each.figure->values)
            of_runs[value.run].push_back({each.figure, &value, outliers.contains(hosts.runs()[value.run].host)});
    }
    return of_runs;
}

Table run_table(const std::vector<ShownValue>& values, const std::vector<std::string>& shown) {
    Table table;
    table.wide = true;
    table.columns = {{"k", true}, {"loop"}};
    table.below_titles = {"", ""};
    // A metric has a column for each of its tiers.
    std::vector<std::pair<std::string, Tier>> columns;
    for (const std::string& metric : shown)
        for (const ShownValue& each : values)
            if (const std::pair column{metric, each.figure->tier};
                each.figure->metric == metric && std::find(columns.begin(), columns.end(), column) == columns.end())
                columns.push_back(column);
    for (const auto& [metric, tier] : columns) {
        table.columns.push_back({metric, true});
        table.below_titles.emplace_back(name_of(tier));
    }
    const MergedFigure* last = nullptr;
    for (const ShownValue& each : values) {
        const MergedFigure& f = *each.figure;
        if (last == nullptr || last->k != f.k) table.group_starts.push_back(table.rows.size());
        if (last == nullptr || last->k != f.k || last->loop != f.loop) {
            table.rows.push_back({k_text(f.k), f.loop});
            table.rows.back().resize(table.columns.size(), "n/a");
        }
        last = &f;
        const auto column = std::find(columns.begin(), columns.end(), std::pair(f.metric, f.tier));
        std::string text = merged_quantity(f.metric, each.value->value);
        if (each.value->ci_low && each.value->ci_high && f.metric == metric_name::time_ns)
            text += fmt::format(" ({} to {})", compact_microseconds(*each.value->ci_low, each.value->value),
                                compact_microseconds(*each.value->ci_high, each.value->value));
        if (each.outlier) text += " outlier";
        table.rows.back()[static_cast<std::size_t>(column - columns.begin()) + 2] = std::move(text);
    }
    return table;
}

std::string caveat_of(const MergedHosts& hosts) {
    std::vector<std::string> runs;
    for (const MergedRun& run : hosts.runs())
        if (!run.files_caveat.empty()) runs.push_back(run.path);
    if (runs.empty()) return {};
    const std::size_t count = runs.size();
    if (count > named_caveats) {
        runs.resize(named_caveats);
        runs.push_back(fmt::format("{} more", count - named_caveats));
    }
    return fmt::format("{} without intact seals, whose figures may not be those that were measured: {}",
                       plural(count, "run"), join(runs, ", "));
}

} // namespace

std::string counts_text(const MergedHosts& hosts) {
    return plural(hosts.runs().size(), "run") + " of " + plural(hosts.hosts().size(), "host");
}

std::string merged_quantity(const std::string& metric, double value) {
    return metric == speedup_metric ? times_text(value) : quantity_text(metric, value);
}

std::vector<std::string> shown_metrics(const MergedHosts& hosts) {
    std::vector<std::string> shown;
    for (const MetricEntry* entry : table_metrics()) {
        shown.emplace_back(entry->name);
        if (entry->name == metric_name::time_ns) shown.emplace_back(speedup_metric);
    }
    const auto unknown = [&](const std::string& metric) {
        return std::find(hosts.metrics().begin(), hosts.metrics().end(), metric) == hosts.metrics().end();
    };
    shown.erase(std::remove_if(shown.begin(), shown.end(), unknown), shown.end());
    return shown;
}

std::vector<std::size_t> outlier_hosts(const MergedHosts& hosts) {
    std::vector<std::size_t> found;
    for (std::size_t host = 0; host < hosts.hosts().size(); ++host)
        if (hosts.outlier_figures(host) != 0) found.push_back(host);
    std::stable_sort(found.begin(), found.end(),
                     [&](std::size_t a, std::size_t b) { return hosts.outlier_figures(a) > hosts.outlier_figures(b); });
    return found;
}

Document merge_document(const MergedHosts& hosts) {
    const auto shown = shown_metrics(hosts);
    const bool few = hosts.hosts().size() < outliers_from_values;
    Document document;
    document.title = counts_text(hosts);
    document.caveat = caveat_of(hosts);
    document.subtitle = few ? fmt::format("No outlier is named: {} of the {} hosts that this needs",
                                          hosts.hosts().size(), outliers_from_values)
                            : plural(outlier_hosts(hosts).size(), "host") + " with outlier figures";
    document.blocks.emplace_back(Heading{2, "Across hosts"});
    for (std::size_t workload = 0; workload < hosts.workloads().size(); ++workload) {
        document.blocks.emplace_back(
            Paragraph{fmt::format("Workload {}: {}.", workload + 1, workload_text(hosts.workloads()[workload]))});
        document.blocks.emplace_back(across_table(hosts, workload, shown));
    }
    document.blocks.emplace_back(Paragraph{fmt::format(
        "Each host counts once: with several runs, by the median of theirs. speedup: time_ns of index (without it: of "
        "the first loop) over that of the row's loop. Figures of unlike tiers, sources and modelled caches have rows "
        "of "
        "their own. The interval of the median is one of order statistics, from 6 hosts on. MAD: median absolute "
        "deviation from the median. A host is an outlier where its modified z score 0.6745 (x - median) / MAD is "
        "beyond "
        "{:g} (Iglewicz and Hoaglin 1993); where MAD is 0, the score is (x - median) / (1.2533 mean absolute "
        "deviation). Among fewer than {} hosts none is named. The other metrics are in across.csv.",
        outlier_beyond_z, outliers_from_values)});
    if (!few) {
        document.blocks.emplace_back(Heading{2, "Outlier hosts"});
        if (Table table = outlier_table(hosts); !table.rows.empty())
            document.blocks.emplace_back(std::move(table));
        else
            document.blocks.emplace_back(Paragraph{"None."});
    }
    document.blocks.emplace_back(Heading{2, "Runs"});
    document.blocks.emplace_back(runs_table(hosts));
    document.blocks.emplace_back(Heading{2, "Per host"});
    const auto values = values_of_runs(hosts, shown);
    for (std::size_t run = 0; run < values.size(); ++run)
        document.blocks.emplace_back(Fold{run_text(hosts, hosts.runs()[run]), run_table(values[run], shown)});
    return document;
}

} // namespace bytebound
