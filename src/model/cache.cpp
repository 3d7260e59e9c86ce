#include "model/cache.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>

#include "model/cache_kernel.hpp"

namespace bytebound {

static_assert(buffer_count <= 8, "a word has three bits for its buffer");

/// A line's set and its word. Advancing past the last set continues in set 0 with the next quotient.
struct CacheSim::Place {
    std::uint64_t set;
    std::uint32_t word;

    void advance(std::uint64_t lines, std::uint64_t sets) {
        set += lines;
        if (set == sets) {
            set = 0;
            word += std::uint32_t{1} << word_quotient_shift;
        }
    }
};

CacheSim::CacheSim(const CacheGeometry& geometry) : CacheSim(geometry, best_cache_kernel(geometry.ways)) {}

CacheSim::CacheSim(const CacheGeometry& geometry, const CacheKernel& kernel)
    : geometry_(geometry), kernel_(&kernel), sets_(geometry.sets()),
      set_shift_(std::has_single_bit(sets_) ? std::countr_zero(sets_) : -1), stride_(set_stride(geometry.ways)) {
    assert(check(geometry) && stride_ % kernel.stride_unit == 0);
    const std::size_t bytes = (words() * sizeof(std::uint32_t) + 63) / 64 * 64;
    words_.reset(static_cast<std::uint32_t*>(std::aligned_alloc(64, bytes)));
    if (!words_) throw std::bad_alloc();
    std::fill_n(words_.get(), words(), word_empty);
}

std::size_t CacheSim::words() const { return sets_ * stride_; }

std::uint64_t CacheSim::line_limit(const CacheGeometry& geometry) { return geometry.sets() * quotient_limit; }

CacheSim::Place CacheSim::locate(Buffer buffer, std::uint64_t line, bool dirty) const {
    assert(line < line_limit(geometry_));
    const std::uint64_t quotient = set_shift_ >= 0 ? line >> set_shift_ : line / sets_;
    return {line - quotient * sets_, static_cast<std::uint32_t>(quotient << word_quotient_shift) |
                                         static_cast<std::uint32_t>(buffer) << word_buffer_shift |
                                         (dirty ? word_dirty : 0)};
}

void CacheSim::touch(Buffer buffer, std::uint64_t first, std::uint64_t lines, bool dirty) {
    references_ += lines;
    Place place = locate(buffer, first, dirty);
    // Fast path for lists and tables, which are read entry by entry: the line is the most recent one of its set.
    std::uint32_t& front = words_[place.set * stride_];
    if (lines == 1 && (front & word_quotient_mask) == (place.word & word_quotient_mask)) {
        front |= place.word & word_dirty;
        return;
    }
    if (buffer == Buffer::pool) {
        const std::uint64_t new_lines = held_.add(first, lines);
        if (!dirty) cold_reads_ += new_lines;
    }
    RunCounts& run = (dirty ? stores_ : loads_)[static_cast<std::size_t>(buffer)];
    while (lines != 0) {
        const std::uint64_t part = std::min(lines, sets_ - place.set);
        kernel_->touch(words_.get() + place.set * stride_, stride_, geometry_.ways, place.word, part, run);
        place.advance(part, sets_);
        lines -= part;
    }
}

void CacheSim::copy(Buffer from_buffer, std::uint64_t from, Buffer to_buffer, std::uint64_t to, std::uint64_t lines) {
    references_ += 2 * lines;
    // No loop stores to the pool; handled line by line, because the two ranges may overlap.
    if (to_buffer == Buffer::pool)
        for (std::uint64_t i = 0; i < lines; ++i) {
            if (from_buffer == Buffer::pool) cold_reads_ += held_.add(from + i, 1);
            held_.add(to + i, 1);
        }
    const bool from_pool = from_buffer == Buffer::pool && to_buffer != Buffer::pool;
    const std::uint64_t first = from, count = lines;
    if (from_pool) held_.prefetch(first);
    RunCounts& loads = loads_[static_cast<std::size_t>(from_buffer)];
    RunCounts& stores = stores_[static_cast<std::size_t>(to_buffer)];
    Place source = locate(from_buffer, from, false), target = locate(to_buffer, to, true);
    while (lines != 0) {
        const std::uint64_t part = std::min({lines, sets_ - source.set, sets_ - target.set});
        kernel_->copy(words_.get() + source.set * stride_, source.word, words_.get() + target.set * stride_,
                      target.word, stride_, geometry_.ways, part, loads, stores);
        source.advance(part, sets_);
        target.advance(part, sets_);
        lines -= part;
    }
    if (from_pool) cold_reads_ += held_.add(first, count);
}

void CacheSim::nt_store(Buffer buffer, std::uint64_t line) {
    ++references_;
    ++streamed_[static_cast<std::size_t>(buffer)];
    const Place place = locate(buffer, line, false);
    std::uint32_t* const set = words_.get() + place.set * stride_;
    std::uint32_t* const end = set + geometry_.ways;
    const auto found = std::find_if(
        set, end, [&](std::uint32_t word) { return (word & word_quotient_mask) == (place.word & word_quotient_mask); });
    if (found == end) return;
    std::move(found + 1, end, found);
    end[-1] = word_empty;
}

void CacheSim::evict_all() {
    for (std::size_t i = 0; i < words(); ++i)
        ++swept_.evicted[words_[i] & 0xf];
    std::fill_n(words_.get(), words(), word_empty);
}

LineCounts CacheSim::counts() const {
    LineCounts counts;
    const auto add_written_back = [&](const RunCounts& run) {
        for (std::size_t owner = 0; owner < buffer_count; ++owner)
            counts.written_back[owner] += run.evicted[(owner << word_buffer_shift) | word_dirty];
    };
    for (std::size_t buffer = 0; buffer < buffer_count; ++buffer) {
        counts.fetched[buffer] = loads_[buffer].misses() + stores_[buffer].misses();
        counts.written_back[buffer] += streamed_[buffer];
        add_written_back(loads_[buffer]);
        add_written_back(stores_[buffer]);
    }
    add_written_back(swept_);
    counts.cold_reads = cold_reads_;
    counts.write_allocated = stores_[static_cast<std::size_t>(Buffer::slab)].misses();
    return counts;
}

std::array<std::uint64_t, buffer_count> CacheSim::dirty_lines() const {
    std::array<std::uint64_t, 16> words_of{};
    for (std::size_t i = 0; i < words(); ++i)
        ++words_of[words_[i] & 0xf];
    std::array<std::uint64_t, buffer_count> dirty{};
    for (std::size_t owner = 0; owner < buffer_count; ++owner)
        dirty[owner] = words_of[(owner << word_buffer_shift) | word_dirty];
    return dirty;
}

} // namespace bytebound
