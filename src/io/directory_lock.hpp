#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace bytebound {

/// Says which process has the lock of the directory that it is in. It exists as long as the lock, and is left after a
/// kill.
inline constexpr std::string_view owner_file = ".bytebound-owner";

/// An exclusive advisory lock on a directory (flock(2) on the directory itself), held until destruction. The kernel
/// releases it when the process ends in whatever way.
class DirectoryLock {
public:
    DirectoryLock() = default;
    DirectoryLock(DirectoryLock&&) noexcept = default;
    DirectoryLock& operator=(DirectoryLock&& other) noexcept;
    ~DirectoryLock() { release(); }

    /// Never waits. On a file system without locks (some NFS servers) nothing is locked, and busy() is false.
    static DirectoryLock attempt(const std::filesystem::path& directory);
    /// Waits until the lock is free: for files that are read, changed and written again in no time.
    static DirectoryLock wait(const std::filesystem::path& directory);
    /// The process that has the lock of an open directory, as owner(); empty: none. Nothing is locked or written.
    static std::string holder(int directory);
    /// Whether another process has the lock.
    bool busy() const { return busy_; }
    /// That process, for a message: "process 71 on host n1", or "another bytebound" if it is not known.
    const std::string& owner() const { return owner_; }
    /// An open descriptor of the directory; -1 if it could not be opened, for the errno error().
    int descriptor() const { return directory_.get(); }
    int error() const { return error_; }
    /// Unlocks the directory before the end of the object. Its descriptor stays open.
    void release() noexcept;

private:
    Descriptor directory_;
    bool held_ = false, busy_ = false;
    int error_ = 0;
    std::string owner_;
};

} // namespace bytebound
