#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "base/sys.hpp"
#include "counters/perf_event/user_read.hpp"

namespace bytebound {

/// Owner of the mapping of an event's control page, without a sample buffer.
class MappedPage {
public:
    MappedPage() = default;
    /// Empty if the kernel refuses.
    MappedPage(Sys& sys, int fd) : sys_(&sys) {
        const SysResult mapped = sys.map(fd, bytes(), PROT_READ, MAP_SHARED);
        if (mapped.ok()) address_ = reinterpret_cast<void*>(mapped.value);
    }
    MappedPage(MappedPage&& other) noexcept : sys_(other.sys_), address_(std::exchange(other.address_, nullptr)) {}
    MappedPage& operator=(MappedPage&& other) noexcept {
        if (this != &other) {
            reset();
            sys_ = other.sys_;
            address_ = std::exchange(other.address_, nullptr);
        }
        return *this;
    }
    MappedPage(const MappedPage&) = delete;
    MappedPage& operator=(const MappedPage&) = delete;
    ~MappedPage() { reset(); }

    explicit operator bool() const { return address_ != nullptr; }
    EventPage& page() const { return *static_cast<EventPage*>(address_); }
    void reset() noexcept {
        if (address_ != nullptr) sys_->unmap(std::exchange(address_, nullptr), bytes());
    }

private:
    static std::size_t bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

    Sys* sys_ = nullptr;
    void* address_ = nullptr;
};

} // namespace bytebound
