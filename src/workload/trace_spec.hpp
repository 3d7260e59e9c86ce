#pragma once
// The description of a run's traces, from the command line to the record.

#include <cstdint>
#include <string>
#include <string_view>

#include "workload/changes.hpp"

namespace bytebound {

/// How rows are chosen: a row of patterns(), and the part of "NAME:PARAMETERS" that its maker reads.
struct Pattern {
    std::string name = "random";
    std::string parameters = {}; ///< without the colon; empty: none
    bool operator==(const Pattern&) const = default;
};
/// "NAME", or "NAME:PARAMETERS".
std::string to_text(const Pattern& pattern);
/// Splits at the first colon, without validation.
Pattern pattern_of(std::string_view text);

/// The properties common to all traces of a run.
struct WorkloadSpec {
    std::uint32_t pool_rows = 0;   ///< N
    std::uint32_t active_rows = 0; ///< m before the first step
    Pattern pattern = {};
    std::uint64_t seed = 1;
    bool operator==(const WorkloadSpec&) const = default;
};

/// The traces of one k. Repeat r uses segment r.
struct TraceSpec {
    WorkloadSpec workload;
    ChangeRule change;
    std::uint32_t warmup_steps = 0, measured_steps = 0;

    std::uint32_t k() const { return change.added + change.removed; }
    std::uint32_t steps() const { return warmup_steps + measured_steps; }
    bool operator==(const TraceSpec&) const = default;
};
/// One line of text, different for different specs.
std::string to_text(const TraceSpec& spec);

} // namespace bytebound
