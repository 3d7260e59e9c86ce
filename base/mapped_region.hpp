#pragma once

#include <cstddef>
#include <utility>

#include "base/error.hpp"

namespace bytebound {

/// Size of a transparent huge page on x86-64, and on arm64 with pages of 4 KiB
/// (Documentation/admin-guide/mm/transhuge.rst).
inline constexpr std::size_t huge_page_size = std::size_t{2} << 20;

/// Owner of one anonymous mapping.
class MappedRegion {
public:
    MappedRegion() = default;
    /// Maps `bytes` (rounded up to pages) so that the start is a multiple of `alignment` (a power of two >= the
    /// page size). Nothing is touched: the kernel chooses a page's node at its first write.
    static Result<MappedRegion> anonymous(std::size_t bytes, std::size_t alignment);
    /// Maps a file's first `bytes`, shared, aligned in the same way. Not writable: all pages at once.
    static Result<MappedRegion> of_file(int descriptor, std::size_t bytes, std::size_t alignment, bool writable = true);
    /// Addresses for later mappings; an access ends the process.
    static Result<MappedRegion> inaccessible(std::size_t bytes, std::size_t alignment);
    /// Memory that a child process shares; zeros at first.
    static Result<MappedRegion> shared(std::size_t bytes);

    MappedRegion(MappedRegion&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    MappedRegion& operator=(MappedRegion&& other) noexcept;
    MappedRegion(const MappedRegion&) = delete;
    MappedRegion& operator=(const MappedRegion&) = delete;
    ~MappedRegion() { reset(); }

    std::byte* data() const { return address_; }
    std::size_t size() const { return bytes_; }
    void reset() noexcept;

private:
    MappedRegion(std::byte* address, std::size_t bytes) : address_(address), bytes_(bytes) {}
    static Result<MappedRegion> reserve(std::size_t bytes, std::size_t alignment, int protection);
    std::byte* address_ = nullptr;
    std::size_t bytes_ = 0;
};

} // namespace bytebound
