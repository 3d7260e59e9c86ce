#include "model/traffic.hpp"

#include <algorithm>

namespace bytebound {

template <class Cache>
std::uint64_t BasicTrafficObserver<Cache>::lines_in(std::uint64_t offset, std::uint64_t bytes) const {
    return bytes == 0 ? 0 : line_of(offset + bytes - 1) - line_of(offset) + 1;
}

template <class Cache>
void BasicTrafficObserver<Cache>::load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) {
    if (bytes != 0) cache_->load_range(buffer, line_of(offset), lines_in(offset, bytes));
}

template <class Cache>
void BasicTrafficObserver<Cache>::store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) {
    if (bytes != 0) cache_->store_range(buffer, line_of(offset), lines_in(offset, bytes));
}

template <class Cache>
void BasicTrafficObserver<Cache>::copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset,
                                       std::uint64_t bytes) {
    if (bytes == 0) return;
    if (non_temporal_copies_) return copy_non_temporal(from, from_offset, to, to_offset, bytes);
    std::uint64_t source = line_of(from_offset), target = line_of(to_offset);
    std::uint64_t loads = lines_in(from_offset, bytes), stores = lines_in(to_offset, bytes);
    const std::uint64_t chunk = std::min(bytes, std::uint64_t{1} << line_shift_);
    const std::uint64_t first_loads = lines_in(from_offset, chunk), first_stores = lines_in(to_offset, chunk);
    if (first_loads != 1 || first_stores != 1) {
        cache_->load_range(from, source, first_loads);
        cache_->store_range(to, target, first_stores);
        source += first_loads, loads -= first_loads;
        target += first_stores, stores -= first_stores;
    }
    // From here on every whole chunk touches one new line of source and one of destination; only the last chunk may
    // touch a new line of just one of them.
    const std::uint64_t both = std::min(loads, stores);
    if (both != 0) cache_->copy(from, source, to, target, both);
    if (loads > both) cache_->load_range(from, source + both, loads - both);
    if (stores > both) cache_->store_range(to, target + both, stores - both);
}

template <class Cache>
void BasicTrafficObserver<Cache>::copy_non_temporal(Buffer from, std::uint64_t from_offset, Buffer to,
                                                    std::uint64_t to_offset, std::uint64_t bytes) {
    const std::uint64_t line_bytes = std::uint64_t{1} << line_shift_, end = to_offset + bytes;
    std::uint64_t source = line_of(from_offset); // the first line not loaded yet
    for (std::uint64_t at = to_offset; at < end;) {
        const std::uint64_t here = std::min(line_bytes - at % line_bytes, end - at);
        const std::uint64_t last = line_of(from_offset + (at - to_offset) + here - 1);
        if (last >= source) cache_->load_range(from, source, last + 1 - source);
        source = std::max(source, last + 1);
        if (here == line_bytes)
            cache_->nt_store(to, line_of(at));
        else
            cache_->store(to, line_of(at));
        at += here;
    }
}

template <class Cache>
LineCounts BasicTrafficObserver<Cache>::take() {
    const LineCounts now = cache_->counts();
    const LineCounts difference = now.since(taken_);
    taken_ = now;
    return difference;
}

template class BasicTrafficObserver<CacheSim>;
template class BasicTrafficObserver<HierarchySim>;

} // namespace bytebound
