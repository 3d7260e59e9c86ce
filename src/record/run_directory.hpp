#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "record/run_record.hpp"

namespace bytebound {

inline constexpr std::string_view run_file = "run.json";
inline constexpr std::string_view samples_file = "samples.csv";
inline constexpr std::string_view workers_file = "workers.csv";
inline constexpr std::string_view background_file = "background.csv";

/// The directory of one run. run.json is replaced as a whole (temporary file, fsync, rename): at every moment it is
/// valid JSON, also after a kill. While it says "running", the temporary file lies beside it with room for the next
/// replacement: on a full disk the failure can still be recorded.
class RunDirectory {
public:
    /// Whether create() would succeed, as far as that can be known without writing. Error (usage): exists and is not
    /// empty without `force`, or is not a directory.
    static Result<void> check(const std::filesystem::path& path, bool force);
    /// Creates it with its parents; with `force` removes the files of a former run, and nothing else. Error (usage):
    /// cannot be created or written.
    static Result<RunDirectory> create(const std::filesystem::path& path, bool force);

    const std::filesystem::path& path() const { return path_; }
    Result<void> write_record(const RunRecord& record) const;
    /// Size and SHA-256 of every file of the run in it except run.json; what others put there is not the run's.
    Result<std::map<std::string, FileRecord>> hash_files() const;

private:
    explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

/// run.json of a directory. Error: bad_data.
Result<RunRecord> read_run_record(const std::filesystem::path& directory);

/// Lower-case hexadecimal SHA-256 of a file. Error: bad_data when it cannot be read.
Result<FileRecord> hash_file(const std::filesystem::path& file);

} // namespace bytebound
