#include "render/sections/program_table.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "catalogue/flags.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/tiers.hpp"
#include "figures/absence.hpp"
#include "figures/number.hpp"
#include "render/plain_table.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {
namespace {

std::string unit_of(const RunRecord& run, std::string_view metric) {
    if (const MetricEntry* entry = find_metric(metric)) return std::string(entry->unit);
    for (const EventRecord& event : run.events)
        if (event.name == metric) return event.unit;
    if (run.subject.imported)
        for (const ImportedUnit& each : run.subject.imported->units)
            if (each.metric == metric) return each.unit;
    return {};
}

/// With the digits of `like`, so that the ends of an interval look like its value.
std::string time_text(double ns, double like) {
    constexpr std::array<std::pair<double, std::string_view>, 3> units = {{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}}};
    for (const auto& [scale, unit] : units)
        if (like >= scale) return fmt::format("{} {}", compact_number(ns / scale, like / scale), unit);
    return fmt::format("{} ns", compact_number(ns, like));
}

std::string quantity(const RunRecord& run, std::string_view metric, double value, double like) {
    const std::string unit = unit_of(run, metric);
    if (unit == "ns") return time_text(value, like);
    if (unit == "bytes") return format_size(value);
    if (unit == "bytes/s") return compact_number(value / 1e9, like / 1e9) + " GB/s";
    const std::string number = value == like ? compact_number(value) : compact_number(value, like);
    return unit.starts_with("GB/s") ? number + " GB/s" : number;
}

std::string program_interval(const RunRecord& run, std::string_view metric, const Figure& figure) {
    if (!figure.estimate.ci_low || !figure.estimate.ci_high) return "n/a";
    return quantity(run, metric, *figure.estimate.ci_low, figure.value()) + " to " +
           quantity(run, metric, *figure.estimate.ci_high, figure.value());
}

std::string against_first(const Summary& summary, const SummaryRow& row, const std::string& metric) {
    const SummaryRow& first = summary.rows.front();
    if (&row == &first) return "1x";
    const Comparison* found = summary.compare(row.k, row.loop, first.loop, metric);
    if (found == nullptr) return "";
    std::string text = times_text(found->ratio.ratio);
    if (found->ratio.ci_low && found->ratio.ci_high)
        text += fmt::format(" ({:.3f}-{:.3f})", *found->ratio.ci_low, *found->ratio.ci_high);
    return text + std::string(mark_of(found->verdict));
}

bool any_has(const Summary& summary, const std::string& metric) {
    return std::any_of(summary.rows.begin(), summary.rows.end(),
                       [&](const SummaryRow& row) { return row.find(metric) != nullptr; });
}

/// An event that is already shown as the metric that it feeds.
bool feeds_metric(const RunRecord& run, const Summary& summary, const std::string& name) {
    return std::any_of(run.events.begin(), run.events.end(), [&](const EventRecord& event) {
        return event.name == name && !event.role.empty() && any_has(summary, event.role);
    });
}

bool is_compared(const Summary& summary, const std::string& metric) {
    return std::any_of(summary.comparisons.begin(), summary.comparisons.end(),
                       [&](const Comparison& each) { return each.metric == metric; });
}

std::string figure_name(const std::string& metric, const Figure* figure) {
    return figure != nullptr && !figure->unqualified.empty() ? metric + "!" : metric;
}

std::vector<std::string> tiers_in(const Summary& summary) {
    std::vector<std::string> out;
    for (const TierEntry& tier : tiers()) {
        const bool occurs = std::any_of(summary.rows.begin(), summary.rows.end(), [&](const SummaryRow& row) {
            return std::any_of(row.metrics.begin(), row.metrics.end(),
                               [&](const auto& each) { return each.second.tier == tier.tier; });
        });
        if (occurs) out.push_back(fmt::format("{}: {}", name_of(tier.tier), tier.legend));
    }
    return out;
}

std::vector<std::string> marks_of(const Summary& summary) {
    std::vector<std::string> out;
    const auto any = [&](Verdict verdict) {
        return std::any_of(summary.comparisons.begin(), summary.comparisons.end(),
                           [verdict](const Comparison& each) { return each.verdict == verdict; });
    };
    if (any(Verdict::unresolved)) out.emplace_back("~ not significant: the 95% interval includes 1, or there is none");
    if (any(Verdict::same))
        out.push_back(fmt::format("= the same: the 95% interval is within {:g}% of 1", summary.same_within * 100));
    return out;
}

} // namespace

std::string program_quantity(const RunRecord& run, std::string_view metric, double value) {
    return quantity(run, metric, value, value);
}

Table program_table(const RunRecord& run, const Summary& summary) {
    Table table;
    table.wide = true;
    const bool several = summary.rows.size() > 1;
    table.columns = {{"figure"},          {std::string(noun_of(summary.subject))},
                     {"value", true},     {"95% CI", false, 1},
                     {"n", true, 2},      {"tier"},
                     {"source", false, 3}};
    if (several) table.columns.push_back({visible(summary.rows.front().loop) + "\nover this", true});
    for (const std::string& metric : summary.metrics) {
        if (!any_has(summary, metric) || feeds_metric(run, summary, metric)) continue;
        if (several) table.group_starts.push_back(table.rows.size());
        bool first = true;
        for (const SummaryRow& row : summary.rows) {
            const Figure* figure = row.find(metric);
            std::vector<std::string> cells{first ? figure_name(metric, figure) : "", row.loop};
            first = false;
            if (figure == nullptr)
                cells.insert(cells.end(), {"n/a", "n/a", "", "", ""});
            else
                cells.insert(cells.end(),
                             {program_quantity(run, metric, figure->value()), program_interval(run, metric, *figure),
                              std::to_string(figure->estimate.n), std::string(name_of(figure->tier)), figure->source});
            if (several) cells.push_back(is_compared(summary, metric) ? against_first(summary, row, metric) : "");
            table.rows.push_back(std::move(cells));
        }
    }
    return table;
}

std::vector<std::string> program_absences(const Summary& summary) {
    std::vector<std::string> lines;
    const std::string untraced = why_no_trace(summary.subject);
    for (const Absence& absence : absences(summary, summary.metrics)) {
        if (absence.reason == untraced) continue;
        const std::string where = where_text(summary, absence);
        const bool everywhere = where == "every row" || summary.rows.size() == 1;
        lines.push_back(fmt::format("n/a {}{}: {}", join(absence.metrics, ", "), everywhere ? "" : " (" + where + ")",
                                    absence.reason));
    }
    return lines;
}

std::vector<std::string> command_notes(const RunRecord& run) {
    std::vector<std::string> notes;
    if (!run.subject.commands) return notes;
    std::vector<std::string> codes;
    bool unequal = false;
    for (const CommandRecord& each : run.subject.commands->commands) {
        if (each.exit_code) codes.push_back(fmt::format("{} {}", each.name, *each.exit_code));
        unequal = unequal || each.exit_code != run.subject.commands->commands.front().exit_code;
        if (each.runs_with_children != 0)
            notes.push_back(fmt::format("{} left children running in {} of {} runs: they were killed, and what they "
                                        "did after its end is in no figure",
                                        each.name, each.runs_with_children, each.runs));
    }
    if (unequal && !codes.empty())
        notes.push_back("not compared, because the exit codes are unequal: " + join(codes, ", "));
    return notes;
}

std::string program_report(const RunRecord& run, const Summary& summary, bool color,
                           std::optional<std::size_t> columns) {
    std::string out;
    if (!summary.files_caveat.empty()) out += fitted_line("Caveat: " + summary.files_caveat + ".", columns) + "\n";
    if (run.status == RunStatus::failed) out += "This run failed: only finished blocks are shown.\n";
    if (run.status == RunStatus::running && !run.measured)
        out += "This run did not finish: only finished blocks are shown.\n";
    const FittedTable table =
        fitted(program_table(run, summary), columns.value_or(std::numeric_limits<std::size_t>::max()));
    std::vector<std::string> lines = command_notes(run);
    if (!table.left_out.empty())
        lines.push_back(
            fmt::format("not shown in {} columns: {}; see the report", *columns, join(table.left_out, ", ")));
    for (std::vector<std::string> more : {tiers_in(summary), program_absences(summary), marks_of(summary)})
        lines.insert(lines.end(), more.begin(), more.end());
    for (const FlagEntry* flag : flags_below_table())
        if (const std::string where = where_flagged(summary, flag->name); !where.empty())
            lines.push_back(fmt::format("flag {} ({}); see Warnings and flags in the report", flag->name, where));
    for (const std::string& missing : summary.missing)
        lines.push_back("not measured: " + missing);
    if (summary.dropped_rows != 0) lines.push_back(dropped_text(summary));
    out += plain_table(table.table, color) + "\n";
    for (const std::string& line : lines)
        out += fitted_line(line, columns);
    return out;
}

} // namespace bytebound
