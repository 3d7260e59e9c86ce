#pragma once
// Names of other tools' metrics that mean the same as a metric of docs/figures.md.

#include <span>
#include <string_view>

namespace bytebound {

struct MetricAlias {
    std::string_view theirs, metric;
};

/// Empty: the table does not have it.
inline std::string_view metric_named(std::span<const MetricAlias> table, std::string_view theirs) {
    for (const MetricAlias& each : table)
        if (each.theirs == theirs) return each.metric;
    return {};
}

} // namespace bytebound
