#include "render/answers/watch_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "catalogue/metrics.hpp"
#include "figures/number.hpp"

namespace bytebound {
namespace {

/// Texts by what they are said of, in order of first occurrence.
class Grouped {
public:
    void add(const std::string& said, const std::string& of) {
        const auto known =
            std::find_if(list_.begin(), list_.end(), [&](const auto& each) { return each.second == said; });
        if (known == list_.end())
            list_.emplace_back(of, said);
        else
            known->first += ", " + of;
    }
    std::vector<std::pair<std::string, std::string>> list() && { return std::move(list_); }

private:
    std::vector<std::pair<std::string, std::string>> list_;
};

std::string source_of(const WatchColumn& column) {
    std::string text = fmt::format("{}, {}", column.source, name_of(column.tier));
    if (column.domain == "uk") return text + ", user and kernel code";
    if (column.domain == "u") return text + ", user code";
    if (column.domain == "k") return text + ", kernel code";
    return text;
}

} // namespace

std::string place_text(const WatchColumn& column) {
    if (column.nodes.empty()) return "machine";
    return (column.nodes.size() == 1 ? "node " : "nodes ") + format_cpu_list(column.nodes);
}

std::string direction_text(const WatchColumn& column) {
    const Direction direction = column.traffic->direction;
    return direction == Direction::combined ? "total" : std::string(name_of(direction));
}

std::string column_text(const WatchColumn& column) {
    switch (column.kind) {
    case WatchKind::bandwidth:
        return fmt::format("{} {} {} {}", place_text(column), name_of(column.traffic->memory), direction_text(column),
                           column.unit);
    case WatchKind::ratio: return column.key == metric_name::cpi ? "CPI" : "LLC MPKI";
    case WatchKind::rate: break;
    }
    return column.event + " " + column.unit;
}

std::string value_text(const WatchValue& value) {
    if (!value.value) return "n/a";
    std::string text = compact_number(*value.value);
    if (*value.value != 0 && text.find_first_not_of("-0.") == std::string::npos)
        text = "<" + text.substr(0, text.size() - 1) + "1";
    return text + (value.state == ReadingState::scaled ? "~" : "");
}

std::vector<std::string> watch_notes(const WatchHeader& header) {
    Grouped counted, missing;
    for (const WatchColumn& column : header.columns) {
        if (!column.in_tables) continue;
        if (column.reason.empty())
            counted.add(source_of(column), column_text(column));
        else
            missing.add(column.reason + (column.remedy.empty() ? "" : "; " + column.remedy), column_text(column));
    }
    std::vector<std::string> notes;
    for (const auto& [columns, source] : std::move(counted).list())
        notes.push_back(fmt::format("{}: {}", columns, source));
    for (const auto& [columns, reason] : std::move(missing).list())
        notes.push_back(fmt::format("{}: n/a: {}", columns, reason));
    return notes;
}

std::vector<std::pair<std::string, std::string>> missing_values(const WatchHeader& header, const WatchLine& line) {
    Grouped missing;
    for (std::size_t i = 0; i < header.columns.size(); ++i)
        if (!line.values[i].value && header.columns[i].in_tables && header.columns[i].reason.empty())
            missing.add(line.values[i].reason, column_text(header.columns[i]));
    return std::move(missing).list();
}

} // namespace bytebound
