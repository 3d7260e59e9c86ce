#pragma once
// Atomic replacement of files: a reader sees either the old text or the new text.

#include <cstddef>
#include <filesystem>
#include <string>

namespace bytebound {

/// Replaces the content of `file` by `text`: written to `temporary` in the same folder (over an existing one, which
/// keeps its blocks), synced, renamed. Returns the errno of the first failure, 0 on success. After a failure
/// `temporary` is gone and `file` is unchanged.
int replace_file(const std::filesystem::path& file, const std::filesystem::path& temporary, const std::string& text);

/// Reserves `bytes` and some growth in `temporary`, so that the next replace_file() works on a full disk. Best effort.
void reserve_room(const std::filesystem::path& temporary, std::size_t bytes);

/// The explanation of a write's errno for the user.
struct WriteTrouble {
    bool of_space = false; ///< the disk is full, or a limit of ulimit -f
    std::string cause, remedy;
};
WriteTrouble write_trouble(int number);

} // namespace bytebound
