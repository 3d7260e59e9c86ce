#include "model/hierarchy.hpp"

#include <algorithm>
#include <cassert>

namespace bytebound {

namespace {

/// Hardware prefetchers stop at its end, because the next physical page is unrelated.
constexpr std::uint64_t page_bytes = 4096;
/// Distance, in lines, at which the host prefetches the simulated LLC's sets.
constexpr std::uint64_t ahead = 8;

bool is_present(TagArray::State state) { return state != TagArray::absent; }
bool is_dirty(TagArray::State state) { return (state & word_dirty) != 0; }

} // namespace

LevelLines& LevelLines::add(const LevelLines& later, const LevelLines& earlier) {
    hits += later.hits - earlier.hits;
    misses += later.misses - earlier.misses;
    up += later.up - earlier.up;
    down += later.down - earlier.down;
    victims += later.victims - earlier.victims;
    return *this;
}

HierarchyLines& HierarchyLines::add(const HierarchyLines& later, const HierarchyLines& earlier) {
    for (std::size_t level = 0; level < levels.size(); ++level)
        levels[level].add(later.levels[level], earlier.levels[level]);
    prefetched += later.prefetched - earlier.prefetched;
    handed_over += later.handed_over - earlier.handed_over;
    invalidated += later.invalidated - earlier.invalidated;
    back_invalidated += later.back_invalidated - earlier.back_invalidated;
    return *this;
}

HierarchySim::HierarchySim(const HierarchySpec& spec, std::uint64_t lines)
    : spec_(spec), levels_(std::size_t{spec.l1.has_value()} + std::size_t{spec.l2.has_value()}),
      lines_per_page_(std::max<std::uint64_t>(1, page_bytes / spec.llc.line_bytes)), llc_(spec.llc) {
    assert(check(spec) && lines <= line_limit(spec));
    tags_.reserve(spec.workers * levels_);
    for (unsigned worker = 0; worker < spec.workers; ++worker)
        for (const auto& level : {spec.l1, spec.l2})
            if (level) tags_.emplace_back(*level);
    // A prefetch reaches at most the end of the last page.
    if (spec.workers > 1 && has_private()) holders_.resize(lines + lines_per_page_, nobody);
}

std::uint64_t HierarchySim::line_limit(const HierarchySpec& spec) {
    std::uint64_t sets = spec.llc.sets();
    for (const auto& level : {spec.l1, spec.l2})
        if (level) sets = std::min(sets, level->sets());
    return sets * quotient_limit;
}

double HierarchySim::memory_bytes(const HierarchySpec& spec, double lines) {
    const auto table = [](const CacheGeometry& geometry) {
        return static_cast<double>(geometry.sets()) * static_cast<double>(set_stride(geometry.ways)) *
               sizeof(std::uint32_t);
    };
    double bytes = table(spec.llc) + lines / 8;
    for (const auto& level : {spec.l1, spec.l2})
        if (level) bytes += spec.workers * table(*level);
    if (spec.workers > 1 && (spec.l1 || spec.l2)) bytes += lines * sizeof(Holder);
    return bytes;
}

void HierarchySim::load_range(Buffer buffer, std::uint64_t first, std::uint64_t lines) {
    for (std::uint64_t line = first; line < first + lines; ++line)
        reference(buffer, line, false);
}

void HierarchySim::store_range(Buffer buffer, std::uint64_t first, std::uint64_t lines) {
    for (std::uint64_t line = first; line < first + lines; ++line)
        reference(buffer, line, true);
}

void HierarchySim::copy(Buffer from_buffer, std::uint64_t from, Buffer to_buffer, std::uint64_t to,
                        std::uint64_t lines) {
    for (std::uint64_t i = 0; i < lines; ++i) {
        llc_.prefetch(from + i + ahead);
        llc_.prefetch(to + i + ahead);
        reference(from_buffer, from + i, false);
        reference(to_buffer, to + i, true);
    }
}

void HierarchySim::reference(Buffer buffer, std::uint64_t line, bool store) {
    ++references_;
    for (std::size_t level = 0; level < levels_; ++level) {
        const State state = tags(worker_, level).touch(line, store && level == 0 ? word_dirty : 0);
        if (!is_present(state)) {
            ++lines_of(level).misses;
            continue;
        }
        ++lines_of(level).hits;
        // A dirty line is in no other worker's caches, so only a clean one must be taken from them.
        if (store && !is_dirty(state)) take_from_others(line);
        if (level != 0) fill(0, line, TagArray::state_of(buffer, store));
        return;
    }
    const Reach demand{buffer, line, store, store, false};
    const std::uint64_t misses = llc_misses_;
    reach_llc(demand);
    if (spec_.prefetch == Prefetch::next_line && (has_private() || llc_misses_ != misses)) prefetch_after(demand);
}

/// Whether the LLC has the line. `dirty` receives the dirty bit of a line that is removed.
bool HierarchySim::find_in_llc(const Reach& reach, bool shared, State& dirty) {
    if (spec_.policy == LlcPolicy::exclusive && !shared) {
        const State state = llc_.remove(reach.line);
        if (is_present(state)) dirty = state & word_dirty;
        return is_present(state);
    }
    return is_present(llc_.touch(reach.line, !has_private() && reach.store ? word_dirty : 0));
}

/// A reference that misses in all private levels of the worker.
void HierarchySim::reach_llc(const Reach& reach) {
    const State state = TagArray::state_of(reach.buffer, false);
    // A store removes the line from the other workers, but their copy can still supply the data.
    const bool elsewhere = reach.store ? take_from_others(reach.line) : share_with_others(reach.line, state);
    State dirty = 0;
    const bool hit = find_in_llc(reach, elsewhere && !reach.store, dirty);
    if (!reach.prefetch) ++(hit ? llc_hits_ : llc_misses_);
    if (!hit) {
        if (elsewhere) {
            ++handed_over_;
        } else {
            fetch(reach);
        }
        if (fills_llc()) leave_llc(llc_.insert(reach.line, state | (!has_private() && reach.store ? word_dirty : 0)));
    }
    const State stored = reach.store ? word_dirty : 0;
    for (std::size_t level = levels_; level-- != 0;) {
        if (reach.prefetch && level + 1 != levels_) break;
        fill(level, reach.line, state | (level + 1 == levels_ ? dirty : 0) | (level == 0 ? stored : 0));
    }
}

void HierarchySim::fetch(const Reach& reach) {
    ++counts_.fetched[static_cast<std::size_t>(reach.buffer)];
    prefetched_ += reach.prefetch;
    if (reach.buffer == Buffer::pool) {
        const std::uint64_t new_lines = held_.add(reach.line, 1);
        if (!reach.for_store) counts_.cold_reads += new_lines;
    }
    if (reach.buffer == Buffer::slab && reach.for_store) ++counts_.write_allocated;
}

void HierarchySim::prefetch_after(const Reach& demand) {
    const std::uint64_t next = demand.line + 1;
    if (next % lines_per_page_ == 0) return;
    for (std::size_t level = 0; level < levels_; ++level)
        if (is_present(tags(worker_, level).peek(next))) return;
    if (!has_private() && is_present(llc_.peek(next))) return;
    reach_llc({demand.buffer, next, false, demand.store, true});
}

void HierarchySim::fill(std::size_t level, std::uint64_t line, State state) {
    ++lines_of(level).up;
    leave_private(level, tags(worker_, level).insert(line, state));
}

void HierarchySim::leave_private(std::size_t level, TagArray::Evicted evicted) {
    if (!is_present(evicted.state)) return;
    if (level + 1 < levels_) {
        if (!is_dirty(evicted.state)) return;
        ++lines_of(level).down;
        TagArray& below = tags(worker_, level + 1);
        if (!is_present(below.touch(evicted.line, word_dirty)))
            leave_private(level + 1, below.insert(evicted.line, evicted.state));
        return;
    }
    if (!fills_llc() && level != 0 && is_dirty(tags(worker_, 0).remove(evicted.line))) {
        ++lines_of(0).down;
        evicted.state |= word_dirty;
    }
    if (is_dirty(evicted.state)) {
        ++lines_of(level).down;
    } else if (!fills_llc()) {
        ++lines_of(level).victims;
    } else {
        return;
    }
    write_into_llc(evicted.line, evicted.state);
}

void HierarchySim::write_into_llc(std::uint64_t line, State state) {
    if (!is_present(llc_.touch(line, state & word_dirty))) leave_llc(llc_.insert(line, state));
}

void HierarchySim::leave_llc(TagArray::Evicted evicted) {
    if (!is_present(evicted.state)) return;
    if (spec_.policy == LlcPolicy::inclusive && has_private()) {
        const Holder holder = holders_.empty() ? Holder{1} : holders_[evicted.line];
        for (unsigned worker = 0; worker < spec_.workers; ++worker) {
            if (holder != several && holder != worker + 1) continue;
            const State state = remove_from(worker, evicted.line);
            if (!is_present(state)) continue;
            ++back_invalidated_;
            evicted.state |= state & word_dirty;
        }
        if (!holders_.empty()) holders_[evicted.line] = nobody;
    }
    if (is_dirty(evicted.state)) ++counts_.written_back[static_cast<std::size_t>(TagArray::buffer_of(evicted.state))];
}

/// Removes the line from all levels of a worker. Returns its state there, which is dirty if it is dirty in any level.
HierarchySim::State HierarchySim::remove_from(unsigned worker, std::uint64_t line) {
    State found = TagArray::absent;
    for (std::size_t level = 0; level < levels_; ++level) {
        const State state = tags(worker, level).remove(line);
        if (is_present(state)) found = is_present(found) ? found | state : state;
    }
    return found;
}

template <class Visit>
void HierarchySim::for_each_other(std::uint64_t line, const Visit& visit) {
    const Holder holder = holders_[line];
    if (holder == nobody || holder == mine()) return;
    if (holder != several) return visit(static_cast<unsigned>(holder - 1));
    for (unsigned worker = 0; worker < spec_.workers; ++worker)
        if (worker != worker_) visit(worker);
}

/// For a store: removes the line from the other workers. Returns whether any had it.
bool HierarchySim::take_from_others(std::uint64_t line) {
    if (holders_.empty()) return false;
    bool had = false;
    for_each_other(line, [&](unsigned worker) {
        if (!is_present(remove_from(worker, line))) return;
        had = true;
        ++invalidated_;
    });
    holders_[line] = mine();
    return had;
}

/// For a load: cleans a dirty copy of another worker and writes its data to the LLC. Returns whether any worker has the
/// line.
bool HierarchySim::share_with_others(std::uint64_t line, State state) {
    if (holders_.empty()) return false;
    bool have = false, dirty = false;
    for_each_other(line, [&](unsigned worker) {
        bool dirty_above = false;
        for (std::size_t level = 0; level < levels_; ++level) {
            TagArray& there = tags(worker, level);
            have = have || is_present(there.peek(line));
            dirty_above = there.clean(line) || dirty_above;
            lines_of(level).down += dirty_above;
        }
        dirty = dirty || dirty_above;
    });
    holders_[line] = have ? several : mine();
    if (dirty) write_into_llc(line, state | word_dirty);
    return have;
}

void HierarchySim::nt_store(Buffer buffer, std::uint64_t line) {
    ++references_;
    ++counts_.written_back[static_cast<std::size_t>(buffer)];
    if (!holders_.empty()) {
        for_each_other(line, [&](unsigned worker) { invalidated_ += is_present(remove_from(worker, line)); });
        holders_[line] = nobody;
    }
    remove_from(worker_, line);
    llc_.remove(line);
}

template <class Visit>
void HierarchySim::for_each_dirty(const Visit& visit) const {
    const auto is_dirty_at = [&](unsigned worker, std::size_t level, std::uint64_t line) {
        const State state = tags(worker, level).peek(line);
        return is_present(state) && is_dirty(state);
    };
    // A line counts at the innermost level where it is dirty. No line is dirty in the caches of two workers.
    for (unsigned worker = 0; worker < spec_.workers; ++worker)
        for (std::size_t level = 0; level < levels_; ++level)
            tags(worker, level).for_each_dirty([&](std::uint64_t line, State state) {
                if (level == 0 || !is_dirty_at(worker, 0, line)) visit(state);
            });
    llc_.for_each_dirty([&](std::uint64_t line, State state) {
        for (unsigned worker = 0; worker < spec_.workers; ++worker)
            for (std::size_t level = 0; level < levels_; ++level)
                if (is_dirty_at(worker, level, line)) return;
        visit(state);
    });
}

std::array<std::uint64_t, buffer_count> HierarchySim::dirty_lines() const {
    std::array<std::uint64_t, buffer_count> dirty{};
    for_each_dirty([&](State state) { ++dirty[static_cast<std::size_t>(TagArray::buffer_of(state))]; });
    return dirty;
}

void HierarchySim::evict_all() {
    for_each_dirty([&](State state) { ++counts_.written_back[static_cast<std::size_t>(TagArray::buffer_of(state))]; });
    for (TagArray& tags : tags_)
        tags.clear();
    llc_.clear();
    std::fill(holders_.begin(), holders_.end(), nobody);
}

HierarchyLines HierarchySim::lines() const {
    HierarchyLines lines;
    if (spec_.l1) lines.levels[static_cast<std::size_t>(CacheLevel::l1)] = private_lines_[0];
    if (spec_.l2) lines.levels[static_cast<std::size_t>(CacheLevel::l2)] = private_lines_[levels_ - 1];
    lines.levels[static_cast<std::size_t>(CacheLevel::llc)] = {llc_hits_, llc_misses_, counts_.fetched_total(),
                                                               counts_.written_back_total(), 0};
    lines.prefetched = prefetched_;
    lines.handed_over = handed_over_;
    lines.invalidated = invalidated_;
    lines.back_invalidated = back_invalidated_;
    return lines;
}

} // namespace bytebound
