#pragma once
// The output of perf stat for programs: fields with a separator (-x), or a JSON object per line (-j). Source of the
// layout: perf 6.1, tools/perf/util/stat-display.c, and its output.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "import/import_builder.hpp"
#include "import/import_options.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

/// One line: an event in one place and interval.
struct PerfStatLine {
    std::optional<double> interval_end; ///< seconds since the start, with -I
    bool summary = false;               ///< --summary behind intervals: sums over all of them
    std::string place;                  ///< "CPU0", "S0-D0-C1", "bash-7218"; empty: not divided
    std::string value;                  ///< as printed: "1.04", "<not counted>"
    std::string unit, event, cgroup;
    std::optional<double> error_percent; ///< -r: the standard error of the mean, in percent of it
    double running_percent = 100;        ///< share of the time that the event had a counter
    bool operator==(const PerfStatLine&) const = default;
};

/// The fields of a line, split at `separator`. A separator between two slashes belongs to an event's name.
std::vector<std::string> perf_fields(std::string_view line, std::string_view separator);
/// nullopt: the fields are not those of an event. A line of a derived metric has an empty event.
std::optional<PerfStatLine> perf_stat_line(const std::vector<std::string>& fields, std::string_view separator);
/// From a line of -j. Error: what is wrong with it.
tl::expected<PerfStatLine, std::string> perf_stat_json_line(std::string_view line);

/// All lines of one file, as one block. Error: bad_data; usage if the separator is unclear.
Result<void> import_perf_stat(TextLines& lines, const ImportOptions& options, ImportBuilder& into);
/// The metric of docs/figures.md that an event of perf feeds; empty: none.
std::string_view perf_stat_metric(std::string_view event);

} // namespace bytebound
