#pragma once
// How far one figure scatters from run to run of an unchanged program, beyond what the intervals within the runs say.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace bytebound {

/// A figure of an earlier run.
struct PastValue {
    std::size_t version = 0; ///< runs of one version of the program have the same number
    double value = 0;
    std::optional<double> ci_low, ci_high; ///< within the run, of estimate()
    std::uint64_t blocks = 0;
};

/// Standard error of the logarithm within the run; nullopt without an interval of two positive ends and two blocks.
std::optional<double> log_error(const PastValue& value);

/// On the scale of the logarithm: 0.02 is 2 %.
struct RunToRun {
    double variance = 0;       ///< from run to run, less that within the runs; 0 where that is as large
    double variance_error = 0; ///< standard error of that difference
    double observed = 0;       ///< standard deviation of the runs around the mean of their version
    std::uint64_t runs = 0;    ///< behind it: of versions with two runs or more
    std::uint64_t versions = 0;
    std::uint64_t most_of_one = 0; ///< runs of the version that has most of them, a single one included

    std::uint64_t freedom() const { return runs - versions; }
    bool operator==(const RunToRun&) const = default;
};

/// With fewer degrees of freedom nothing is said about the next runs: six runs of one version have five.
inline constexpr std::uint64_t least_run_to_run_freedom = 5;

/// Pooled within the versions, so that what a version changed is not scatter. Runs without an interval of two positive
/// ends and two blocks are left out.
RunToRun run_to_run(std::span<const PastValue> values);

} // namespace bytebound
