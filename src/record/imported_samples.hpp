#pragma once
// What another tool measured, as its files say it: the raw rows of an imported run (imported.csv). Nothing here was
// counted by bytebound, so every number keeps the tier of its source.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counters/tier.hpp"

namespace bytebound {

/// What the number of a row is.
enum class ImportedStat {
    value,  ///< one observation
    mean,   ///< the tool's own mean over `n` observations that its file does not list
    median, ///< likewise
};
std::string_view name_of(ImportedStat stat);

/// What was measured: a program, a region, a kernel, a benchmark, and the part of the machine that the number is of.
struct ImportedSubject {
    std::string name;
    std::string place; ///< "CPU3", "S0", "HWThread 2"; empty: all of it
    bool operator==(const ImportedSubject&) const = default;
};

/// Of its row in the summary: "copy (HWThread 0)".
std::string row_name(const ImportedSubject& subject);

struct ImportedMetric {
    std::string name;     ///< a metric of docs/figures.md, or the tool's own name
    std::string original; ///< the tool's own name
    std::string unit;     ///< of the values here, which are converted to base units: "ns", "bytes"; empty: a count
    bool operator==(const ImportedMetric&) const = default;
};

/// One number of a file. A metric without a value has the reason.
struct ImportedSample {
    std::uint32_t subject = 0, metric = 0; ///< positions in ImportedSamples
    std::uint32_t repeat = 0;              ///< the block: a file, or a repetition in it
    std::uint32_t step = 0;                ///< within the block: an interval, a launch
    ImportedStat stat = ImportedStat::value;
    Tier tier = Tier::counted;
    std::uint32_t reason = 0; ///< why there is no value: position in ImportedSamples::reasons, of which 0 is empty
    std::uint64_t n = 1;      ///< observations behind it; 0: the file does not say
    std::optional<double> value;
    /// Of an aggregate, if the file has one, in the unit of the value: the standard deviation of the observations.
    std::optional<double> deviation;
    /// Likewise the standard error of the mean.
    std::optional<double> standard_error;
    bool operator==(const ImportedSample&) const = default;
};

struct ImportedSamples {
    std::vector<ImportedSubject> subjects;
    std::vector<ImportedMetric> metrics;
    std::vector<std::string> reasons = {""};
    std::vector<ImportedSample> rows;
    bool operator==(const ImportedSamples&) const = default;
};

} // namespace bytebound
