// The run's bandwidths compared with its host's ceilings.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "figures/ceilings.hpp"
#include "figures/number.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string percent_text(const CeilingShare& share) {
    if (!share.percent) return "n/a";
    std::string text = compact_number(*share.percent) + " %";
    if (share.ci_low && share.ci_high)
        text += fmt::format(" ({}-{})", compact_number(*share.ci_low, *share.percent),
                            compact_number(*share.ci_high, *share.percent));
    return text + (share.small_buffers ? " (small buffers)" : "");
}

std::string bandwidth_text(const SummaryRow& row, std::string_view metric) {
    const Figure* figure = row.find(metric);
    if (figure == nullptr) return "n/a";
    std::string text = compact_number(figure->value());
    if (figure->tier != Tier::timed) text += fmt::format(" ({})", name_of(figure->tier));
    return text;
}

std::string order_text(const CeilingShare& share) {
    if (!share.order) return "n/a"; // hybrid copies in either order
    return *share.order == RowOrder::ascending ? "ascending" : "random";
}

std::string reached_text(const SummaryRow& row) {
    const CeilingShare* reached = farthest_reached(row);
    const bool known = std::all_of(row.ceilings.begin(), row.ceilings.end(), [](const CeilingShare& share) {
        return share.metric != metric_name::requested_gbps || share.percent.has_value();
    });
    if (reached == nullptr) return known ? "above all" : "n/a";
    return fmt::format("{}, {} %", name_of(reached->level), compact_number(*reached->percent));
}

Table table_of(const Summary& summary) {
    Table table;
    table.columns = {{"k", true},
                     {"loop"},
                     {"order"},
                     {"requested\nGB/s", true},
                     {"of row copies\nin the LLC", true},
                     {"of row copies\nin memory", true},
                     {"farthest level\nnot exceeded"},
                     {"DRAM GB/s", true},
                     {"of row copies\nin memory", true}};
    table.wide = true;
    std::string last_k;
    for (const SummaryRow& row : summary.rows) {
        if (row.ceilings.empty()) continue;
        const std::string k = std::to_string(row.k);
        if (k != last_k) table.group_starts.push_back(table.rows.size());
        table.rows.push_back({k == last_k ? "" : k, row.loop, order_text(row.ceilings[0]),
                              bandwidth_text(row, metric_name::requested_gbps), percent_text(row.ceilings[2]),
                              percent_text(row.ceilings[3]), reached_text(row),
                              bandwidth_text(row, metric_name::dram_gbps), percent_text(row.ceilings[4])});
        last_k = k;
    }
    return table;
}

std::string factor_text(const WriteAllocateFactor& factor) {
    if (!factor.measured)
        return fmt::format("write-allocate factor {}, assumed: {}", compact_number(factor.factor), factor.source);
    return fmt::format("write-allocate factor {:.2f} ({:.2f}-{:.2f}){}, {}", factor.factor, *factor.ci_low,
                       *factor.ci_high, factor.factor < 0 ? ", used as 0" : "", factor.source);
}

/// "512 + 512": one copy per group.
std::string groups_text(const RowLayout& layout) {
    std::vector<std::string> sizes;
    for (const RowGroup& group : layout.groups)
        sizes.push_back(std::to_string(group.row_bytes));
    return join(sizes, " + ");
}

/// Copy methods of the run without a ceiling of their own, which are compared with that of `method`.
std::string others_like(const RunRecord& run, const Summary& summary, CopyMethod method) {
    const CopyMethod measured = fitted_to(method, run.workload.layout);
    std::vector<std::string> names;
    for (const SummaryRow& row : summary.rows)
        for (const CeilingShare& share : row.ceilings) {
            const auto copy = copy_method_named(share.copy);
            if (!copy || fitted_to(*copy, run.workload.layout) == measured ||
                copy_method_of(row_kernel(*copy, RowOrder::random)) != method)
                continue;
            if (std::find(names.begin(), names.end(), share.copy) == names.end()) names.push_back(share.copy);
        }
    if (names.empty()) return {};
    return fmt::format(" Rows copied by {} are compared with {}'s ceiling.", join(names, ", "), name_of(measured));
}

std::string other_copies(const RunRecord& run, const Summary& summary) {
    return others_like(run, summary, CopyMethod::memcpy) + others_like(run, summary, CopyMethod::prefetch);
}

/// One line for each ceiling in the table.
std::string ceiling_line(const CeilingShare& share, const RunRecord& run) {
    std::string text =
        fmt::format("{} of {} B, {} thread{}, {}", name_of(share.kernel), groups_text(run.workload.layout),
                    share.threads, share.threads == 1 ? "" : "s", name_of(share.level));
    if (share.ceiling_gbps <= 0) return text + ": n/a, " + share.reason;
    text += fmt::format(": {} GB/s ({}-{}, n = {}{})", compact_number(share.ceiling_gbps),
                        compact_number(share.ceiling_low, share.ceiling_gbps),
                        compact_number(share.ceiling_high, share.ceiling_gbps), share.ceiling_n,
                        share.ceiling_n < few_blocks_below ? ", few_blocks" : "");
    if (!share.date.empty()) text += ", measured " + share.date;
    if (share.write_allocate) text += " at the memory controller; " + factor_text(*share.write_allocate);
    return text;
}

/// L1 and L2 are listed where their ceilings say something: that they served a row.
bool is_listed(const CeilingShare& share, const SummaryRow& row) {
    return share.level >= MemoryLevel::llc || farthest_reached(row) == &share;
}

Bullets lines_of(const RunRecord& run, const Summary& summary) {
    std::vector<std::string> lines;
    const auto add = [&](std::string line) {
        if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
    };
    for (const SummaryRow& row : summary.rows)
        for (const CeilingShare& share : row.ceilings)
            if (share.order && is_listed(share, row)) add(ceiling_line(share, run));
    for (const SummaryRow& row : summary.rows)
        for (const CeilingShare& share : row.ceilings)
            if (!share.order)
                add(fmt::format("no percentage at k = {}: {}", row.k, share.reason));
            else if (is_listed(share, row) && !share.percent && share.ceiling_gbps > 0)
                add(fmt::format("no percentage of {} in {}: {}", share.metric, name_of(share.level), share.reason));
    Bullets out;
    for (std::string& line : lines)
        out.items.emplace_back(std::move(line));
    return out;
}

/// Dates are ISO 8601, UTC.
std::string later_text(const RunRecord& run) {
    if (run.finished.empty() || run.calibration->measured <= run.finished) return {};
    return fmt::format(", after the run, which ended {}", run.finished);
}

} // namespace

Blocks ceiling_section(const RunRecord& run, const Summary& summary) {
    Blocks out{Heading{2, "Bandwidth compared with this host's ceilings"}};
    if (!run.calibration) {
        out.push_back(Paragraph{"Not shown: " + why_no_ceilings(run) + ".", Tone::plain});
        return out;
    }
    out.push_back(Paragraph{
        fmt::format("Each bandwidth as a percentage of that reached at that level by the same number of pinned workers "
                    "copying row groups of the same sizes in the same order: between random places, or ascending, as "
                    "rebuilds do. The intervals combine the worst case of both uncertainties. Requested bytes above "
                    "100 % of a level came from a nearer one: at the farthest, from the level that is named. "
                    "Calibrated {}{} ({} kernels){}.{}",
                    run.calibration->measured, run.calibration->quick ? " with --quick" : "", run.calibration->isa,
                    later_text(run), other_copies(run, summary)),
        Tone::plain});
    Table table = table_of(summary);
    if (table.rows.empty()) {
        out.push_back(Paragraph{"No finished phase.", Tone::plain});
        return out;
    }
    out.push_back(std::move(table));
    out.push_back(lines_of(run, summary));
    return out;
}

} // namespace bytebound
