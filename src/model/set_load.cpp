#include "model/set_load.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bytebound {
namespace {

/// Probabilities of 0, 1, ... lines; more than the last of them are left out.
using Lines = std::vector<double>;

Lines sum_of(const Lines& a, const Lines& b) {
    Lines out(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; i + j < out.size(); ++j)
            out[i + j] += a[i] * b[j];
    return out;
}

/// The sum of `times` independent numbers that are distributed like `one`, by repeated squaring.
Lines sum_of(Lines one, std::uint64_t times) {
    Lines out(one.size());
    out[0] = 1;
    for (; times > 0; times /= 2) {
        if (times % 2 != 0) out = sum_of(out, one);
        if (times > 1) one = sum_of(one, one);
    }
    return out;
}

/// Weights `few` and `few` + 1 so that their mean is `mean`.
struct Mixture {
    std::uint64_t few = 0;
    double more = 0; ///< the probability of few + 1
    explicit Mixture(double mean) : few(static_cast<std::uint64_t>(mean)), more(mean - std::floor(mean)) {}
};

} // namespace

void SetLoad::add(double places, double chance, double together) { items_.push_back({places, chance, together}); }

double SetLoad::at_most(std::uint32_t lines) const {
    Lines all(std::size_t{lines} + 1);
    all[0] = 1;
    for (const Items& items : items_) {
        if (items.places <= 0 || items.chance <= 0) continue;
        const Mixture length(items.together), places(items.places);
        Lines one(all.size());
        one[0] = 1 - std::min(items.chance, 1.0);
        if (length.few < one.size()) one[length.few] += items.chance * (1 - length.more);
        if (length.few + 1 < one.size()) one[length.few + 1] += items.chance * length.more;
        const Lines few = sum_of(one, places.few);
        all = sum_of(all, few);
        if (places.more == 0) continue;
        const Lines more = sum_of(all, one);
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = all[i] * (1 - places.more) + more[i] * places.more;
    }
    return std::min(1.0, std::accumulate(all.begin(), all.end(), 0.0));
}

} // namespace bytebound
