#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "render/answers/merge_outputs.hpp"
#include "render/plain_table.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

constexpr std::size_t shown_rows = 16, shown_hosts = 4;

} // namespace

std::string merge_text(const MergedHosts& hosts, bool color, std::optional<std::size_t> columns) {
    Table table;
    table.columns = {{"k", true},      {"loop"},         {"metric"},       {"tier", false, 2}, {"hosts", true, 1},
                     {"median", true}, {"MAD", true, 1}, {"lowest", true}, {"highest", true},  {"outliers", true}};
    std::size_t count = 0;
    const std::vector<std::string> shown = {"time_ns", std::string(speedup_metric), "dram_bytes"};
    for (const AcrossHosts& each : hosts.across()) {
        const MergedFigure& f = *each.figure;
        if (std::find(shown.begin(), shown.end(), f.metric) == shown.end() || ++count > shown_rows) continue;
        const auto text = [&](double value) { return merged_quantity(f.metric, value); };
        table.rows.push_back({k_text(f.k), f.loop, f.metric, std::string(name_of(f.tier)), std::to_string(each.hosts),
                              text(each.median.value), text(each.spread.mad), text(each.spread.lowest),
                              text(each.spread.highest),
                              each.no_outliers.empty() ? std::to_string(each.outliers.size()) : "n/a"});
    }
    std::string out = counts_text(hosts) + "\n";
    if (!table.rows.empty())
        out += "\n" + plain_table(columns ? fitted(std::move(table), *columns).table : table, color);
    if (count > shown_rows) out += fmt::format("{} more rows are in merged.md\n", count - shown_rows);
    const auto outliers = outlier_hosts(hosts);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(outliers.size(), shown_hosts); ++i)
        names.push_back(
            visible_format("{} ({} figures)", hosts.hosts()[outliers[i]].name, hosts.outlier_figures(outliers[i])));
    if (outliers.size() > names.size()) names.push_back(fmt::format("{} more", outliers.size() - names.size()));
    if (hosts.hosts().size() < outliers_from_values)
        out += fmt::format("outlier hosts: n/a: none is named among fewer than {} hosts\n", outliers_from_values);
    else
        out += fitted_line("outlier hosts: " + (names.empty() ? std::string("none") : join(names, ", ")), columns);
    return out;
}

} // namespace bytebound
