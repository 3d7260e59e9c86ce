#pragma once
// Files of which a reader finds the old text or the new one, whatever happens in between.

#include <cstddef>
#include <filesystem>
#include <string>

namespace bytebound {

/// Puts `text` into the place of `file`: written to `temporary` (in the same folder; over what is there, which keeps
/// its blocks), synced, renamed. errno of the first failure, 0 when done; after a failure `temporary` is gone and
/// `file` is as it was.
int replace_file(const std::filesystem::path& file, const std::filesystem::path& temporary, const std::string& text);

/// Room for `bytes` and some growth in `temporary`, for the next replace_file() on a full disk. Best effort.
void reserve_room(const std::filesystem::path& temporary, std::size_t bytes);

/// What an errno of a write says to a user.
struct WriteTrouble {
    bool of_space = false; ///< of the disk, or of ulimit -f
    std::string cause, remedy;
};
WriteTrouble write_trouble(int number);

} // namespace bytebound
