#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "archive/sha256.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace bytebound {

/// A file that this process created and appends to. It is held by its descriptor and never found again by its name:
/// what is read back and hashed is what this process wrote, whatever happens to the name.
class WrittenFile {
public:
    /// Created exclusively in the open directory, under the last part of `path`, which is the name in messages. Error:
    /// usage if it cannot be created, internal if there is no space.
    static Result<WrittenFile> create(int directory, const std::filesystem::path& path);
    WrittenFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

    /// All or nothing: a partial text is removed. Returns the errno of the failure, else 0.
    int append(std::string_view text);
    /// Error: internal.
    Result<void> sync() const;
    /// What was appended. Error (internal): another program has changed the file.
    Result<std::string> text() const;
    Result<FileRecord> record() const { return hash_.result(); }
    const std::string& path() const { return path_; }
    int descriptor() const { return file_.get(); }

private:
    Descriptor file_;
    std::string path_;
    std::uint64_t bytes_ = 0;
    Sha256 hash_;
};

} // namespace bytebound
