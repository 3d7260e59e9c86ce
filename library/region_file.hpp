#pragma once
// A file of regions under construction: records are written through a shared mapping. They belong to the kernel at
// once, so that a crash, abort() or _exit() loses nothing, and a record costs no system call until the mapped window is
// full.

#include <cstddef>
#include <cstdint>

#include "base/region_format.hpp"

namespace bytebound {

class RegionFile {
public:
    RegionFile() = default;
    RegionFile(const RegionFile&) = delete;
    RegionFile& operator=(const RegionFile&) = delete;
    ~RegionFile() { abandon(); }

    /// Creates regions-PROCESS-THREAD-N.bbr in `directory`, exclusively, with N from 0. Returns errno, or 0.
    int create(const char* directory, std::uint64_t process, std::uint64_t thread) noexcept;

    region_format::Header& header() noexcept { return *header_; }
    /// Room for a record of `bytes`, which are 0; null if there is no space. Extends the file if the window is full:
    /// the only system calls, about 0.2 ms for 1 MiB.
    void* room(std::size_t bytes) noexcept;
    /// The record in the room is complete: readers see it from now on.
    void commit(std::size_t bytes) noexcept;
    /// Cuts the file to its records and marks it as closed.
    void close() noexcept;
    /// Unmaps it without a change: what a fork does with the file of its parent.
    void abandon() noexcept;

private:
    int extend(std::size_t bytes) noexcept;

    int fd_ = -1;
    region_format::Header* header_ = nullptr;
    std::byte* window_ = nullptr;
    std::uint64_t window_at_ = 0; ///< its offset in the file
    std::uint64_t window_bytes_ = 0;
    std::uint64_t next_ = region_format::header_bytes; ///< offset of the next record
};

} // namespace bytebound
