#include "model/hierarchy_team.hpp"

#include <cassert>

namespace bytebound {

void TeamObserver::copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset,
                        std::uint64_t bytes) {
    take({Kind::copy, from, to, from_offset, to_offset, bytes});
}

void TeamObserver::load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) {
    take({Kind::load, buffer, buffer, offset, 0, bytes});
}

void TeamObserver::store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) {
    take({Kind::store, buffer, buffer, offset, 0, bytes});
}

void TeamObserver::worker(unsigned worker) {
    assert(worker < shares_.size());
    now_ = &shares_[worker];
}

void TeamObserver::take(const Access& access) {
    if (now_ == nullptr) return pass(access);
    now_->accesses.push_back(access);
}

void TeamObserver::pass(const Access& access) {
    switch (access.kind) {
    case Kind::load: return traffic_->load(access.buffer, access.offset, access.bytes);
    case Kind::store: return traffic_->store(access.buffer, access.offset, access.bytes);
    case Kind::copy:
        return traffic_->copy(access.buffer, access.offset, access.to_buffer, access.to_offset, access.bytes);
    }
}

/// Passes on the worker's references up to the end of its next row. Returns whether there were any.
bool TeamObserver::pass_row(unsigned worker) {
    Share& share = shares_[worker];
    if (share.done == share.accesses.size()) return false;
    sim_->worker(worker);
    for (std::size_t parts = 0; parts < groups_ && share.done < share.accesses.size(); ++share.done) {
        pass(share.accesses[share.done]);
        parts += share.accesses[share.done].kind == Kind::copy;
    }
    return true;
}

void TeamObserver::join() {
    now_ = nullptr;
    for (bool any = true; any;) {
        any = false;
        for (unsigned worker = 0; worker < shares_.size(); ++worker)
            any = pass_row(worker) || any;
    }
    for (Share& share : shares_) {
        share.accesses.clear();
        share.done = 0;
    }
    sim_->worker(0);
}

} // namespace bytebound
