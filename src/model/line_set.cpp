#include "model/line_set.hpp"

#include <algorithm>
#include <bit>

namespace bytebound {

std::uint64_t LineSet::add(std::uint64_t first, std::uint64_t lines) {
    if (lines == 0) return 0;
    const std::uint64_t end = first + lines;
    if (end > words_.size() * 64) words_.resize(std::max<std::uint64_t>((end + 63) / 64, 2 * words_.size()));
    std::uint64_t added = 0;
    for (std::uint64_t at = first; at < end;) {
        const std::uint64_t bit = at % 64, here = std::min(64 - bit, end - at);
        const std::uint64_t mask = (here == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << here) - 1) << bit;
        std::uint64_t& word = words_[at / 64];
        // Rows are added as a whole, so counting single bits (a library call on the baseline ISA) is rarely needed.
        const std::uint64_t fresh = mask & ~word;
        if (fresh == mask)
            added += here;
        else if (fresh != 0)
            added += static_cast<std::uint64_t>(std::popcount(fresh));
        word |= mask;
        at += here;
    }
    return added;
}

} // namespace bytebound
