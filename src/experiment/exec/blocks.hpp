#pragma once
// The order of the runs of two commands, and whether there are enough blocks.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

/// ABBA or BAAB, drawn for each block: a drift of the machine over a block affects both commands alike, and so does an
/// effect of being first. One command: a block is one run.
class BlockOrder {
public:
    BlockOrder(std::size_t commands, std::uint64_t seed) : commands_(commands), random_(seed) {}
    /// Positions of commands. Deterministic for a seed.
    std::vector<std::size_t> next();
    /// Runs of each command in a block.
    std::uint32_t runs() const { return commands_ == 1 ? 1 : 2; }

private:
    std::size_t commands_;
    Random random_;
};

/// "ABBA BAAB"
std::string order_text(std::span<const std::vector<std::size_t>> blocks);

/// The times of finished blocks.
class BlockTimes {
public:
    explicit BlockTimes(std::size_t commands) : times_(commands) {}
    /// The runs of a command in the next block.
    void add(std::size_t command, std::span<const std::uint64_t> time_ns);
    std::size_t blocks() const { return times_.front().numerator.size(); }
    /// Half width of the interval of the ratio of both times, or of the only command's time, as a fraction; nullopt:
    /// there is none.
    std::optional<double> half_width() const;

private:
    std::vector<Samples> times_;
};

} // namespace bytebound
