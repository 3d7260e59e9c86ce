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
    std::vector<std::string_view> views;
    std::vector<std::size_t> loops; // that are still measured
    for (std::size_t loop = 0; loop < names.size(); ++loop) {
        if (std::find(left_out_.begin(), left_out_.end(), loop) != left_out_.end()) continue;
        views.push_back(names[loop]);
        loops.push_back(loop);
    }
    const std::vector<LoopPair> pairs = compared_loops(views);
    for (const LoopPair& of_measured : pairs) {
        const LoopPair pair{loops[of_measured.loop], loops[of_measured.vs]};
        const Samples &loop = times_[pair.loop], &vs = times_[pair.vs];
        const auto ratio = compare(loop, vs, Stat::median);
        const auto half_width = ratio ? relative_half_width(*ratio) : std::nullopt;
        for (const std::size_t each : {pair.loop, pair.vs})
            narrow(out[each], half_width, loop.numerator.size());
    }
    if (!pairs.empty() || loops.empty()) return out;
    const Samples& alone = times_[loops.front()];
    const auto time = estimate(alone, Stat::median);
    narrow(out[loops.front()], time ? relative_half_width(*time) : std::nullopt, alone.numerator.size());
    return out;
}

} // namespace bytebound
