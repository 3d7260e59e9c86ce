#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "archive/suite_record.hpp"
#include "base/error.hpp"
#include "io/directory_lock.hpp"

namespace bytebound {

/// The directory of a suite, owned by one process from its creation to its seal. suite.json is valid JSON at every
/// moment.
class SuiteDirectory {
public:
    /// As RunDirectory::check() and create(); with `force`, removes the files of the former suite in it: its members in
    /// `members`, and nothing else. Error (usage).
    static Result<void> check(const std::filesystem::path& path, bool force);
    static Result<SuiteDirectory> create(const std::filesystem::path& path, bool force,
                                         const std::vector<SuiteMember>& members);

    const std::filesystem::path& path() const { return path_; }
    Result<void> write_record(const SuiteRecord& record);
    /// Replaces a file. Error: internal (no space) or usage.
    Result<void> write_file(const std::string& name, std::string_view text);
    /// Writes SHA256SUMS of every file in it and below. Error: internal or bad_data.
    Result<void> seal();

private:
    SuiteDirectory(std::filesystem::path path, DirectoryLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    DirectoryLock lock_;
};

/// Names of the files in a suite and its member directories ("figures/run.json"), sorted, without SHA256SUMS of the
/// suite. `leftovers`: those of killed processes, which are not part of it; may be null. Error: bad_data.
Result<std::vector<std::string>> files_of_suite(const std::filesystem::path& path,
                                                std::vector<std::string>* leftovers = nullptr);

} // namespace bytebound
