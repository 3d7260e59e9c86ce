#include "experiment/exec/blocks.hpp"

#include "base/text.hpp"

namespace bytebound {

std::vector<std::size_t> BlockOrder::next() {
    if (commands_ == 1) return {0};
    return random_.below(2) == 0 ? std::vector<std::size_t>{0, 1, 1, 0} : std::vector<std::size_t>{1, 0, 0, 1};
}

std::string order_text(std::span<const std::vector<std::size_t>> blocks) {
    std::vector<std::string> words;
    for (const auto& block : blocks) {
        if (block.size() == 1) continue;
        std::string& word = words.emplace_back();
        for (const std::size_t command : block)
            word += static_cast<char>('A' + command);
    }
    return join(words, " ");
}

void BlockTimes::add(std::size_t command, std::span<const std::uint64_t> time_ns) {
    std::vector<double> block;
    for (const std::uint64_t each : time_ns)
        block.push_back(static_cast<double>(each));
    times_.at(command).numerator.push_back(std::move(block));
}

std::optional<double> BlockTimes::half_width() const {
    if (times_.size() == 1) {
        const auto time = estimate(times_.front(), Stat::median);
        return time ? relative_half_width(*time) : std::nullopt;
    }
    const auto ratio = compare(times_[1], times_[0], Stat::median);
    return ratio ? relative_half_width(*ratio) : std::nullopt;
}

} // namespace bytebound
