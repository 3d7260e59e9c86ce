#pragma once
// Access policies, through which an update loop does its loads, stores and row copies. The loops are templates on a
// policy, so that the timed code, the simulated stream and the ledger come from one source and cannot diverge.
//
// Only data references go through a policy: mask words, list entries, slot tables, rows. Accesses to the stack, to code
// and to a loop's own few counters do not.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "loops/copy_method.hpp"
#include "loops/replay.hpp"
#include "loops/workspace.hpp"

namespace bytebound {

/// For the timed loops: copies rows, reports nothing, and inlines to the bare access.
class Unwatched {
public:
    static constexpr bool copies_rows = true;
    /// Policies with `true` have worker() and join(), which simulate a team.
    static constexpr bool reports_workers = false;
    explicit Unwatched(CopyMethod method) : method_(method), copy_row_(copy_function(method)) {}

    template <class T>
    T load(Buffer, const T* from) const noexcept {
        return *from;
    }
    template <class T>
    void store(Buffer, T* to, std::type_identity_t<T> value) const noexcept {
        *to = value;
    }
    void copy(Buffer, const std::byte* from, Buffer, std::byte* to, std::uint64_t bytes) const noexcept {
        copy_row_(to, from, bytes);
    }
    /// The first lines of a source row that a later copy reads.
    void prefetch(Buffer, const std::byte* from, std::uint64_t bytes) const noexcept { prefetch_lines(from, bytes); }
    void settle() const noexcept { bytebound::settle(method_); }

private:
    CopyMethod method_;
    CopyFunction copy_row_;
};

/// For the simulated stream: reports every reference to an observer as an arena offset, and touches no row bytes.
class Watched {
public:
    static constexpr bool copies_rows = false;
    static constexpr bool reports_workers = true;
    Watched(AccessObserver& observer, const std::byte* arena) : observer_(&observer), arena_(arena) {}

    template <class T>
    T load(Buffer buffer, const T* from) const {
        observer_->load(buffer, offset(from), sizeof(T));
        return *from;
    }
    template <class T>
    void store(Buffer buffer, T* to, std::type_identity_t<T> value) const {
        observer_->store(buffer, offset(to), sizeof(T));
        *to = value;
    }
    void copy(Buffer from_buffer, const std::byte* from, Buffer to_buffer, std::byte* to, std::uint64_t bytes) const {
        observer_->copy(from_buffer, offset(from), to_buffer, offset(to), bytes);
    }
    /// A prefetched line is loaded where the instruction stands in program order.
    void prefetch(Buffer buffer, const std::byte* from, std::uint64_t bytes) const {
        observer_->load(buffer, offset(from), bytes);
    }
    void settle() const noexcept {}
    void worker(unsigned worker) const { observer_->worker(worker); }
    void join() const { observer_->join(); }

private:
    std::uint64_t offset(const void* address) const {
        return static_cast<std::uint64_t>(static_cast<const std::byte*>(address) - arena_);
    }
    AccessObserver* observer_;
    const std::byte* arena_;
};

/// For the ledger: adds up metadata bytes, and touches no row bytes.
class Tallied {
public:
    static constexpr bool copies_rows = false;
    static constexpr bool reports_workers = false;
    explicit Tallied(std::uint64_t& metadata_bytes) : metadata_bytes_(&metadata_bytes) {}

    template <class T>
    T load(Buffer, const T* from) const noexcept {
        *metadata_bytes_ += sizeof(T);
        return *from;
    }
    template <class T>
    void store(Buffer, T* to, std::type_identity_t<T> value) const noexcept {
        *metadata_bytes_ += sizeof(T);
        *to = value;
    }
    void copy(Buffer, const std::byte*, Buffer, std::byte*, std::uint64_t) const noexcept {}
    void prefetch(Buffer, const std::byte*, std::uint64_t) const noexcept {}
    void settle() const noexcept {}

private:
    std::uint64_t* metadata_bytes_;
};

} // namespace bytebound
