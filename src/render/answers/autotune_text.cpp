#include "render/answers/autotune_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "figures/number.hpp"
#include "render/plain_table.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

std::string times(double ratio) { return fmt::format("{:.3f}x", ratio); }

std::string interval(const TunedRatio& ratio) {
    if (!ratio.ci_low || !ratio.ci_high) return "n/a";
    return fmt::format("{:.3f}-{:.3f}", *ratio.ci_low, *ratio.ci_high);
}

std::string p_text(const std::optional<double>& p) { return p ? fmt::format("{:.2g}", *p) : "n/a"; }

/// With one worker, grain and threshold have no effect.
std::vector<std::string> setting_cells(const TunedSetting& setting) {
    const bool alone = setting.threads == 1;
    return {std::to_string(setting.threads), name_of(setting.copy), alone ? "-" : std::to_string(setting.grain),
            alone ? "-" : std::to_string(setting.parallel_threshold)};
}

std::vector<Column> setting_columns() {
    return {{"threads", true}, {"copy"}, {"grain", true}, {"par-\nthreshold", true}};
}

Table search_table(const TunedRows& rows) {
    Table table;
    table.columns = setting_columns();
    table.columns.insert(table.columns.end(),
                         {Column{"faster than\nthe default", true}, Column{"95 %\ninterval"}, Column{"blocks", true}});
    const TunedCandidate* last = nullptr;
    for (const TunedCandidate& each : rows.candidates) {
        if (last == nullptr || last->stage != each.stage || last->setting.threads != each.setting.threads)
            table.group_starts.push_back(table.rows.size());
        auto cells = setting_cells(each.setting);
        cells.insert(cells.end(), {times(each.against_default.ratio), interval(each.against_default),
                                   std::to_string(each.against_default.blocks)});
        table.rows.push_back(std::move(cells));
        last = &each;
    }
    return table;
}

Table decision_table(const TunedRows& rows) {
    Table table;
    table.columns = setting_columns();
    table.columns.insert(table.columns.end(), {Column{"faster than\nthe default", true}, Column{"95 %\ninterval"},
                                               Column{"blocks", true}, Column{"p, Holm", true}, Column{"decision"}});
    for (const TunedThreads& each : rows.settings) {
        auto cells = setting_cells(each.finalist.value_or(each.setting));
        if (each.ratio)
            cells.insert(
                cells.end(),
                {times(each.ratio->ratio), interval(*each.ratio), std::to_string(each.ratio->blocks),
                 p_text(each.p_adjusted),
                 each.setting == each.finalist ? "wins" : "the default stays: " + std::string(name_of(*each.verdict))});
        else
            cells.insert(cells.end(), {"", "", "", "", "the default: nothing was faster in the search"});
        table.rows.push_back(std::move(cells));
    }
    return table;
}

/// Loops and ks where the winner is significantly slower than the default.
std::string losses(const TunedThreads& each) {
    std::vector<std::string> out;
    for (const TunedCell& cell : each.cells)
        if (each.setting == each.finalist && cell.against_default.ci_high && *cell.against_default.ci_high < 1)
            out.push_back(fmt::format("{} k {}: {} ({})", cell.loop, cell.k, times(cell.against_default.ratio),
                                      interval(cell.against_default)));
    if (out.empty()) return {};
    return fmt::format("slower than the default with {} thread{}: {}\n", each.setting.threads,
                       each.setting.threads == 1 ? "" : "s", join(out, ", "));
}

std::string used_line(const TunedRows& rows) {
    const TunedThreads* chosen = find_threads(rows, rows.threads);
    if (chosen == nullptr) return {};
    const TunedSetting& s = chosen->setting;
    std::string text = fmt::format("run uses --copy {} --threads {}", name_of(s.copy), s.threads);
    if (s.threads > 1) text += fmt::format(" --grain {} --par-threshold {}", s.grain, s.parallel_threshold);
    if (!rows.threads_ratio) return text + "\n";
    const std::uint32_t fewest = rows.settings.front().setting.threads;
    const bool more = rows.threads != fewest;
    return text + fmt::format("; the fastest setting of more workers is {} ({}) faster than the default of {}: {} (p, "
                              "Holm {})\n",
                              times(rows.threads_ratio->ratio), interval(*rows.threads_ratio), fewest,
                              more ? "wins" : "the fewest stay", p_text(rows.threads_p_adjusted));
}

std::string rows_text(const TunedRows& rows, bool color) {
    std::string text =
        visible_format("rows of {} bytes; {}; {}\n", groups_text(rows.groups), rows.workload, rows.measured);
    if (!rows.candidates.empty())
        text += "search, flattering the best (geometric mean over loops and ks):\n" +
                plain_table(search_table(rows), color) + "\n";
    text += "confirmed on fresh trace segments:\n" + plain_table(decision_table(rows), color) + "\n";
    for (const TunedThreads& each : rows.settings)
        text += losses(each);
    text += fmt::format("the default against itself: {} ({})\n", times(rows.against_itself.ratio),
                        interval(rows.against_itself));
    return text + used_line(rows);
}

} // namespace

std::string autotune_text(const AutotuneRecord& record, bool color) {
    std::string text =
        visible_format("{}, {}, CPUs {}, memory {}, THP {}\n", record.host.host, record.host.cpu_model,
                       format_cpu_list(record.placement.cpus), record.placement.memory_request, record.host.thp);
    for (const TunedRows& rows : record.rows)
        text += "\n" + rows_text(rows, color);
    return text;
}

} // namespace bytebound
