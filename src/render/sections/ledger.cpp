// The ledger, the lines through the ks, and the k from which rebuilding is faster.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "figures/number.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string kib(std::optional<double> bytes) { return bytes ? compact_number(*bytes / 1024) : "n/a"; }

std::string share_text(double part, double whole) {
    return whole == 0 ? "" : fmt::format(" ({:+.1f} %)", 100 * part / whole);
}

std::string unexplained_text(double unexplained, double measured) {
    return unexplained == 0 ? "0" : kib(unexplained) + share_text(unexplained, measured);
}

std::string measured_text(const LedgerSource& source) {
    return fmt::format("{} ({}, {})", kib(source.measured), source.source, name_of(source.tier));
}

std::vector<std::string> line_of(const SummaryRow& row, const std::string& k) {
    const Ledger& ledger = *row.ledger;
    const LedgerParts& parts = ledger.parts;
    return {k,
            row.loop,
            kib(ledger.bound),
            kib(ledger.minimum),
            kib(ledger.requested()),
            kib(ledger.modelled),
            measured_text(ledger.sources.front()),
            kib(parts.cold_reads),
            kib(parts.write_allocate),
            kib(parts.write_back),
            kib(parts.refetch),
            kib(parts.metadata),
            kib(parts.background),
            unexplained_text(parts.unexplained, ledger.measured),
            kib(ledger.deferred)};
}

/// A further source: only the cells that differ from the first.
std::vector<std::string> line_of(const LedgerSource& source, std::size_t columns) {
    std::vector<std::string> line(columns);
    line[6] = measured_text(source);
    line[12] = kib(source.background);
    line[13] = unexplained_text(source.unexplained, source.measured);
    return line;
}

Table ledger_table(const Summary& summary) {
    Table table;
    table.columns = {
        {"k", true},        {"loop"},           {"bound", true},       {"exact\nminimum", true},  {"requested", true},
        {"modelled", true}, {"measured", true}, {"cold\nreads", true}, {"write\nallocate", true}, {"write\nback", true},
        {"refetch", true},  {"metadata", true}, {"background", true},  {"unexplained", true},     {"deferred", true}};
    table.wide = true;
    std::string last_k;
    for (const SummaryRow& row : summary.rows) {
        if (!row.ledger) continue;
        const std::string k = std::to_string(row.k);
        if (k != last_k) table.group_starts.push_back(table.rows.size());
        table.rows.push_back(line_of(row, k == last_k ? "" : k));
        for (std::size_t i = 1; i < row.ledger->sources.size(); ++i)
            table.rows.push_back(line_of(row.ledger->sources[i], table.columns.size()));
        last_k = k;
    }
    return table;
}

/// Rounding errors of the fit are not residuals.
std::string residual_text(double bytes) { return std::abs(bytes) < 0.5 ? "0" : kib(bytes); }

std::string with_margin(double value, std::optional<double> margin) {
    return margin ? number_with_margin(value, *margin) : compact_number(value);
}

Table regression_table(const Summary& summary) {
    Table table;
    table.columns = {{"loop"},
                     {"line"},
                     {"tier"},
                     {"ks", true},
                     {"slope", true},
                     {"theory", true},
                     {"intercept\nKiB", true},
                     {"largest residual\nKiB", true},
                     {"why no theory"}};
    table.wide = true;
    for (const Regression& line : summary.regressions) {
        if (table.rows.empty() || table.rows.back()[0] != line.loop) table.group_starts.push_back(table.rows.size());
        const auto largest = std::max_element(line.fit.residuals.begin(), line.fit.residuals.end(),
                                              [](double a, double b) { return std::abs(a) < std::abs(b); });
        std::optional<double> margin = line.fit.intercept_margin;
        if (margin) *margin /= 1024;
        table.rows.push_back({line.loop, line.y + " on " + line.x, std::string(name_of(line.tier)),
                              std::to_string(line.ks.size()), with_margin(line.fit.slope, line.fit.slope_margin),
                              line.theory ? fmt::format("{:.2f}", *line.theory) : "n/a",
                              with_margin(line.fit.intercept / 1024, margin), residual_text(*largest),
                              line.theory_reason});
    }
    return table;
}

std::string point_text(const CrossoverPoint& point) {
    if (!point.k) return point.reason;
    const auto end = [](std::optional<double> k) {
        return k ? fmt::format("{:.0f}", *k) : std::string("beyond the ks");
    };
    return fmt::format("k* = {:.0f} ({} to {} at the ends of the 95 % intervals; {}, {})", *point.k, end(point.ci_low),
                       end(point.ci_high), name_of(point.tier), point.basis);
}

} // namespace

Blocks ledger_section(const RunRecord&, const Summary& summary) {
    Table table = ledger_table(summary);
    if (table.rows.empty()) return {};
    return {Heading{2, "Ledger"},
            Paragraph{
                "KiB per step. Bound, exact minimum: bytes that must be stored. Requested: row bytes loaded and "
                "stored. Modelled: traffic of the cache model, split by cause independently of the measured figure. "
                "The parts sum to measured; unexplained keeps its sign and is 0 where the model itself is the source. "
                "Deferred is not in the sum: the growth, over the measured steps, of rows that are dirty in the cache.",
                Tone::plain},
            std::move(table)};
}

Blocks regression_section(const RunRecord&, const Summary& summary) {
    if (summary.regressions.empty()) return {};
    return {Heading{2, "Slopes over the ks"},
            Paragraph{"A line through the rows of a loop, one point per k. Theory is the slope if no row is found in a "
                      "cache: every copied byte is loaded once, stored once and, except with non-temporal stores, read "
                      "before it is stored.",
                      Tone::plain},
            regression_table(summary)};
}

Blocks crossover_section(const RunRecord&, const Summary& summary) {
    if (!summary.crossover) return {};
    const CrossoverSummary& crossover = *summary.crossover;
    Bullets bullets;
    bullets.items.push_back(Inline().add("measured:", Style::strong).add(" " + point_text(crossover.measured)));
    bullets.items.push_back(Inline().add("modelled:", Style::strong).add(" " + point_text(crossover.modelled)));
    if (crossover.tau)
        bullets.items.push_back(Inline()
                                    .add("recommended:", Style::strong)
                                    .add(" ")
                                    .add(fmt::format("--tau {:.4g}", *crossover.tau), Style::code)
                                    .add(fmt::format(" (k* / m, {})", crossover.tau_basis)));
    else
        bullets.items.push_back(Inline().add("recommended:", Style::strong).add(" no tau: " + crossover.tau_reason));
    return {Heading{2, "Where the rebuild wins"}, std::move(bullets)};
}

} // namespace bytebound
