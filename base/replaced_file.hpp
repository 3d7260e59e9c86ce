#pragma once
// Atomic replacement of files: a reader sees the old text or the new text, also after a crash.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/descriptor.hpp"

namespace bytebound {

/// A file under construction, in the directory of the file that it will replace. Its name is unpredictable and created
/// exclusively, so that no link or FIFO that someone placed there is ever written to, and two processes never share
/// one. It is locked (flock(2)) while it exists, so that remove_leftovers() recognises those whose process was killed.
/// It is removed with its owner unless it was published.
class TemporaryFile {
public:
    TemporaryFile() = default;
    TemporaryFile(TemporaryFile&&) noexcept = default;
    TemporaryFile& operator=(TemporaryFile&& other) noexcept;
    ~TemporaryFile() { remove(); }
    /// `directory`: an open descriptor of it, which must outlive the file. Error: errno.
    static tl::expected<TemporaryFile, int> create(int directory);

    explicit operator bool() const { return static_cast<bool>(file_); }
    /// Replaces its content, in its existing blocks, and syncs it. Returns the errno of the first failure, else 0.
    int write(std::string_view text);
    /// Adds to what append() has written. Nothing is synced. Returns the errno of the failure, else 0.
    int append(std::string_view text);
    /// Writes what was appended to the disk. Returns the errno of the failure, else 0.
    int sync() const { return sync_to_disk(file_.get()); }
    /// Reserves space for as many bytes, so that a later write() works on a full disk. Returns errno, else 0.
    int reserve(std::size_t bytes);
    /// Renames it to `name` and syncs the directory. Returns the errno of the first failure, else 0.
    int publish(const std::string& name);
    /// The descriptor of the file, once it is published.
    Descriptor take() { return std::exchange(file_, {}); }

private:
    void remove() noexcept;
    int directory_ = -1;
    std::string name_;
    Descriptor file_;
    std::uint64_t appended_ = 0;
};

/// Replaces the content of a file by `text`. After a failure the file is unchanged and no other file is left. Returns
/// the errno of the failure, else 0. A link is replaced, not followed.
int replace_file(int directory, const std::string& name, std::string_view text);
int replace_file(const std::filesystem::path& file, std::string_view text);

/// Removes the temporary files of processes that were killed. Those of living processes stay.
void remove_leftovers(int directory);
void remove_leftovers(const std::filesystem::path& directory);
/// Whether an entry of a directory has the name of a temporary file.
bool is_temporary_name(std::string_view name);

/// The file that a user's name of an output means: links are followed, so that replace_file() keeps them. Error: the
/// cause for which it cannot be replaced by a file: "it is a device", a FIFO, a socket, a directory.
tl::expected<std::filesystem::path, std::string> output_file(const std::filesystem::path& name);

} // namespace bytebound
