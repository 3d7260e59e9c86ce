#pragma once

#include <filesystem>
#include <string_view>

namespace bytebound {

/// Opens `relative` with open(2)'s `flags` as if `root` were the root of the file system, as openat2(2) does with
/// RESOLVE_IN_ROOT; Linux before 5.6 and some containers do not have that call. Returns the descriptor, or -1 and
/// errno.
int open_inside(const std::filesystem::path& root, std::string_view relative, int flags);

} // namespace bytebound
