#pragma once
// Access policies: what an update loop does its loads, stores and row copies through. The loops are templates on one
// of them, so that the timed code, the simulated stream and the ledger are one source and cannot drift apart.
//
// Only what the contract calls a data reference goes through a policy: mask words, list entries, slot tables, rows.
// Stack and code, and a loop's own few counters, do not.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "loops/copy_method.hpp"
#include "loops/replay.hpp"
#include "loops/workspace.hpp"

namespace bytebound {

/// The timed loops: rows are copied, nothing is watched, everything inlines to the bare access.
class Unwatched {
public:
    static constexpr bool copies_rows = true;
    static constexpr bool names_workers = false; ///< else worker() and join() stand for a team
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
    void settle() const noexcept { bytebound::settle(method_); }

private:
    CopyMethod method_;
    CopyFunction copy_row_;
};

/// The simulated stream: every reference goes to an observer as an arena offset; no row byte is touched.
class Watched {
public:
    static constexpr bool copies_rows = false;
    static constexpr bool names_workers = true;
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

/// The ledger: metadata bytes are summed up; no row byte is touched.
class Tallied {
public:
    static constexpr bool copies_rows = false;
    static constexpr bool names_workers = false;
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
    void settle() const noexcept {}

private:
    std::uint64_t* metadata_bytes_;
};

} // namespace bytebound
