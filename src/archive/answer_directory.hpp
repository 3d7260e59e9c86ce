#pragma once

#include <filesystem>
#include <list>
#include <string>
#include <string_view>

#include "archive/output_directory.hpp"
#include "archive/sha256.hpp"
#include "base/error.hpp"
#include "base/replaced_file.hpp"

namespace bytebound {

/// A file of an AnswerDirectory, written piece by piece.
class AnswerFile {
public:
    AnswerFile(TemporaryFile file, std::string name, std::string path)
        : file_(std::move(file)), name_(std::move(name)), path_(std::move(path)) {}
    /// Error: internal (no space) or usage (cannot be written).
    Result<void> append(std::string_view text);

private:
    friend class AnswerDirectory;
    Result<void> flush();

    TemporaryFile file_;
    std::string name_, path_, buffer_;
    Sha256 hash_;
};

/// The directory of an answer that appears as a whole: its files have their names only when all of them are on the
/// disk, so that a failure leaves nothing, or the former answer as it was.
class AnswerDirectory {
public:
    /// As check_output_directory(), and owns the directory. Error: usage.
    static Result<AnswerDirectory> create(const std::filesystem::path& path, bool force, const DirectoryKind& kind);
    AnswerDirectory(AnswerDirectory&&) noexcept = default;
    AnswerDirectory& operator=(AnswerDirectory&&) = delete;
    /// Removes a directory that create() made and that nothing was published in.
    ~AnswerDirectory();

    const std::filesystem::path& path() const { return path_; }
    /// Stays valid as long as the directory. Error: as append().
    Result<AnswerFile*> add(std::string name);
    Result<void> add(std::string name, std::string_view text);
    /// Gives all files their names, the record first, and writes SHA256SUMS last. If that fails half-way, no file is
    /// left in a new directory, and in one with a former answer files without a seal, which --force replaces. Error: as
    /// append().
    Result<void> publish();

private:
    AnswerDirectory(std::filesystem::path path, DirectoryLock lock, bool created)
        : path_(std::move(path)), lock_(std::move(lock)), created_(created) {}

    std::filesystem::path path_;
    DirectoryLock lock_;
    bool created_ = false; ///< by this process, and nothing is in it
    bool fresh_ = false;   ///< it had no former answer
    std::string record_;   ///< the file by which --force knows such a directory
    std::list<AnswerFile> files_;
};

} // namespace bytebound
