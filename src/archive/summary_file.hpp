#pragma once
// summary.csv: the published figures of a run, for commands that do not derive them again.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "counters/tier.hpp"

namespace bytebound {

/// A figure as published; without a value, `reason` says why.
struct PublishedFigure {
    std::optional<double> value, ci_low, ci_high;
    std::optional<std::uint64_t> n, blocks; ///< blocks: nullopt in files of older versions, too
    std::optional<Tier> tier;
    std::string source, reason;
    bool operator==(const PublishedFigure&) const = default;
};

/// One (loop, k).
struct PublishedRow {
    std::string loop, flags;
    std::uint32_t k = 0, k_requested = 0; ///< no_k for an empty cell; A and R are then absent, too
    double added = 0, removed = 0;
    std::vector<PublishedFigure> figures; ///< parallel to PublishedSummary::metrics
};

struct PublishedSummary {
    std::vector<std::string> metrics;
    std::vector<PublishedRow> rows;
};

/// Columns are found by their names, in any order. Error (bad_data): it is malformed, cut off, of another schema, lacks
/// a column, or has a loop and k twice. `name`: the file's, for errors.
Result<PublishedSummary> parse_summary(std::string_view text, const std::string& name);

} // namespace bytebound
