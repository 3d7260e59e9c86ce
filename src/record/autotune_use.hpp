#pragma once
// The autotune of a run, as a part of run.json.

#include <cstdint>
#include <optional>
#include <string>

namespace bytebound {

/// What a saved autotune supplied. nullopt: an option gave it.
struct AutotuneUse {
    std::string file, measured, version; ///< measured: ISO 8601, UTC; version: of the program that measured
    std::string workload;                ///< that it was measured with: "N 8192, m 1024, ..."
    std::optional<std::string> copy;
    std::optional<std::uint32_t> threads, grain, parallel_threshold;
    /// Time with the defaults over time with the setting of the file; nullopt where the defaults won.
    std::optional<double> ratio, ci_low, ci_high;
    bool operator==(const AutotuneUse&) const = default;
};

/// "copy prefetch:4x8, threads 2, grain 8, par-threshold 64"; "nothing" where options gave all of them.
std::string supplied_text(const AutotuneUse& use);
/// The same with its source: "copy nt from FILE (2026-11-30T09:00:00Z)".
std::string source_text(const AutotuneUse& use);
/// What is known of its gain, and how to do without it.
std::string gain_text(const AutotuneUse& use);

} // namespace bytebound
