#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "loops/workspace.hpp"
#include "model/cache_geometry.hpp"
#include "model/cache_kernel.hpp"

namespace bytebound {

/// The tags of one cache of a hierarchy: exact LRU, one word per line as in cache_kernel.hpp, most recent first. Unlike
/// CacheSim's loops it returns the evicted line, and lines can be removed. Empty ways are last.
class TagArray {
public:
    /// A line's buffer and dirty bit: the low four bits of a word.
    using State = std::uint32_t;
    static constexpr State state_of(Buffer buffer, bool dirty) {
        return static_cast<State>(buffer) << word_buffer_shift | (dirty ? word_dirty : 0);
    }
    static constexpr Buffer buffer_of(State state) { return static_cast<Buffer>((state & 0xe) >> word_buffer_shift); }
    static constexpr State absent = word_empty;

    struct Evicted {
        std::uint64_t line;
        State state; ///< absent: the way was empty
    };

    explicit TagArray(const CacheGeometry& geometry)
        : ways_(geometry.ways), sets_(geometry.sets()),
          set_shift_(std::has_single_bit(sets_) ? std::countr_zero(sets_) : -1), stride_(set_stride(ways_)) {
        // A set of 16 words is one line of the host's cache.
        const std::size_t bytes = (sets_ * stride_ * sizeof(std::uint32_t) + 63) / 64 * 64;
        words_.reset(static_cast<std::uint32_t*>(std::aligned_alloc(64, bytes)));
        if (!words_) throw std::bad_alloc();
        clear();
    }

    /// Uses the line: makes it the most recent one and adds `dirty` (word_dirty or 0). Returns its previous state, or
    /// absent.
    State touch(std::uint64_t line, State dirty) {
        const Place place = locate(line);
        std::uint32_t* const set = set_at(place);
        std::uint32_t position = 0;
        // Fast path for the most recent line: list entries, the other half of a copy.
        if ((set[0] & word_quotient_mask) != place.tag) {
            position = find(set, place.tag);
            if (position == none) return absent;
        }
        const std::uint32_t word = set[position];
        move_to_front(set, position, word | dirty);
        return word & 0xf;
    }

    /// Inserts an absent line as the most recent one and evicts the least recent one.
    Evicted insert(std::uint64_t line, State state) {
        const Place place = locate(line);
        std::uint32_t* const set = set_at(place);
        const std::uint32_t last = set[ways_ - 1];
        // With constant sizes, the moves compile to a few vector moves.
        if (ways_ == 8) {
            std::memmove(set + 1, set, 7 * sizeof *set);
        } else if (ways_ == 16) {
            std::memmove(set + 1, set, 15 * sizeof *set);
        } else {
            std::memmove(set + 1, set, (ways_ - 1) * sizeof *set);
        }
        set[0] = place.tag | state;
        if (last == word_empty) return {0, absent};
        return {(last >> word_quotient_shift) * sets_ + place.set, last & 0xf};
    }

    /// Removes the line. Returns its state, or absent.
    State remove(std::uint64_t line) {
        const Place place = locate(line);
        std::uint32_t* const set = set_at(place);
        const std::uint32_t position = find(set, place.tag);
        if (position == none) return absent;
        const std::uint32_t word = set[position];
        std::memmove(set + position, set + position + 1, (ways_ - 1 - position) * sizeof *set);
        set[ways_ - 1] = word_empty;
        return word & 0xf;
    }

    /// The line's state, or absent; does not count as a use.
    State peek(std::uint64_t line) const {
        const Place place = locate(line);
        const std::uint32_t* const set = words_.get() + place.set * stride_;
        const std::uint32_t position = find(set, place.tag);
        return position == none ? absent : set[position] & 0xf;
    }

    /// Clears a line's dirty bit without using the line. Returns whether it was set.
    bool clean(std::uint64_t line) {
        const Place place = locate(line);
        std::uint32_t* const set = set_at(place);
        const std::uint32_t position = find(set, place.tag);
        if (position == none || (set[position] & word_dirty) == 0) return false;
        set[position] &= ~word_dirty;
        return true;
    }

    void clear() { std::fill_n(words_.get(), sets_ * stride_, word_empty); }

    template <class Visit>
    void for_each_dirty(const Visit& visit) const {
        for (std::uint64_t set = 0; set < sets_; ++set)
            for (std::uint32_t way = 0; way < ways_; ++way)
                if (const std::uint32_t word = words_[set * stride_ + way]; (word & word_dirty) != 0)
                    visit((word >> word_quotient_shift) * sets_ + set, word & 0xf);
    }

    /// Prefetches the line's set into the host's cache.
    void prefetch(std::uint64_t line) const { __builtin_prefetch(words_.get() + locate(line).set * stride_, 1); }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };
    struct Place {
        std::uint64_t set;
        std::uint32_t tag;
    };

    Place locate(std::uint64_t line) const {
        const std::uint64_t quotient = set_shift_ >= 0 ? line >> set_shift_ : line / sets_;
        assert(quotient < quotient_limit);
        return {line - quotient * sets_, static_cast<std::uint32_t>(quotient << word_quotient_shift)};
    }
    std::uint32_t* set_at(const Place& place) { return words_.get() + place.set * stride_; }

    std::uint32_t find(const std::uint32_t* set, std::uint32_t tag) const {
#if defined(__SSE2__)
        const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
        const __m128i mask = _mm_set1_epi32(static_cast<int>(word_quotient_mask));
        const auto equal = [&](std::size_t base) {
            const __m128i words = _mm_load_si128(reinterpret_cast<const __m128i*>(set + base));
            return _mm_cmpeq_epi32(_mm_and_si128(words, mask), wanted);
        };
        // Packed to a byte each, to obtain one mask of all ways.
        const auto bits = [](__m128i low, __m128i high) {
            return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(low, high)));
        };
        if (stride_ == 8) return first_of(bits(_mm_packs_epi32(equal(0), equal(4)), _mm_setzero_si128()), 0);
        if (stride_ == 16)
            return first_of(bits(_mm_packs_epi32(equal(0), equal(4)), _mm_packs_epi32(equal(8), equal(12))), 0);
        for (std::uint32_t base = 0; base < stride_; base += 4)
            if (const int lanes = _mm_movemask_ps(_mm_castsi128_ps(equal(base))); lanes != 0)
                return first_of(static_cast<std::uint32_t>(lanes), base);
        return none;
#else
        for (std::uint32_t way = 0; way < ways_; ++way)
            if ((set[way] & word_quotient_mask) == tag) return way;
        return none;
#endif
    }
    /// Moves the words before `position` up by one and writes `word` in front.
    void move_to_front(std::uint32_t* set, std::uint32_t position, std::uint32_t word) const {
#if defined(__SSE2__)
        if (stride_ == 8) return move_vectors<8>(set, position, word);
        if (stride_ == 16) return move_vectors<16>(set, position, word);
#endif
        std::memmove(set + 1, set, position * sizeof *set);
        set[0] = word;
    }

#if defined(__SSE2__)
    // Without branches or loops that depend on the position, which would be mispredicted.
    template <std::size_t stride>
    static void move_vectors(std::uint32_t* set, std::uint32_t position, std::uint32_t word) {
        const __m128i lanes = _mm_setr_epi32(0, 1, 2, 3);
        __m128i below = _mm_slli_si128(_mm_cvtsi32_si128(static_cast<int>(word)), 12);
        for (std::size_t base = 0; base < stride; base += 4) {
            auto* const at = reinterpret_cast<__m128i*>(set + base);
            const __m128i old = _mm_load_si128(at);
            const __m128i shifted = _mm_or_si128(_mm_slli_si128(old, 4), _mm_srli_si128(below, 12));
            const __m128i moved =
                _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(position) + 1 - static_cast<int>(base)), lanes);
            _mm_store_si128(at, _mm_or_si128(_mm_and_si128(moved, shifted), _mm_andnot_si128(moved, old)));
            below = old;
        }
    }
#endif

    static std::uint32_t first_of(std::uint32_t lanes, std::uint32_t base) {
        return lanes == 0 ? none : base + static_cast<std::uint32_t>(std::countr_zero(lanes));
    }

    std::uint32_t ways_;
    std::uint64_t sets_;
    int set_shift_; ///< log2 of sets_, or -1
    std::size_t stride_;
    std::unique_ptr<std::uint32_t[], Free> words_;
};

} // namespace bytebound
