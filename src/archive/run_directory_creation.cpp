#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "archive/run_directory.hpp"
#include "base/input_file.hpp"
#include "base/write_error.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

/// Set aside by --force before other files are removed: a crash then leaves neither a complete run without its steps
/// nor the steps of one run beside the run.json of another.
constexpr std::string_view former_run_file = ".bytebound-former-run.json";

Failure unusable(const fs::path& path, std::string cause, int sys_errno) {
    Error error = write_error(path.string(), sys_errno, {.operation = "create"});
    error.cause = std::move(cause);
    return fail(std::move(error));
}

fs::path numbered(const fs::path& path, int number) {
    return number == 1 ? path : fs::path(path.string() + "-" + std::to_string(number));
}

/// Whether it contains nothing but leftovers of a process that was killed before it wrote anything else.
bool holds_nothing(const fs::path& path, std::error_code& error) {
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name != owner_file && !is_temporary_name(name)) return false;
    }
    return true;
}

/// Why a run.json is not that of a run; empty: it is.
std::string no_run(const fs::path& file) {
    const auto text = read_input(file, input::run_record);
    if (!text && text.error().error == ENOENT) return "it has no run.json";
    if (!text) return "its run.json cannot be read";
    try {
        if (parse_json(*text).at("schema").get<std::string>().starts_with("bytebound.run/")) return {};
    } catch (const std::exception&) {
    }
    return "its run.json is not one of bytebound run";
}

Result<void> check_former_run(const fs::path& path) {
    const std::string cause = no_run(path / run_file);
    if (cause.empty() || no_run(path / former_run_file).empty()) return {};
    return fail({ExitCode::usage, "create", path.string(),
                 "--force replaces a run, but the directory contains other files: " + cause,
                 "give another --out, or an empty directory"});
}

Result<void> check_existing(const fs::path& path, const fs::file_status& status, bool force) {
    std::error_code error;
    if (!fs::is_directory(status)) return unusable(path, "it exists and is not a directory", 0);
    const bool empty = holds_nothing(path, error);
    if (error) return unusable(path, "the directory cannot be read", error.value());
    if (!empty && !force)
        return fail({ExitCode::usage, "create", path.string(), "the directory exists and is not empty",
                     "give another --out, or --force to replace the run in it"});
    if (!empty) TRY(check_former_run(path));
    if (::access(path.c_str(), W_OK) != 0) return unusable(path, "the directory is not writable", errno);
    return {};
}

/// A new directory survives a power cut only if its parent is synced.
void sync_parent(const fs::path& path) {
    if (const Descriptor directory = open_directory(path.parent_path())) ::fsync(directory.get());
}

Result<DirectoryLock> lock(const fs::path& path) {
    DirectoryLock lock = DirectoryLock::attempt(path);
    if (lock.descriptor() < 0) return unusable(path, "the directory cannot be opened", lock.error());
    if (lock.busy())
        return fail({ExitCode::usage, "create", path.string(), lock.owner() + " is writing to the directory",
                     "give another --out, or wait until it ends"});
    return lock;
}

} // namespace

Result<void> RunDirectory::check(const fs::path& path, bool force) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (!fs::exists(status) && fs::is_symlink(fs::symlink_status(path, error)))
        return fail({ExitCode::usage, "create", path.string(), "it is a symbolic link to nothing",
                     "create its target, or give another --out"});
    if (fs::exists(status)) return check_existing(path, status, force);
    fs::path parent = fs::absolute(path, error).parent_path();
    if (error) return unusable(path, "the current directory does not exist any more", error.value());
    while (!parent.empty() && !fs::exists(parent, error) && parent != parent.parent_path())
        parent = parent.parent_path();
    if (!fs::is_directory(parent, error)) return unusable(path, parent.string() + " is not a directory", ENOTDIR);
    if (::access(parent.c_str(), W_OK | X_OK) != 0) return unusable(path, parent.string() + " is not writable", errno);
    return {};
}

Result<RunDirectory> RunDirectory::create(const fs::path& path, bool force) {
    TRY(check(path, force));
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return unusable(path, "the directory cannot be created", error.value());
    RunDirectory directory(path, TRY(lock(path)), true);
    // Another run may have written to it and ended since the first check.
    TRY(check(path, force));
    sync_parent(path);
    remove_leftovers(directory.descriptor());
    TRY(directory.set_former_run_aside());
    return directory;
}

Result<RunDirectory> RunDirectory::create_new(const fs::path& path) {
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    for (int number = 1; !error; ++number) {
        const fs::path name = numbered(path, number);
        if (fs::create_directory(name, error)) {
            RunDirectory directory(name, TRY(lock(name)), true);
            sync_parent(name);
            return directory;
        }
        if (error == std::errc::file_exists) error.clear();
    }
    return unusable(path, "the directory cannot be created", error.value());
}

Result<RunDirectory> RunDirectory::open(const fs::path& path) {
    DirectoryLock lock = DirectoryLock::attempt(path);
    if (lock.descriptor() < 0)
        return fail({ExitCode::bad_data, "read", (path / run_file).string(), "the file is missing or unreadable",
                     "give a run directory that bytebound run wrote", lock.error()});
    RunDirectory directory(path, std::move(lock), false);
    if (directory.other_owner().empty()) {
        remove_leftovers(directory.descriptor());
        directory.former_run_ = ::faccessat(directory.descriptor(), std::string(run_file).c_str(), F_OK, 0) == 0;
        directory.forget_former_run();
    }
    return directory;
}

Result<void> RunDirectory::set_former_run_aside() {
    const std::string former(former_run_file), run(run_file);
    for (const auto& [name, kind] : run_files) {
        struct stat status {};
        if (name != run_file && ::fstatat(descriptor(), std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(status.st_mode))
            return unusable(path_ / name, "it is a directory, not a file of a run", 0);
    }
    // Synced in this order, so that a power cut leaves no seal over other files.
    if (::unlinkat(descriptor(), std::string(sums_file).c_str(), 0) != 0 && errno != ENOENT)
        return unusable(path_ / sums_file, "the file of a previous run cannot be removed", errno);
    ::fsync(descriptor());
    if (::renameat(descriptor(), run.c_str(), descriptor(), former.c_str()) != 0 && errno != ENOENT)
        return unusable(path_ / run_file, "the file of a previous run cannot be removed", errno);
    ::fsync(descriptor());
    for (const auto& [name, kind] : run_files)
        if (::unlinkat(descriptor(), std::string(name).c_str(), 0) != 0 && errno != ENOENT)
            return unusable(path_ / name, "the file of a previous run cannot be removed", errno);
    ::fsync(descriptor());
    former_run_ = true;
    return {};
}

void RunDirectory::forget_former_run() {
    if (former_run_) ::unlinkat(descriptor(), std::string(former_run_file).c_str(), 0);
    former_run_ = false;
}

bool is_leftover(const std::string& name) {
    return name == owner_file || name == former_run_file || is_temporary_name(name);
}

fs::path free_name(const fs::path& path) {
    for (int number = 1;; ++number) {
        std::error_code error;
        if (!fs::exists(fs::symlink_status(numbered(path, number), error))) return numbered(path, number);
    }
}

} // namespace bytebound
