#include "stats/run_to_run.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "stats/estimate.hpp"
#include "stats/student.hpp"

namespace bytebound {

std::optional<double> log_error(const PastValue& value) {
    if (value.value <= 0 || value.blocks < 2 || value.ci_low.value_or(0) <= 0 || value.ci_high.value_or(0) <= 0)
        return std::nullopt;
    return (std::log(*value.ci_high) - std::log(*value.ci_low)) / 2 / t_quantile(static_cast<double>(value.blocks) - 1);
}

RunToRun run_to_run(std::span<const PastValue> values) {
    struct Version {
        std::vector<double> logs;
        double within = 0;        ///< sum of the variances of the runs
        double within_blocks = 0; ///< degrees of freedom of that sum
    };
    std::map<std::size_t, Version> versions;
    for (const PastValue& each : values) {
        const auto error = log_error(each);
        if (!error) continue;
        Version& version = versions[each.version];
        version.logs.push_back(std::log(each.value));
        version.within += *error * *error;
        version.within_blocks += static_cast<double>(each.blocks) - 1;
    }
    RunToRun out;
    double squares = 0, within = 0, within_blocks = 0;
    for (const auto& [number, version] : versions) {
        out.most_of_one = std::max<std::uint64_t>(out.most_of_one, version.logs.size());
        if (version.logs.size() < 2) continue;
        ++out.versions;
        out.runs += version.logs.size();
        squares += variance(version.logs) * static_cast<double>(version.logs.size() - 1);
        within += version.within;
        within_blocks += version.within_blocks;
    }
    if (out.runs == 0) return out;
    const double freedom = static_cast<double>(out.freedom());
    const double between = squares / freedom;
    within /= static_cast<double>(out.runs);
    out.observed = std::sqrt(between);
    out.variance = std::max(between - within, 0.0);
    // The variance of a variance s2 with f degrees of freedom is 2 s2^2 / f, and those of a difference add up.
    out.variance_error = std::sqrt(2 * (between * between / freedom + within * within / within_blocks));
    return out;
}

} // namespace bytebound
