#include "render/sections/main_table.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "catalogue/flags.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/tiers.hpp"
#include "figures/absence.hpp"
#include "figures/number.hpp"
#include "render/plain_table.hpp"
#include "render/sections/program_table.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

constexpr double table_bytes_per_kib = 1024;
constexpr int interval_rank = 1; ///< as TableColumn::rank

std::string cell_text(CellText text, const Figure& figure) {
    switch (text) {
    case CellText::microseconds: return compact_microseconds(figure.value());
    case CellText::kib: return compact_number(figure.value() / table_bytes_per_kib);
    case CellText::times: return times_text(figure.value());
    case CellText::plain: break;
    }
    return compact_number(figure.value());
}

std::string interval_text(const Figure& time) {
    if (!time.estimate.ci_low || !time.estimate.ci_high) return "n/a";
    return fmt::format("{}-{}", compact_microseconds(*time.estimate.ci_low, time.value()),
                       compact_microseconds(*time.estimate.ci_high, time.value()));
}

/// The tier of a whole column; nullopt if it has several or none.
std::optional<Tier> common_tier(const Summary& summary, std::string_view metric) {
    std::optional<Tier> common;
    for (const SummaryRow& row : summary.rows) {
        const Figure* figure = row.find(metric);
        if (figure == nullptr) continue;
        if (common && *common != figure->tier) return std::nullopt;
        common = figure->tier;
    }
    return common;
}

bool any(const Summary& summary, std::string_view metric) {
    return std::any_of(summary.rows.begin(), summary.rows.end(),
                       [&](const SummaryRow& row) { return row.find(metric) != nullptr; });
}

/// The loop that the whole column is compared with: index if any k has it.
std::string column_base(const Summary& summary) {
    for (const SummaryRow& row : summary.rows) {
        if (row.loop == "index") return row.loop;
    }
    return summary.rows.empty() ? "index" : summary.rows.front().loop;
}

std::string versus_base(const Summary& summary, const SummaryRow& row) {
    const std::string base = column_base(summary);
    if (row.loop == base) return "1x";
    const Comparison* time = summary.compare(row.k, row.loop, base, metric_name::time_ns);
    if (time == nullptr) return "n/a";
    return times_text(time->ratio.ratio) + std::string(mark_of(time->verdict));
}

std::vector<std::string> row_cells(const Summary& summary, const SummaryRow& row) {
    std::vector<std::string> cells{row.loop, std::to_string(row.k)};
    for (const MetricEntry* metric : table_metrics()) {
        const Figure* figure = row.find(metric->name);
        std::string text = figure == nullptr ? "n/a" : cell_text(metric->column.text, *figure);
        if (figure != nullptr && !figure->unqualified.empty()) text += "!";
        if (figure != nullptr && !common_tier(summary, metric->name)) {
            text += " " + std::string(name_of(figure->tier));
        }
        cells.push_back(std::move(text));
        if (metric->name != metric_name::time_ns) continue;
        cells.push_back(figure == nullptr ? "n/a" : interval_text(*figure));
        cells.push_back(versus_base(summary, row));
    }
    return cells;
}

/// Why a counter of a figure in the table failed qualification.
std::optional<std::string> first_unqualified(const Summary& summary) {
    for (const SummaryRow& row : summary.rows)
        for (const MetricEntry* metric : table_metrics())
            if (const Figure* figure = row.find(metric->name); figure != nullptr && !figure->unqualified.empty())
                return figure->unqualified;
    return std::nullopt;
}

/// The meaning of the tiers that occur in the table, one line each.
std::vector<std::string> tier_legend(const Summary& summary) {
    std::vector<std::string> out;
    const auto columns = table_metrics();
    for (const TierEntry& tier : tiers()) {
        const bool occurs = std::any_of(columns.begin(), columns.end(), [&](const MetricEntry* metric) {
            return std::any_of(summary.rows.begin(), summary.rows.end(), [&](const SummaryRow& row) {
                const Figure* figure = row.find(metric->name);
                return figure != nullptr && figure->tier == tier.tier;
            });
        });
        if (occurs) out.push_back(fmt::format("{}: {}", name_of(tier.tier), tier.legend));
    }
    return out;
}

/// Reservations about intervals and traffic, so that they are visible without opening the report.
std::string flag_line(const Summary& summary) {
    std::vector<std::string> parts;
    for (const FlagEntry* flag : flags_below_table()) {
        const std::string where = where_flagged(summary, flag->name);
        if (!where.empty()) parts.push_back(fmt::format("{} ({})", flag->name, where));
    }
    return parts.empty() ? "" : "flags: " + join(parts, ", ") + "; see Warnings and flags in the report";
}

/// What to know before reading the numbers: whose they are, and that they are not all.
std::string lines_before_table(const RunRecord& run, const Summary& summary, std::optional<std::size_t> columns) {
    std::string out;
    if (!summary.files_caveat.empty()) out += fitted_line("Caveat: " + summary.files_caveat + ".", columns) + "\n";
    if (run.status == RunStatus::complete) return out;
    return out +
           fitted_line(fmt::format("This run {}: only finished phases are shown.",
                                   run.status == RunStatus::failed ? "failed" : "did not finish"),
                       columns) +
           "\n";
}

} // namespace

std::string_view mark_of(Verdict verdict) {
    if (verdict == Verdict::unresolved) return "~";
    return verdict == Verdict::same ? "=" : "";
}

std::string base_loop(const Summary& summary, std::uint32_t k) {
    if (summary.find("index", k) != nullptr) return "index";
    for (const SummaryRow& row : summary.rows) {
        if (row.k == k) return row.loop;
    }
    return {};
}

Table main_table(const Summary& summary) {
    Table table;
    table.wide = true;
    const std::string base = column_base(summary);
    table.columns = {{"loop", false}, {"k", true}};
    table.below_titles = {"", ""};
    for (const MetricEntry* metric : table_metrics()) {
        table.columns.push_back({std::string(metric->column.title), true, metric->column.rank});
        const auto tier = common_tier(summary, metric->name);
        table.below_titles.emplace_back(tier ? name_of(*tier) : any(summary, metric->name) ? "mixed" : "n/a");
        if (metric->name != metric_name::time_ns) continue;
        table.columns.push_back({"95% CI\nus/step", true, interval_rank});
        table.below_titles.emplace_back("Student's t");
        table.columns.push_back({"speedup\nvs " + visible(base), true});
        table.below_titles.emplace_back("timed");
    }
    for (const SummaryRow& row : summary.rows) {
        if (table.rows.empty() || summary.rows[table.rows.size() - 1].k != row.k) {
            table.group_starts.push_back(table.rows.size());
        }
        table.rows.push_back(row_cells(summary, row));
    }
    return table;
}

std::vector<std::string> table_notes(const Summary& summary) {
    std::vector<std::string> out = tier_legend(summary);
    if (std::optional<std::string> failure = first_unqualified(summary))
        out.push_back("!: unqualified (--allow-unqualified): " + *failure);
    const std::string base = column_base(summary);
    std::vector<std::string> without;
    for (const std::uint32_t k : summary.ks()) {
        if (summary.find(base, k) == nullptr) without.push_back("k=" + std::to_string(k));
    }
    if (!without.empty()) {
        out.push_back(fmt::format("n/a speedup ({}): {} has no finished phase there", join(without, ", "), base));
    }
    return out;
}

std::string dropped_text(const Summary& summary) {
    return fmt::format("{} row{} at the end of samples.csv left out: the phase is incomplete", summary.dropped_rows,
                       summary.dropped_rows == 1 ? "" : "s");
}

std::string terminal_report(const RunRecord& run, const Summary& summary, bool color,
                            std::optional<std::size_t> columns) {
    if (summary.subject != Subject::loops) return program_report(run, summary, color, columns);
    const FittedTable table = fitted(main_table(summary), columns.value_or(std::numeric_limits<std::size_t>::max()));
    std::vector<std::string> lines;
    if (!table.left_out.empty())
        lines.push_back(
            fmt::format("not shown in {} columns: {}; see the report", *columns, join(table.left_out, ", ")));
    const auto notes = table_notes(summary);
    lines.insert(lines.end(), notes.begin(), notes.end());
    std::vector<std::string> shown;
    for (const MetricEntry* metric : table_metrics())
        shown.emplace_back(metric->name);
    for (const Absence& absence : absences(summary, shown)) {
        const std::string where = where_text(summary, absence);
        lines.push_back(fmt::format("n/a {}{}: {}", join(absence.metrics, ", "),
                                    where == "every row" ? "" : " (" + where + ")", absence.reason));
    }
    if (std::string flags = flag_line(summary); !flags.empty()) lines.push_back(std::move(flags));
    const auto any_time = [&](Verdict verdict) {
        return std::any_of(summary.comparisons.begin(), summary.comparisons.end(), [&](const Comparison& c) {
            return c.metric == metric_name::time_ns && c.verdict == verdict;
        });
    };
    if (any_time(Verdict::unresolved))
        lines.emplace_back("~ not significant: the 95% interval includes 1, or there is none");
    if (any_time(Verdict::same))
        lines.push_back(fmt::format("= the same: the 95% interval is within {:g}% of 1", summary.same_within * 100));
    for (std::string& line : plug_in_lines(run))
        lines.push_back(std::move(line));
    for (const std::string& missing : summary.missing)
        lines.push_back("not measured: " + missing);
    if (run.autotune)
        lines.push_back(fmt::format("autotune: {}; {}; --no-autotune leaves it out", source_text(*run.autotune),
                                    gain_text(*run.autotune)));
    if (summary.dropped_rows != 0) lines.push_back(dropped_text(summary));

    std::string out = lines_before_table(run, summary, columns);
    out += plain_table(table.table, color) + "\n";
    for (const std::string& line : lines)
        out += fitted_line(line, columns);
    return out;
}

} // namespace bytebound
