#pragma once

#include <cstdint>
#include <vector>

namespace bytebound {

/// A growing set of line numbers, one bit each.
class LineSet {
public:
    /// Adds lines [first, first + lines); returns how many of them were not yet in it.
    std::uint64_t add(std::uint64_t first, std::uint64_t lines);

private:
    std::vector<std::uint64_t> words_;
};

} // namespace bytebound
