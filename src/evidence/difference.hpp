#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "record/samples.hpp"

namespace bytebound {

/// What a run directory publishes, and what follows from its raw steps instead.
struct Difference {
    std::string file;   ///< name in the run directory
    std::string figure; ///< its place: "/rows/0/metrics/cpi/value", "row 3 (paired, k 16), column cpi", "line 12"
    std::optional<std::string> published, derived; ///< nullopt: nothing
    std::string note;                              ///< in words; may be empty
    bool operator==(const Difference&) const = default;
};

/// "row 3 (paired, k 16, repeat 0, step 2)": a place in samples.csv. `row` counts from 0.
std::string place_of(std::size_t row, const Sample& step);

/// "FILE: FIGURE: published X, derived Y (NOTE)", long values cut.
std::string to_line(const Difference& difference);

} // namespace bytebound
