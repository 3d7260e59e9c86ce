#pragma once
// The definition of the simulated cache, written for readability: one list of lines per set, most recent first.

#include <algorithm>
#include <cstdint>
#include <list>
#include <set>
#include <vector>

#include "model/cache.hpp"

namespace bytebound {

class ReferenceCache {
public:
    explicit ReferenceCache(const CacheGeometry& geometry) : ways_(geometry.ways), sets_(geometry.sets()) {}

    void load(Buffer buffer, std::uint64_t line) { touch(buffer, line, false); }
    void store(Buffer buffer, std::uint64_t line) { touch(buffer, line, true); }
    void nt_store(Buffer buffer, std::uint64_t line) {
        ++counts_.written_back[static_cast<std::size_t>(buffer)];
        sets_[line % sets_.size()].remove_if([&](const Entry& entry) { return entry.line == line; });
    }
    void evict_all() {
        for (auto& set : sets_)
            while (!set.empty())
                evict(set);
    }
    std::array<std::uint64_t, buffer_count> dirty_lines() const {
        std::array<std::uint64_t, buffer_count> dirty{};
        for (const auto& set : sets_)
            for (const Entry& entry : set)
                dirty[static_cast<std::size_t>(entry.buffer)] += entry.dirty;
        return dirty;
    }
    const LineCounts& counts() const { return counts_; }

private:
    struct Entry {
        std::uint64_t line;
        Buffer buffer;
        bool dirty;
    };
    using Set = std::list<Entry>;

    void touch(Buffer buffer, std::uint64_t line, bool dirty) {
        Set& set = sets_[line % sets_.size()];
        const auto found = std::find_if(set.begin(), set.end(), [&](const Entry& entry) { return entry.line == line; });
        if (found != set.end()) {
            found->dirty |= dirty;
            set.splice(set.begin(), set, found);
            return;
        }
        ++counts_.fetched[static_cast<std::size_t>(buffer)];
        if (buffer == Buffer::slab) counts_.write_allocated += dirty;
        const bool is_new = held_.insert(line).second;
        if (buffer == Buffer::pool) counts_.cold_reads += is_new && !dirty;
        if (set.size() == ways_) evict(set);
        set.push_front({line, buffer, dirty});
    }
    void evict(Set& set) {
        counts_.written_back[static_cast<std::size_t>(set.back().buffer)] += set.back().dirty;
        set.pop_back();
    }

    std::size_t ways_;
    std::vector<Set> sets_;
    std::set<std::uint64_t> held_; ///< lines that have been fetched at least once
    LineCounts counts_;
};

} // namespace bytebound
