#include <fmt/format.h>

#include "base/text.hpp"
#include "figures/number.hpp"
#include "render/sections/sections.hpp"

namespace bytebound {
namespace {

std::string level_text(const char* name, const CacheGeometry& geometry, const std::string& source) {
    return fmt::format("{} of {}, {} ways ({})", name, format_size(static_cast<double>(geometry.size_bytes)),
                       geometry.ways, source);
}

std::string hit_share(const LevelLines& lines) {
    const std::uint64_t all = lines.hits + lines.misses;
    if (all == 0) return "n/a";
    return fmt::format("{:.1f} %", 100 * static_cast<double>(lines.hits) / static_cast<double>(all));
}

/// Bytes per step through a level's lower side, up and down.
std::vector<std::string> crossing(const LevelLines& lines, const LevelRecord& record, std::uint32_t line_bytes) {
    const auto bytes = [&](std::uint64_t count) {
        return format_size(static_cast<double>(count) * line_bytes / static_cast<double>(record.steps));
    };
    return {bytes(lines.up), bytes(lines.down + lines.victims)};
}

} // namespace

Blocks hierarchy_blocks(const RunRecord& run) {
    if (!run.simulation || !run.simulation->hierarchy) return {};
    const HierarchyRecord& hierarchy = *run.simulation->hierarchy;
    std::vector<std::string> levels;
    std::vector<std::size_t> shown; // indices into LevelRecord's levels
    if (hierarchy.spec.l1) {
        levels.push_back(level_text("L1", *hierarchy.spec.l1, hierarchy.l1_source));
        shown.push_back(0);
    }
    if (hierarchy.spec.l2) {
        levels.push_back(level_text("L2", *hierarchy.spec.l2, hierarchy.l2_source));
        shown.push_back(1);
    }
    shown.push_back(2);
    Blocks out{
        Paragraph{fmt::format("Above it private caches of each of {} workers: {}. The last level is {}; prefetch "
                              "{}. Bytes per step through the lower side of each level, means of the measured "
                              "steps; below the LLC is memory.",
                              hierarchy.spec.workers, levels.empty() ? "none" : join(levels, ", "),
                              name_of(hierarchy.spec.policy), name_of(hierarchy.spec.prefetch)),
                  Tone::plain}};
    constexpr const char* names[] = {"L1", "L2", "LLC"};
    Table table;
    table.columns = {{"k", true}, {"loop"}};
    for (const std::size_t level : shown)
        for (const char* what : {" hits", " in", " out"})
            table.columns.push_back({std::string(names[level]) + what, true});
    table.columns.push_back({"prefetched", true});
    table.columns.push_back({"lost to other workers", true});
    table.wide = true;
    for (const ExperimentRecord& experiment : run.experiments) {
        if (!experiment.levels || experiment.levels->steps == 0) continue;
        const LevelRecord& record = *experiment.levels;
        std::vector<std::string> row{std::to_string(experiment.k), experiment.loop};
        for (const std::size_t level : shown) {
            row.push_back(hit_share(record.lines.levels[level]));
            for (std::string& bytes : crossing(record.lines.levels[level], record, run.simulation->geometry.line_bytes))
                row.push_back(std::move(bytes));
        }
        const auto lines_a_step = [&](std::uint64_t lines) {
            return compact_number(static_cast<double>(lines) / static_cast<double>(record.steps));
        };
        row.push_back(lines_a_step(record.lines.prefetched) + " lines");
        row.push_back(lines_a_step(record.lines.invalidated) + " lines");
        table.rows.push_back(std::move(row));
    }
    if (!table.rows.empty()) out.push_back(std::move(table));
    return out;
}

} // namespace bytebound
