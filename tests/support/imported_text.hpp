#pragma once
// Text as a parser of foreign files reads it, and its numbers as lines that a test can compare.

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "import/import_builder.hpp"
#include "import/text_lines.hpp"

namespace bytebound::test {

/// "SUBJECT@PLACE METRIC REPEAT.STEP = VALUE UNIT TIER", with "mean n=3 se=0.5 sd=0.5" where the number is one, or
/// "n/a (REASON)" in place of the value.
inline std::vector<std::string> lines_of(const ImportedSamples& samples) {
    std::vector<std::string> lines;
    for (const ImportedSample& row : samples.rows) {
        const ImportedSubject& subject = samples.subjects[row.subject];
        const ImportedMetric& metric = samples.metrics[row.metric];
        std::string line = subject.name + (subject.place.empty() ? "" : "@" + subject.place) + " " + metric.name;
        line += fmt::format(" {}.{} = ", row.repeat, row.step);
        if (row.value)
            line +=
                fmt::format("{}{}{} {}", *row.value, metric.unit.empty() ? "" : " ", metric.unit, name_of(row.tier));
        else
            line += "n/a (" + samples.reasons[row.reason] + ")";
        if (row.stat != ImportedStat::value) line += fmt::format(" {} n={}", name_of(row.stat), row.n);
        if (row.standard_error) line += fmt::format(" se={:.6g}", *row.standard_error);
        if (row.deviation) line += fmt::format(" sd={:.6g}", *row.deviation);
        lines.push_back(std::move(line));
    }
    return lines;
}

using Strings = std::vector<std::string>;

} // namespace bytebound::test
