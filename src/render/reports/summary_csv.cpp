#include "render/reports/summary_csv.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/visible.hpp"
#include "figures/number.hpp"
#include "io/csv.hpp"
#include "record/samples.hpp"

namespace bytebound {
namespace {

std::string cell(std::string_view text) { return csv_cell(visible(text)); }

std::string optional_number(const std::optional<double>& value) { return value ? exact_number(*value) : ""; }

std::string metric_cells(const SummaryRow& row, const std::string& metric) {
    if (const Figure* figure = row.find(metric)) {
        return fmt::format(",{},{},{},{},{},{},{}", exact_number(figure->value()),
                           optional_number(figure->estimate.ci_low), optional_number(figure->estimate.ci_high),
                           figure->estimate.n, name_of(figure->tier), cell(figure->source),
                           figure->unqualified.empty() ? "" : cell("unqualified: " + figure->unqualified));
    }
    const auto why = row.unavailable.find(metric);
    return ",,,,,,," + cell(why == row.unavailable.end() ? "not measured" : why->second);
}

} // namespace

std::string summary_csv(const RunRecord& run, const Summary& summary) {
    std::string out = comment_text(csv_comments(run, summary_schema));
    out += "loop,k,k_requested,A,R,flags";
    for (const std::string& metric : summary.metrics) {
        out += "," + cell(metric);
        for (const std::string_view part : {"ci_low", "ci_high", "n", "tier", "source", "reason"}) {
            out += "," + cell(fmt::format("{}_{}", metric, part));
        }
    }
    // Last, so that every column before keeps its place.
    for (const std::string& metric : summary.metrics)
        out += "," + cell(metric + "_blocks");
    out += '\n';
    for (const SummaryRow& row : summary.rows) {
        const bool traced = has_k(row.k);
        out += fmt::format("{},{},{},{},{},{}", cell(row.loop), k_text(row.k), k_text(row.k_requested),
                           traced ? exact_number(row.added) : "", traced ? exact_number(row.removed) : "",
                           cell(join(row.flags, " ")));
        for (const std::string& metric : summary.metrics)
            out += metric_cells(row, metric);
        for (const std::string& metric : summary.metrics) {
            const Figure* figure = row.find(metric);
            out += "," + (figure == nullptr ? std::string() : std::to_string(figure->estimate.blocks));
        }
        out += '\n';
    }
    return out;
}

} // namespace bytebound
