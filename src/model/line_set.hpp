#pragma once

#include <cstdint>
#include <vector>

namespace bytebound {

/// A growing set of line numbers, one bit each.
class LineSet {
public:
    /// Adds lines [first, first + lines) and returns how many of them are new.
    std::uint64_t add(std::uint64_t first, std::uint64_t lines);
    /// Prefetches the words of an upcoming add() into the host's cache.
    void prefetch(std::uint64_t first) const {
        if (first / 64 < words_.size()) __builtin_prefetch(&words_[first / 64], 1);
    }

private:
    std::vector<std::uint64_t> words_;
};

} // namespace bytebound
