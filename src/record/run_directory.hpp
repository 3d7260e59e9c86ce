#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "io/directory_lock.hpp"
#include "record/run_record.hpp"

namespace bytebound {

inline constexpr std::string_view run_file = "run.json";
inline constexpr std::string_view samples_file = "samples.csv";
inline constexpr std::string_view workers_file = "workers.csv";
inline constexpr std::string_view background_file = "background.csv";
inline constexpr std::string_view sums_file = "SHA256SUMS";

/// The directory of one run. run.json is replaced atomically (temporary file, fsync, rename), so that it is valid JSON
/// at every moment, even after a kill. While it says "running", the temporary file exists and reserves space for the
/// next replacement, so that a failure can be recorded on a full disk. While the object exists, no other run can use
/// the directory.
class RunDirectory {
public:
    /// Whether create() would succeed, as far as can be checked without writing. Error (usage): it exists and is not
    /// empty without `force`, or is not a directory.
    static Result<void> check(const std::filesystem::path& path, bool force);
    /// Creates it with its parents; with `force`, removes only the files of a previous run. Error (usage): cannot be
    /// created or written, or another run is writing to it.
    static Result<RunDirectory> create(const std::filesystem::path& path, bool force);
    /// Creates a directory that nobody else has: `path`, or if it exists, `path` with -2, -3, ... Error (usage).
    static Result<RunDirectory> create_new(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    Result<void> write_record(const RunRecord& record) const;
    /// Size and SHA-256 of the run's files in it, except run.json. Other files are ignored.
    Result<std::map<std::string, FileRecord>> hash_files() const;
    /// Writes SHA256SUMS: `files` as hash_files() returned them, and run.json as it is now. Nothing may change
    /// afterwards.
    Result<void> seal(const std::map<std::string, FileRecord>& files) const;

private:
    RunDirectory(std::filesystem::path path, DirectoryLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
    std::filesystem::path path_;
    DirectoryLock lock_;
};

/// `path`, or if it exists, the first of `path` with -2, -3, ... that does not.
std::filesystem::path free_name(const std::filesystem::path& path);

/// Reads run.json of a directory. Error: bad_data.
Result<RunRecord> read_run_record(const std::filesystem::path& directory);

/// Lower-case hexadecimal SHA-256 of a file. Error: bad_data if it cannot be read.
Result<FileRecord> hash_file(const std::filesystem::path& file);

} // namespace bytebound
