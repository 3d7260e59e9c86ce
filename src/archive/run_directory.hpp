#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "archive/run_file_names.hpp"
#include "archive/written_file.hpp"
#include "base/error.hpp"
#include "base/replaced_file.hpp"
#include "io/directory_lock.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// The directory of one run, owned by one process from its creation to its seal. All files are created in, read from
/// and replaced in the open directory, and held by their descriptors, so that the seal covers what this process wrote.
///
/// run.json is replaced atomically, so that it is valid JSON at every moment, even after a kill. While it says
/// "running", a temporary file reserves space for the next replacement, so that a failure can be recorded on a full
/// disk. Where that space is missing, a run does not begin, or fails.
class RunDirectory {
public:
    /// Whether create() would succeed, as far as can be checked without writing. Error (usage): it is not a directory;
    /// it is not empty without `force`, or contains other files than a run's with it.
    static Result<void> check(const std::filesystem::path& path, bool force);
    /// Creates it with its parents; with `force`, removes the files of the run in it. Error (usage): cannot be created
    /// or written, or another process is writing to it.
    static Result<RunDirectory> create(const std::filesystem::path& path, bool force);
    /// Creates a directory that nobody else has: `path`, or if it exists, `path` with -2, -3, ... Error (usage).
    static Result<RunDirectory> create_new(const std::filesystem::path& path);
    /// That of an existing run, and owns it unless another process does. Error (bad_data): it cannot be opened.
    static Result<RunDirectory> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    /// An open descriptor of the directory.
    int descriptor() const { return lock_.descriptor(); }
    /// The process that owns it instead of this one: "process 71 on host n1"; empty: this one.
    const std::string& other_owner() const { return lock_.owner(); }

    Result<void> write_record(const RunRecord& record);
    /// A new file to append to. Error: that of WrittenFile::create().
    Result<std::shared_ptr<WrittenFile>> create_file(std::string_view name);
    /// Replaces a file of the run. Returns the errno of the failure, else 0.
    int write_file(const std::string& name, std::string_view text);
    /// Of a file that create_file() made; in a directory of open(), of the file with that name. nullopt: there is none.
    /// Error: internal (changed by another program) or bad_data (unreadable).
    Result<std::optional<std::string>> text_of(std::string_view name) const;
    /// Size and SHA-256 of the files that this process wrote, except run.json and SHA256SUMS.
    Result<std::map<std::string, FileRecord>> files() const;
    /// Writes the appended files to the disk. Error: internal.
    Result<void> sync() const;
    /// Writes SHA256SUMS: `files`, and run.json as it is now. Error (internal): another program has replaced a file
    /// that this process wrote.
    Result<void> seal(const std::map<std::string, FileRecord>& files);
    /// Ends the ownership.
    void release() noexcept { lock_.release(); }

private:
    struct Published {
        FileRecord record;
        Descriptor file;
    };
    RunDirectory(std::filesystem::path path, DirectoryLock lock, bool created)
        : path_(std::move(path)), lock_(std::move(lock)), created_(created) {}
    Result<void> set_former_run_aside();
    void forget_former_run();
    int publish(TemporaryFile file, const std::string& name, std::string_view text);
    /// Returns the errno of a full disk, else 0: a reserve that is refused for another reason is done without.
    int reserve_room(std::size_t bytes);
    Result<void> check_in_place(const std::string& name, int file, const FileRecord& record) const;

    std::filesystem::path path_;
    DirectoryLock lock_;
    bool created_ = false;    ///< by this process, hence nothing in it is read by name
    bool former_run_ = false; ///< run.json of the run that was replaced exists until the first one of this run
    TemporaryFile reserve_;   ///< for the next run.json
    std::map<std::string, std::shared_ptr<WrittenFile>> appended_;
    std::map<std::string, Published> published_;
};

/// `path`, or if it exists, the first of `path` with -2, -3, ... that does not.
std::filesystem::path free_name(const std::filesystem::path& path);

/// Reads run.json of a directory. Error: bad_data.
Result<RunRecord> read_run_record(const std::filesystem::path& directory);

/// run.json or a file of raw steps in an open directory, whose path is for errors; nullopt: there is none. Error:
/// bad_data.
Result<std::optional<std::string>> text_in_run(int directory, const std::filesystem::path& path, std::string_view name);
/// Whether a file of this name was left by a killed process. The next one that writes to the directory removes it.
bool is_leftover(const std::string& name);

/// Lower-case hexadecimal SHA-256 of a file in an open directory. Error: bad_data if it cannot be read.
Result<FileRecord> hash_file(int directory, const std::string& name);

} // namespace bytebound
