#include "experiment/schedule/repeated_times.hpp"

#include <algorithm>

#include "catalogue/compared_loops.hpp"

namespace bytebound {

void RepeatedTimes::add(std::size_t loop, std::span<const Sample> steps) {
    std::vector<double> times;
    for (const Sample& step : steps)
        times.push_back((static_cast<double>(step.time_ns) - clock_ns_) / std::max(step.batch, 1u));
    times_.at(loop).numerator.push_back({median(std::move(times))});
}

std::vector<LoopPrecision> RepeatedTimes::precision(std::span<const std::string> names, double wanted) const {
    std::vector<LoopPrecision> out(times_.size(), LoopPrecision{0.0, true});
    const auto narrow = [&](LoopPrecision& loop, std::optional<double> half_width, std::size_t blocks) {
        loop.half_width =
            loop.half_width && half_width ? std::optional(std::max(*loop.half_width, *half_width)) : std::nullopt;
        loop.enough = loop.enough && half_width && *half_width <= half_width_to_stop(blocks, wanted);
    };
    const std::vector<std::string_view> views(names.begin(), names.end());
    const std::vector<LoopPair> pairs = compared_loops(views);
    for (const LoopPair& pair : pairs) {
        const Samples &loop = times_[pair.loop], &vs = times_[pair.vs];
        const auto ratio = compare(loop, vs, Stat::median);
        const auto half_width = ratio ? relative_half_width(*ratio) : std::nullopt;
        for (const std::size_t each : {pair.loop, pair.vs})
            narrow(out[each], half_width, loop.numerator.size());
    }
    if (!pairs.empty()) return out;
    const auto time = estimate(times_.front(), Stat::median);
    narrow(out.front(), time ? relative_half_width(*time) : std::nullopt, times_.front().numerator.size());
    return out;
}

} // namespace bytebound
