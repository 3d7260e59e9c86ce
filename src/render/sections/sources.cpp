#include <fmt/format.h>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "catalogue/sources.hpp"
#include "figures/number.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

constexpr std::string_view shown_metric = metric_name::dram_bytes;

std::string bytes_text(double bytes) { return format_size(bytes); }

std::string interval_text(const Estimate& estimate) {
    if (!estimate.ci_low || !estimate.ci_high) return "n/a";
    return fmt::format("{} .. {}", bytes_text(*estimate.ci_low), bytes_text(*estimate.ci_high));
}

std::vector<std::string> line_of(const std::string& k, const std::string& loop, const Figure& figure) {
    std::vector<std::string> line{k,
                                  loop,
                                  figure.source == source_name::core_estimate ? "core-estimate (an estimate)"
                                                                              : figure.source,
                                  std::string(name_of(figure.tier)),
                                  bytes_text(figure.value()),
                                  interval_text(figure.estimate),
                                  std::to_string(figure.estimate.n)};
    line.push_back(figure.shared ? bytes_text(figure.shared->subtracted) : "n/a");
    line.push_back(figure.shared ? bytes_text(figure.shared->smallest) : "n/a");
    line.push_back(!figure.consistency ? ""
                                       : fmt::format("{} (first / this = {:.2f})", name_of(figure.consistency->verdict),
                                                     figure.consistency->ratio));
    return line;
}

/// Each reason once, with the rows that it may explain.
Bullets reasons_of(const Summary& summary) {
    std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
    for (const SummaryRow& row : summary.rows) {
        const Figure* figure = row.find(shown_metric);
        if (figure == nullptr) continue;
        for (const Figure& other : figure->also)
            for (const std::string& reason :
                 other.consistency ? other.consistency->reasons : std::vector<std::string>{}) {
                const std::string where = row_name(row.loop, row.k);
                auto known =
                    std::find_if(reasons.begin(), reasons.end(), [&](const auto& r) { return r.first == reason; });
                if (known == reasons.end()) known = reasons.insert(reasons.end(), {reason, {}});
                known->second.push_back(where);
            }
    }
    Bullets out;
    for (const auto& [reason, rows] : reasons)
        out.items.emplace_back(reason + " (" + join(rows, ", ") + ")");
    return out;
}

} // namespace

Blocks source_section(const RunRecord&, const Summary& summary) {
    Table table;
    table.columns = {{"k", true},
                     {"loop"},
                     {"source"},
                     {"tier"},
                     {"DRAM bytes", true},
                     {"95 % interval"},
                     {"n", true},
                     {"background\nsubtracted", true},
                     {"smallest\ndetectable", true},
                     {"against the first"}};
    table.wide = true;
    bool counted = false;
    std::string last_k;
    for (const SummaryRow& row : summary.rows) {
        const Figure* figure = row.find(shown_metric);
        if (figure == nullptr) continue;
        counted = counted || figure->tier != Tier::simulated;
        const std::string k = k_text(row.k);
        if (k != last_k) table.group_starts.push_back(table.rows.size());
        table.rows.push_back(line_of(k == last_k ? "" : k, row.loop, *figure));
        for (const Figure& other : figure->also)
            table.rows.push_back(line_of("", "", other));
        last_k = k;
    }
    // With the simulation alone there is nothing to compare.
    if (!counted) return {};
    Blocks out{Heading{2, "DRAM bytes by source"}};
    out.push_back(Paragraph{"Per step. Shared counters count the whole machine: the traffic of the idle machine around "
                            "each phase is subtracted, and a figure below the smallest detectable volume is withheld.",
                            Tone::plain});
    out.push_back(std::move(table));
    Bullets reasons = reasons_of(summary);
    if (!reasons.items.empty()) {
        out.push_back(Paragraph{"Known reasons where sources differ:", Tone::plain});
        out.push_back(std::move(reasons));
    }
    return out;
}

} // namespace bytebound
