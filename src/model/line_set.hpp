#pragma once

#include <cstdint>
#include <vector>

namespace bytebound {

/// A growing set of line numbers, one bit each.
class LineSet {
public:
    /// Adds lines [first, first + lines); returns how many of them were not yet in it.
    std::uint64_t add(std::uint64_t first, std::uint64_t lines);
    /// Brings the words of an add() that will come soon into this machine's cache.
    void prefetch(std::uint64_t first) const {
        if (first / 64 < words_.size()) __builtin_prefetch(&words_[first / 64], 1);
    }

private:
    std::vector<std::uint64_t> words_;
};

} // namespace bytebound
