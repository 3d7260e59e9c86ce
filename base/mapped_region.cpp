#include "base/mapped_region.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace bytebound {
namespace {

Failure refused(std::size_t bytes) {
    return fail({ExitCode::not_possible, "map", std::to_string(bytes) + " bytes", "the kernel refused the mapping",
                 "use a smaller workload or raise the address-space limit (ulimit -v)", errno});
}

} // namespace

Result<MappedRegion> MappedRegion::anonymous(std::size_t bytes, std::size_t alignment) {
    return reserve(bytes, alignment, PROT_READ | PROT_WRITE);
}

Result<MappedRegion> MappedRegion::inaccessible(std::size_t bytes, std::size_t alignment) {
    return reserve(bytes, alignment, PROT_NONE);
}

Result<MappedRegion> MappedRegion::of_file(int descriptor, std::size_t bytes, std::size_t alignment, bool writable) {
    auto region = TRY(inaccessible(bytes, alignment));
    const int how = writable ? MAP_NORESERVE : MAP_POPULATE;
    void* mapped = ::mmap(region.data(), region.size(), writable ? PROT_READ | PROT_WRITE : PROT_READ,
                          MAP_SHARED | MAP_FIXED | how, descriptor, 0);
    if (mapped == MAP_FAILED) return refused(region.size());
    return region;
}

Result<MappedRegion> MappedRegion::reserve(std::size_t bytes, std::size_t alignment, int protection) {
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t wanted = (bytes + page - 1) / page * page;
    const std::size_t reserved = wanted + alignment;
    void* raw = ::mmap(nullptr, reserved, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (raw == MAP_FAILED) return refused(wanted);
    const auto start = reinterpret_cast<std::uintptr_t>(raw);
    const auto aligned = (start + alignment - 1) / alignment * alignment;
    // Unmap what lies before and after the aligned part.
    if (aligned > start) ::munmap(raw, aligned - start);
    if (const auto tail = start + reserved - (aligned + wanted); tail > 0) {
        ::munmap(reinterpret_cast<void*>(aligned + wanted), tail);
    }
    return MappedRegion(reinterpret_cast<std::byte*>(aligned), wanted);
}

Result<MappedRegion> MappedRegion::shared(std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return refused(bytes);
    return MappedRegion(static_cast<std::byte*>(memory), bytes);
}

MappedRegion& MappedRegion::operator=(MappedRegion&& other) noexcept {
    if (this != &other) {
        reset();
        address_ = std::exchange(other.address_, nullptr);
        bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
}

void MappedRegion::reset() noexcept {
    if (address_ != nullptr) ::munmap(std::exchange(address_, nullptr), std::exchange(bytes_, 0));
}

} // namespace bytebound
