#include "stats/estimate.hpp"

#include "stats/bootstrap.hpp"
#include "stats/statistics.hpp"

namespace bytebound {

namespace {

std::uint32_t block_steps(const FlatSamples& flat, std::uint32_t block) {
    return flat.begin[block + 1] - flat.begin[block];
}

/// One hierarchical resample: as many blocks as there are, then within each as many steps as it has.
template <class Statistic>
void draw_blocks_then_steps(const FlatSamples& flat, Random& random, Statistic& statistic) {
    for (std::uint32_t i = 0; i < flat.blocks(); ++i) {
        const std::uint32_t block = random.below(flat.blocks());
        const std::uint32_t first = flat.begin[block], steps = block_steps(flat, block);
        for (std::uint32_t drawn = 0; drawn < steps; ++drawn)
            statistic.add(first + random.below(steps));
    }
}

std::optional<Estimate> point_of(const FlatSamples& flat, Stat stat) {
    return with_statistic(stat, [&](auto type) -> std::optional<Estimate> {
        typename decltype(type)::type statistic(flat);
        const std::optional<double> value = value_of(statistic, flat.steps());
        if (!value) return std::nullopt;
        Estimate result;
        result.value = *value;
        result.stat = stat;
        result.n = flat.steps();
        result.blocks = flat.blocks();
        return result;
    });
}

template <class Statistic>
std::optional<std::pair<double, double>> interval(const FlatSamples& flat, const BootstrapOptions& options) {
    Statistic statistic(flat);
    Random random(options.seed);
    const MovingRuns runs(flat.steps());
    return percentile_interval(options, [&] {
        statistic.clear();
        if (flat.blocks() > 1)
            draw_blocks_then_steps(flat, random, statistic);
        else
            runs.draw(random, [&](std::uint32_t step) { statistic.add(step); });
        return statistic.value();
    });
}

} // namespace

std::optional<Estimate> point(const Samples& samples, Stat stat) {
    const FlatSamples flat(samples, false);
    return flat.steps() == 0 ? std::nullopt : point_of(flat, stat);
}

std::optional<Estimate> estimate(const Samples& samples, Stat stat, const BootstrapOptions& options) {
    const FlatSamples flat(samples, false);
    if (flat.steps() == 0) return std::nullopt;
    std::optional<Estimate> result = point_of(flat, stat);
    const bool can_vary = flat.blocks() > 1 || MovingRuns(flat.steps()).starts() > 1;
    if (!result || !can_vary) return result;
    if (flat.constant()) {
        result->ci_low = result->ci_high = result->value;
        return result;
    }
    const auto ends =
        with_statistic(stat, [&](auto type) { return interval<typename decltype(type)::type>(flat, options); });
    if (ends) {
        result->ci_low = ends->first;
        result->ci_high = ends->second;
    }
    return result;
}

} // namespace bytebound
