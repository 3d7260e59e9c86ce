#include "record/autotune_record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "model/ceilings.hpp"

namespace bytebound {

std::string groups_text(const std::vector<RowGroup>& groups) {
    std::vector<std::string> sizes;
    for (const RowGroup& group : groups)
        sizes.push_back(std::to_string(group.row_bytes));
    return join(sizes, " + ");
}

const TunedRows* find_rows(const AutotuneRecord& record, const RowLayout& layout) {
    const auto at = std::find_if(record.rows.begin(), record.rows.end(), [&](const TunedRows& rows) {
        return groups_text(rows.groups) == groups_text(layout.groups); // their names are of no consequence
    });
    return at == record.rows.end() ? nullptr : &*at;
}

const TunedThreads* find_threads(const TunedRows& rows, std::uint32_t threads) {
    const auto at = std::find_if(rows.settings.begin(), rows.settings.end(),
                                 [&](const TunedThreads& each) { return each.setting.threads == threads; });
    return at == rows.settings.end() ? nullptr : &*at;
}

std::string why_disturbed(const AutotuneRecord& record) {
    std::size_t ratios = 0, wide = 0;
    const auto judge = [&](const TunedRatio& ratio) {
        ++ratios;
        if (!ratio.ci_low || !ratio.ci_high || !is_narrow(*ratio.ci_low, ratio.ratio, *ratio.ci_high)) ++wide;
    };
    for (const TunedRows& rows : record.rows) {
        judge(rows.against_itself);
        for (const TunedThreads& each : rows.settings)
            if (each.ratio) judge(*each.ratio);
    }
    if (2 * wide <= ratios) return {};
    return fmt::format("{} of {} intervals are wider than +-{:.0f} %", wide, ratios, 100 * widest_ceiling);
}

} // namespace bytebound
