#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "archive/output_directory.hpp"
#include "archive/run_directory.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

/// Set aside by --force before other files are removed: a crash then leaves neither a complete run without its steps
/// nor the steps of one run beside the run.json of another.
constexpr std::string_view former_run_file = ".bytebound-former-run.json";

constexpr DirectoryKind kind_of_run{"run", run_file, "bytebound.run/", former_run_file};

fs::path numbered(const fs::path& path, int number) {
    return number == 1 ? path : fs::path(path.string() + "-" + std::to_string(number));
}

} // namespace

Result<void> RunDirectory::check(const fs::path& path, bool force) {
    return check_output_directory(path, force, kind_of_run);
}

Result<RunDirectory> RunDirectory::create(const fs::path& path, bool force) {
    RunDirectory directory(path, TRY(create_output_directory(path, force, kind_of_run)), true);
    TRY(directory.set_former_run_aside());
    return directory;
}

Result<RunDirectory> RunDirectory::create_new(const fs::path& path) {
    std::error_code error;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    for (int number = 1; !error; ++number) {
        const fs::path name = numbered(path, number);
        if (fs::create_directory(name, error)) {
            RunDirectory directory(name, TRY(own_output_directory(name)), true);
            sync_parent(name);
            return directory;
        }
        if (error == std::errc::file_exists) error.clear();
    }
    return not_created(path, "the directory cannot be created", error.value());
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
            return not_created(path_ / name, "it is a directory, not a file of a run", 0);
    }
    // Synced in this order, so that a power cut leaves no seal over other files.
    if (::unlinkat(descriptor(), std::string(sums_file).c_str(), 0) != 0 && errno != ENOENT)
        return not_created(path_ / sums_file, "the file of a previous run cannot be removed", errno);
    ::fsync(descriptor());
    if (::renameat(descriptor(), run.c_str(), descriptor(), former.c_str()) != 0 && errno != ENOENT)
        return not_created(path_ / run_file, "the file of a previous run cannot be removed", errno);
    ::fsync(descriptor());
    for (const auto& [name, kind] : run_files)
        if (::unlinkat(descriptor(), std::string(name).c_str(), 0) != 0 && errno != ENOENT)
            return not_created(path_ / name, "the file of a previous run cannot be removed", errno);
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
