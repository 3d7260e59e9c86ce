#pragma once
// The definition of the simulated hierarchy, written for readability: lists of lines and no directory; every query
// searches all caches.

#include <algorithm>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "model/hierarchy.hpp"

namespace bytebound {

class ReferenceHierarchy {
public:
    explicit ReferenceHierarchy(const HierarchySpec& spec) : spec_(spec), llc_(spec.llc), privates_(spec.workers) {
        for (auto& caches : privates_) {
            if (spec.l1) caches.emplace_back(*spec.l1);
            if (spec.l2) caches.emplace_back(*spec.l2);
        }
    }

    void worker(unsigned worker) { worker_ = worker; }
    void load(Buffer buffer, std::uint64_t line) { reference(buffer, line, false); }
    void store(Buffer buffer, std::uint64_t line) { reference(buffer, line, true); }
    void nt_store(Buffer buffer, std::uint64_t line) {
        ++counts_.written_back[static_cast<std::size_t>(buffer)];
        for (unsigned w = 0; w < privates_.size(); ++w)
            invalidated_ += take_out(w, line).has_value() && w != worker_;
        llc_.take(line);
    }
    void evict_all() {
        for (const std::uint64_t line : all_dirty())
            ++counts_.written_back[static_cast<std::size_t>(owner_of(line))];
        for (auto& caches : privates_)
            for (Cache& cache : caches)
                cache.clear();
        llc_.clear();
    }
    std::array<std::uint64_t, buffer_count> dirty_lines() const {
        std::array<std::uint64_t, buffer_count> dirty{};
        for (const std::uint64_t line : all_dirty())
            ++dirty[static_cast<std::size_t>(owner_of(line))];
        return dirty;
    }

    const LineCounts& counts() const { return counts_; }
    HierarchyLines lines() const {
        HierarchyLines lines;
        if (spec_.l1) lines.levels[0] = level_lines_[0];
        if (spec_.l2) lines.levels[1] = level_lines_[spec_.l1 ? 1 : 0];
        lines.levels[2] = {llc_hits_, llc_misses_, counts_.fetched_total(), counts_.written_back_total(), 0};
        lines.prefetched = prefetched_;
        lines.handed_over = handed_over_;
        lines.invalidated = invalidated_;
        lines.back_invalidated = back_invalidated_;
        return lines;
    }
    /// Workers whose private caches contain the line.
    unsigned copies(std::uint64_t line) const {
        unsigned copies = 0;
        for (unsigned w = 0; w < privates_.size(); ++w)
            copies += has(w, line);
        return copies;
    }
    bool llc_has(std::uint64_t line) const { return llc_.has(line); }

private:
    struct Entry {
        std::uint64_t line;
        Buffer buffer;
        bool dirty;
    };

    struct Cache {
        explicit Cache(const CacheGeometry& geometry) : ways(geometry.ways), sets(geometry.sets()) {}
        std::list<Entry>& set_of(std::uint64_t line) { return sets[line % sets.size()]; }
        Entry* find(std::uint64_t line) {
            for (Entry& entry : set_of(line))
                if (entry.line == line) return &entry;
            return nullptr;
        }
        bool has(std::uint64_t line) const { return const_cast<Cache*>(this)->find(line) != nullptr; }
        std::optional<Entry> take(std::uint64_t line) {
            std::list<Entry>& set = set_of(line);
            for (auto at = set.begin(); at != set.end(); ++at)
                if (at->line == line) {
                    const Entry entry = *at;
                    set.erase(at);
                    return entry;
                }
            return {};
        }
        /// Uses a line that is present.
        void use(std::uint64_t line, bool dirty) {
            Entry entry = *take(line);
            entry.dirty |= dirty;
            set_of(line).push_front(entry);
        }
        /// Inserts an absent line; returns the line evicted for it.
        std::optional<Entry> put(const Entry& entry) {
            std::list<Entry>& set = set_of(entry.line);
            std::optional<Entry> leaves;
            if (set.size() == ways) {
                leaves = set.back();
                set.pop_back();
            }
            set.push_front(entry);
            return leaves;
        }
        void clear() {
            for (auto& set : sets)
                set.clear();
        }
        std::size_t ways;
        std::vector<std::list<Entry>> sets;
    };

    std::vector<Cache>& mine() { return privates_[worker_]; }
    bool keeps_victims() const { return spec_.policy == LlcPolicy::exclusive || spec_.policy == LlcPolicy::victim; }
    bool has(unsigned w, std::uint64_t line) const {
        return std::any_of(privates_[w].begin(), privates_[w].end(), [&](const Cache& c) { return c.has(line); });
    }
    bool another_has(std::uint64_t line) const {
        for (unsigned w = 0; w < privates_.size(); ++w)
            if (w != worker_ && has(w, line)) return true;
        return false;
    }

    /// Removes a line from a worker's caches; dirty if it was dirty in any of them.
    std::optional<Entry> take_out(unsigned w, std::uint64_t line) {
        std::optional<Entry> taken;
        for (Cache& cache : privates_[w])
            if (const auto entry = cache.take(line)) {
                const bool dirty = entry->dirty || (taken && taken->dirty);
                taken = entry;
                taken->dirty = dirty;
            }
        return taken;
    }

    void reference(Buffer buffer, std::uint64_t line, bool store) {
        owners_.insert_or_assign(line, buffer);
        const bool elsewhere = another_has(line);
        if (store)
            for (unsigned w = 0; w < privates_.size(); ++w)
                if (w != worker_) invalidated_ += take_out(w, line).has_value();
        for (std::size_t level = 0; level < mine().size(); ++level) {
            if (!mine()[level].has(line)) {
                ++level_lines_[level].misses;
                continue;
            }
            ++level_lines_[level].hits;
            mine()[level].use(line, store && level == 0);
            if (level == 1) fill(0, {line, buffer, store});
            return;
        }
        const bool in_llc = bring(buffer, line, store, elsewhere, store, false);
        ++(in_llc ? llc_hits_ : llc_misses_);
        if (spec_.prefetch == Prefetch::none || (mine().empty() && in_llc)) return;
        const std::uint64_t next = line + 1;
        if (next * spec_.llc.line_bytes % 4096 == 0 || has(worker_, next)) return;
        if (mine().empty() && llc_.has(next)) return;
        owners_.insert_or_assign(next, buffer);
        bring(buffer, next, false, another_has(next), store, true);
    }

    /// Fetches from below the private levels. Returns whether the LLC had the line.
    bool bring(Buffer buffer, std::uint64_t line, bool store, bool elsewhere, bool for_store, bool prefetch) {
        if (!store) clean_elsewhere(buffer, line);
        bool dirty = false;
        const bool in_llc = llc_.has(line);
        if (in_llc && spec_.policy == LlcPolicy::exclusive && (store || !elsewhere)) {
            dirty = llc_.take(line)->dirty;
        } else if (in_llc) {
            llc_.use(line, store && mine().empty());
        } else {
            if (elsewhere)
                ++handed_over_;
            else
                fetch(buffer, line, for_store, prefetch);
            if (!keeps_victims()) left_llc(llc_.put({line, buffer, store && mine().empty()}));
        }
        if (mine().size() == 2) fill(1, {line, buffer, dirty});
        if (mine().size() == 2 && !prefetch) fill(0, {line, buffer, store});
        if (mine().size() == 1) fill(0, {line, buffer, dirty || store});
        return in_llc;
    }

    void fetch(Buffer buffer, std::uint64_t line, bool for_store, bool prefetch) {
        ++counts_.fetched[static_cast<std::size_t>(buffer)];
        prefetched_ += prefetch;
        if (buffer == Buffer::slab && for_store) ++counts_.write_allocated;
        if (buffer == Buffer::pool && held_.insert(line).second && !for_store) ++counts_.cold_reads;
    }

    void clean_elsewhere(Buffer buffer, std::uint64_t line) {
        bool dirty = false;
        for (unsigned w = 0; w < privates_.size(); ++w) {
            if (w == worker_) continue;
            bool passes = false; // while walking from the level with the dirty copy down to the LLC
            for (std::size_t level = 0; level < privates_[w].size(); ++level) {
                Entry* const entry = privates_[w][level].find(line);
                if (entry != nullptr && entry->dirty) passes = true;
                if (entry != nullptr) entry->dirty = false;
                level_lines_[level].down += passes;
            }
            dirty |= passes;
        }
        if (dirty) write_into_llc({line, buffer, true});
    }

    void fill(std::size_t level, const Entry& entry) {
        ++level_lines_[level].up;
        if (const auto victim = mine()[level].put(entry)) left_private(level, *victim);
    }

    void left_private(std::size_t level, Entry victim) {
        const bool outermost = level + 1 == mine().size();
        if (outermost && keeps_victims() && level == 1) // L2 includes L1
            if (const auto above = mine()[0].take(victim.line); above && above->dirty) {
                ++level_lines_[0].down;
                victim.dirty = true;
            }
        if (victim.dirty) ++level_lines_[level].down;
        if (!outermost) {
            if (!victim.dirty) return;
            if (mine()[1].has(victim.line))
                mine()[1].use(victim.line, true);
            else if (const auto next = mine()[1].put(victim))
                left_private(1, *next);
            return;
        }
        if (!victim.dirty && keeps_victims()) ++level_lines_[level].victims;
        if (victim.dirty || keeps_victims()) write_into_llc(victim);
    }

    void write_into_llc(const Entry& entry) {
        if (llc_.has(entry.line))
            llc_.use(entry.line, entry.dirty);
        else
            left_llc(llc_.put(entry));
    }

    void left_llc(std::optional<Entry> victim) {
        if (!victim) return;
        if (spec_.policy == LlcPolicy::inclusive)
            for (unsigned w = 0; w < privates_.size(); ++w)
                if (const auto copy = take_out(w, victim->line)) {
                    ++back_invalidated_;
                    victim->dirty |= copy->dirty;
                }
        counts_.written_back[static_cast<std::size_t>(victim->buffer)] += victim->dirty;
    }

    std::set<std::uint64_t> all_dirty() const {
        std::set<std::uint64_t> dirty;
        const auto add = [&](const Cache& cache) {
            for (const auto& set : cache.sets)
                for (const Entry& entry : set)
                    if (entry.dirty) dirty.insert(entry.line);
        };
        for (const auto& caches : privates_)
            std::for_each(caches.begin(), caches.end(), add);
        add(llc_);
        return dirty;
    }
    Buffer owner_of(std::uint64_t line) const { return owners_.at(line); }

    HierarchySpec spec_;
    Cache llc_;
    std::vector<std::vector<Cache>> privates_; ///< [worker][level], inner level first
    unsigned worker_ = 0;
    std::map<std::uint64_t, Buffer> owners_;
    std::set<std::uint64_t> held_;
    LineCounts counts_;
    std::array<LevelLines, 2> level_lines_{};
    std::uint64_t llc_hits_ = 0, llc_misses_ = 0;
    std::uint64_t prefetched_ = 0, handed_over_ = 0, invalidated_ = 0, back_invalidated_ = 0;
};

} // namespace bytebound
