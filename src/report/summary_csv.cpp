#include "report/summary_csv.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/number.hpp"

namespace bytebound {
namespace {

std::string cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

/// A comment ends at its line's end, whatever stood in an argument of the command.
std::string comment(std::string_view name, std::string_view value) {
    std::string out = fmt::format("# {}: ", name);
    for (const char c : value)
        out += c == '\n' || c == '\r' ? ' ' : c;
    return out + '\n';
}

std::string optional_number(const std::optional<double>& value) { return value ? exact_number(*value) : ""; }

std::string metric_cells(const SummaryRow& row, const std::string& metric) {
    if (const Figure* figure = row.find(metric)) {
        return fmt::format(",{},{},{},{},{},{},", exact_number(figure->value()),
                           optional_number(figure->estimate.ci_low), optional_number(figure->estimate.ci_high),
                           figure->estimate.n, name_of(figure->tier), figure->source);
    }
    const auto why = row.unavailable.find(metric);
    return ",,,,,,," + cell(why == row.unavailable.end() ? "not measured" : why->second);
}

} // namespace

std::string summary_csv(const RunRecord& run, const Summary& summary) {
    std::string out = comment("schema", summary_schema) + comment("host", run.host) +
                      comment("timestamp", run.started) + comment("seed", std::to_string(run.workload.seed)) +
                      comment("autotune", "none") + comment("command", join(run.command, " "));
    out += "loop,k,k_requested,A,R,flags";
    for (const std::string& metric : summary.metrics) {
        out += "," + cell(metric);
        for (const std::string_view part : {"ci_low", "ci_high", "n", "tier", "source", "reason"}) {
            out += "," + cell(fmt::format("{}_{}", metric, part));
        }
    }
    out += '\n';
    for (const SummaryRow& row : summary.rows) {
        out += fmt::format("{},{},{},{},{},{}", cell(row.loop), row.k, row.k_requested, exact_number(row.added),
                           exact_number(row.removed), join(row.flags, " "));
        for (const std::string& metric : summary.metrics)
            out += metric_cells(row, metric);
        out += '\n';
    }
    return out;
}

} // namespace bytebound
