#pragma once

#include <filesystem>
#include <utility>

namespace bytebound {

/// An exclusive advisory lock on a directory (flock(2) on the directory itself), held until destruction. It needs no
/// file, and the kernel releases it when the process ends in whatever way.
class DirectoryLock {
public:
    DirectoryLock() = default;
    DirectoryLock(DirectoryLock&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), busy_(std::exchange(other.busy_, false)) {}
    DirectoryLock& operator=(DirectoryLock&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        std::swap(busy_, other.busy_);
        return *this;
    }
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;
    ~DirectoryLock();

    /// Never waits. On a file system without locks (some NFS servers) nothing is locked, and busy() is false.
    static DirectoryLock attempt(const std::filesystem::path& directory);
    /// Whether another process has the lock.
    bool busy() const { return busy_; }

private:
    int descriptor_ = -1;
    bool busy_ = false;
};

} // namespace bytebound
