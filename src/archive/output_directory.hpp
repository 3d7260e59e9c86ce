#pragma once
// The directory that a command writes: who may create or replace it, and who owns it.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "io/directory_lock.hpp"

namespace bytebound {

/// What an output directory contains. --force replaces one of the same kind and nothing else.
struct DirectoryKind {
    std::string_view command; ///< "run", in "bytebound run" and "a run"
    std::string_view record;  ///< "run.json": the file by which it is recognised
    std::string_view schema;  ///< of that file, without the version: "bytebound.run/"
    std::string_view former;  ///< name of the record while it is replaced; empty: it is never set aside
};

/// Whether create_output_directory() would succeed, as far as can be checked without writing. Error (usage): it is not
/// a directory; it is not empty without `force`, or contains something else with it.
Result<void> check_output_directory(const std::filesystem::path& path, bool force, const DirectoryKind& kind);
/// Creates it with its parents unless it exists, and owns it. Error (usage): as before, or another process owns it.
Result<DirectoryLock> create_output_directory(const std::filesystem::path& path, bool force, const DirectoryKind& kind);
/// Owns an existing directory. Error (usage): another process does.
Result<DirectoryLock> own_output_directory(const std::filesystem::path& path);

/// A failure to create a file or directory, with its cause.
Failure not_created(const std::filesystem::path& path, std::string cause, int sys_errno);
/// A new directory survives a power cut only if its parent is synced.
void sync_parent(const std::filesystem::path& path);

} // namespace bytebound
