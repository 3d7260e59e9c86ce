#include "archive/output_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.hpp"
#include "base/input_file.hpp"
#include "base/replaced_file.hpp"
#include "base/write_error.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

/// Whether it contains nothing but leftovers of a process that was killed before it wrote anything else.
bool holds_nothing(const fs::path& path, std::error_code& error) {
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name != owner_file && !is_temporary_name(name)) return false;
    }
    return true;
}

/// Why a file is not the record of this kind of directory; empty: it is.
std::string no_record(const fs::path& file, const DirectoryKind& kind) {
    const std::string name(kind.record);
    const auto text = read_input(file, input::run_record);
    if (!text && text.error().error == ENOENT) return "it has no " + name;
    if (!text) return "its " + name + " cannot be read";
    try {
        if (parse_json(*text).at("schema").get<std::string>().starts_with(kind.schema)) return {};
    } catch (const std::exception&) {
    }
    return "its " + name + " is not one of bytebound " + std::string(kind.command);
}

Result<void> check_former(const fs::path& path, const DirectoryKind& kind) {
    const std::string cause = no_record(path / kind.record, kind);
    if (cause.empty() || (!kind.former.empty() && no_record(path / kind.former, kind).empty())) return {};
    return fail(
        {ExitCode::usage, "create", path.string(),
         "--force replaces a " + std::string(kind.command) + ", but the directory contains other files: " + cause,
         "give another --out, or an empty directory"});
}

Result<void> check_existing(const fs::path& path, const fs::file_status& status, bool force,
                            const DirectoryKind& kind) {
    std::error_code error;
    if (!fs::is_directory(status)) return not_created(path, "it exists and is not a directory", 0);
    const bool empty = holds_nothing(path, error);
    if (error) return not_created(path, "the directory cannot be read", error.value());
    if (!empty && !force)
        return fail({ExitCode::usage, "create", path.string(), "the directory exists and is not empty",
                     "give another --out, or --force to replace the " + std::string(kind.command) + " in it"});
    if (!empty) TRY(check_former(path, kind));
    if (::access(path.c_str(), W_OK) != 0) return not_created(path, "the directory is not writable", errno);
    return {};
}

} // namespace

Failure not_created(const fs::path& path, std::string cause, int sys_errno) {
    Error error = write_error(path.string(), sys_errno, {.operation = "create"});
    error.cause = std::move(cause);
    return fail(std::move(error));
}

void sync_parent(const fs::path& path) {
    if (const Descriptor directory = open_directory(path.parent_path())) ::fsync(directory.get());
}

Result<DirectoryLock> own_output_directory(const fs::path& path) {
    DirectoryLock lock = DirectoryLock::attempt(path);
    if (lock.descriptor() < 0) return not_created(path, "the directory cannot be opened", lock.error());
    if (lock.busy())
        return fail({ExitCode::usage, "create", path.string(), lock.owner() + " is writing to the directory",
                     "give another --out, or wait until it ends"});
    return lock;
}

Result<void> check_output_directory(const fs::path& path, bool force, const DirectoryKind& kind) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status) && fs::is_symlink(fs::symlink_status(path, error)))
        return fail({ExitCode::usage, "create", path.string(), "it is a symbolic link to nothing",
                     "create its target, or give another --out"});
    if (fs::exists(status)) return check_existing(path, status, force, kind);
    fs::path parent = fs::absolute(path, error).parent_path();
    if (error) return not_created(path, "the current directory does not exist any more", error.value());
    while (!parent.empty() && !fs::exists(parent, error) && parent != parent.parent_path())
        parent = parent.parent_path();
    if (!fs::is_directory(parent, error)) return not_created(path, parent.string() + " is not a directory", ENOTDIR);
    if (::access(parent.c_str(), W_OK | X_OK) != 0)
        return not_created(path, parent.string() + " is not writable", errno);
    return {};
}

Result<DirectoryLock> create_output_directory(const fs::path& path, bool force, const DirectoryKind& kind) {
    TRY(check_output_directory(path, force, kind));
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return not_created(path, "the directory cannot be created", error.value());
    DirectoryLock lock = TRY(own_output_directory(path));
    // Another process may have written to it and ended since the first check.
    TRY(check_output_directory(path, force, kind));
    sync_parent(path);
    remove_leftovers(lock.descriptor());
    return lock;
}

} // namespace bytebound
