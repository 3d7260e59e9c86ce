#pragma once
// Which loops of a run are compared with each other.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace bytebound {

/// Positions in a list of loops: `loop` is compared with `vs`.
struct LoopPair {
    std::size_t loop = 0, vs = 0;
    bool operator==(const LoopPair&) const = default;
};
/// Each other loop with index (without index: with the first loop), then paired with each remaining loop.
std::vector<LoopPair> compared_loops(std::span<const std::string_view> names);
/// Each other of so many rows with the first: programs, whose names say nothing of a baseline.
std::vector<LoopPair> compared_with_first(std::size_t count);

} // namespace bytebound
