#include "workload/trace.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <numeric>
#include <utility>

#include "base/random.hpp"

namespace bytebound {

namespace {

constexpr std::array<std::pair<Pattern, std::string_view>, 2> patterns{
    {{Pattern::random, "random"}, {Pattern::block, "block"}}};

Random seeded(std::uint64_t seed, std::uint32_t k, std::uint32_t repeat) {
    std::uint64_t state = seed;
    state = splitmix64(state) ^ k;
    state = splitmix64(state) ^ repeat;
    return Random(splitmix64(state));
}

void flip(std::span<std::uint64_t> mask, std::uint32_t id) { mask[id / 64] ^= std::uint64_t{1} << (id % 64); }

/// Ids 0 .. N-1 with the active ones first, so that uniform draws without replacement are swaps.
class RandomTrace {
public:
    RandomTrace(std::span<std::uint64_t> mask, std::uint32_t pool_rows, std::uint32_t active_rows, Random random)
        : ids_(pool_rows), active_(active_rows), random_(random) {
        std::iota(ids_.begin(), ids_.end(), 0u);
        for (std::uint32_t i = 0; i < active_rows; ++i) {
            std::swap(ids_[i], ids_[i + random_.below(pool_rows - i)]);
            flip(mask, ids_[i]);
        }
    }

    void step(std::span<std::uint64_t> mask, StepChange change) {
        const auto inactive = static_cast<std::uint32_t>(ids_.size()) - active_;
        // The removed end up last among the active, the added first among the inactive ...
        for (std::uint32_t i = 0; i < change.removed; ++i) {
            const std::uint32_t last = active_ - 1 - i;
            std::swap(ids_[last], ids_[random_.below(last + 1)]);
            flip(mask, ids_[last]);
        }
        for (std::uint32_t i = 0; i < change.added; ++i) {
            std::swap(ids_[active_ + i], ids_[active_ + i + random_.below(inactive - i)]);
            flip(mask, ids_[active_ + i]);
        }
        // ... and the two ranges change places.
        const auto middle = ids_.begin() + active_;
        std::rotate(middle - change.removed, middle, middle + change.added);
        active_ = active_ - change.removed + change.added;
    }

private:
    std::vector<std::uint32_t> ids_;
    std::uint32_t active_;
    Random random_;
};

class BlockTrace {
public:
    BlockTrace(std::span<std::uint64_t> mask, std::uint32_t pool_rows, std::uint32_t active_rows, Random random)
        : pool_rows_(pool_rows), random_(random), before_(mask.size()) {
        const std::vector<std::uint64_t> nothing(mask.size(), 0);
        flip_first(mask, nothing, false, active_rows);
    }

    void step(std::span<std::uint64_t> mask, StepChange change) {
        std::copy(mask.begin(), mask.end(), before_.begin());
        flip_first(mask, before_, true, change.removed);
        flip_first(mask, before_, false, change.added);
    }

private:
    /// Flips in `mask` the first `count` ids at or after a drawn one (wrapping) whose bit in `before` is `set`.
    void flip_first(std::span<std::uint64_t> mask, std::span<const std::uint64_t> before, bool set,
                    std::uint32_t count) {
        std::uint32_t id = random_.below(pool_rows_);
        while (count > 0) {
            const std::uint64_t word = set ? before[id / 64] : ~before[id / 64];
            const auto left = word >> (id % 64);
            if (left == 0) {
                id = (id / 64 + 1) * 64;
            } else {
                id += static_cast<std::uint32_t>(std::countr_zero(left));
                if (id < pool_rows_) {
                    flip(mask, id++);
                    --count;
                }
            }
            if (id >= pool_rows_) id = 0;
        }
    }

    std::uint32_t pool_rows_;
    Random random_;
    std::vector<std::uint64_t> before_;
};

template <class Trace>
bool fill(std::span<std::uint64_t> masks, std::uint32_t pool_rows, std::uint32_t active_rows,
          std::span<const StepChange> changes, Random random, const StopPredicate& stop) {
    const std::size_t words = mask_words(pool_rows);
    auto mask = masks.first(words);
    std::fill(mask.begin(), mask.end(), 0u);
    Trace trace(mask, pool_rows, active_rows, random);
    for (std::size_t step = 0; step < changes.size(); ++step) {
        if (stop && stop()) return false;
        const auto next = masks.subspan((step + 1) * words, words);
        std::copy(mask.begin(), mask.end(), next.begin());
        trace.step(next, changes[step]);
        mask = next;
    }
    return true;
}

} // namespace

std::string_view name_of(Pattern pattern) { return patterns[static_cast<std::size_t>(pattern)].second; }

std::optional<Pattern> pattern_named(std::string_view name) {
    for (const auto& [pattern, its_name] : patterns) {
        if (its_name == name) return pattern;
    }
    return std::nullopt;
}

bool generate_trace(std::span<std::uint64_t> masks, std::uint32_t pool_rows, std::uint32_t active_rows,
                    std::span<const StepChange> changes, Pattern pattern, std::uint64_t seed, std::uint32_t k,
                    std::uint32_t repeat, const StopPredicate& stop) {
    assert(pool_rows > 0 && active_rows <= pool_rows);
    assert(masks.size() >= (changes.size() + 1) * mask_words(pool_rows));
    const Random random = seeded(seed, k, repeat);
    switch (pattern) {
    case Pattern::random: return fill<RandomTrace>(masks, pool_rows, active_rows, changes, random, stop);
    case Pattern::block: return fill<BlockTrace>(masks, pool_rows, active_rows, changes, random, stop);
    }
    return false;
}

} // namespace bytebound
