#pragma once
// Runs of two loops that do the same and end when their ratio is precise: how often the interval at the end is wrong.

#include <cmath>
#include <cstdint>
#include <optional>

#include "stats/estimate.hpp"
#include "support/synthetic_blocks.hpp"

namespace bytebound::test {

/// Where --max-time would end the run.
inline constexpr std::size_t most_blocks = 60;

struct Stopped {
    int wrong = 0;     ///< runs whose interval of the ratio does not contain 1
    double blocks = 0; ///< of a run, mean
};

/// Half width, relative to the ratio, at which a run of so many blocks ends.
using WidthToStop = double (*)(std::uint64_t blocks, double precision);

/// Block medians are exp(noise * z), z standard normal; looked at after every block from the 6th on.
inline Stopped stopped_runs(Random& random, int trials, double noise, double precision, WidthToStop width_to_stop) {
    Stopped out;
    for (int trial = 0; trial < trials; ++trial) {
        Samples loop, vs;
        std::optional<RatioEstimate> ratio;
        do {
            loop.numerator.push_back({std::exp(noise * normal(random))});
            vs.numerator.push_back({std::exp(noise * normal(random))});
            if (loop.numerator.size() < few_blocks_below) continue;
            ratio = compare(loop, vs, Stat::median);
        } while (!ratio || (*relative_half_width(*ratio) > width_to_stop(loop.numerator.size(), precision) &&
                            loop.numerator.size() < most_blocks));
        out.wrong += *ratio->ci_low > 1 || *ratio->ci_high < 1;
        out.blocks += static_cast<double>(loop.numerator.size()) / trials;
    }
    return out;
}

/// The rule that --repeats auto does not follow: the first interval that is narrow ends the run.
inline double first_narrow(std::uint64_t, double precision) { return precision; }

} // namespace bytebound::test
