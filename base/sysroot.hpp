#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// A root that contains sys/ and proc/: the running machine ("/"), or a recorded one. Nothing is ever opened, bound or
/// pinned on a recorded machine; callers check `is_live()` first.
class SysRoot {
public:
    SysRoot() : root_("/"), live_(true) {}
    explicit SysRoot(std::filesystem::path root) : root_(std::move(root)), live_(false) {}

    bool is_live() const { return live_; }
    const std::filesystem::path& path() const { return root_; }

    /// `relative` has no leading slash: "sys/devices/system/cpu/online". A recorded machine is read as if its directory
    /// were the root of the file system: absolute links and ".." never lead out of it, so that a tree from elsewhere
    /// shows nothing of this machine.
    bool exists(std::string_view relative) const;
    /// Whole text without trailing white space and zero bytes. Error: bad_data with errno (ENOENT, EACCES, ...).
    Result<std::string> read(std::string_view relative) const;
    /// Names in a directory, sorted; empty when it is missing or unreadable.
    std::vector<std::string> list(std::string_view relative) const;

private:
    std::filesystem::path root_;
    bool live_;
};

} // namespace bytebound
