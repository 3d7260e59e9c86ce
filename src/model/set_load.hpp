#pragma once

#include <cstdint>
#include <vector>

namespace bytebound {

/// Distribution of the number of lines in one set of a cache: a sum of independent items, each present or not.
class SetLoad {
public:
    /// `places` items (a mean: a fraction is the probability of one more) of `together` >= 1 lines each (a mean, too),
    /// present with probability `chance`.
    void add(double places, double chance, double together);

    /// The probability of at most `lines` lines.
    double at_most(std::uint32_t lines) const;

private:
    struct Items {
        double places = 0, chance = 0, together = 1;
    };
    std::vector<Items> items_;
};

} // namespace bytebound
