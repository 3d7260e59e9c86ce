#include "archive/suite_directory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "archive/output_directory.hpp"
#include "archive/run_directory.hpp"
#include "archive/seal.hpp"
#include "base/replaced_file.hpp"
#include "base/write_error.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr DirectoryKind kind_of_suite{"suite", suite_file, "bytebound.suite/", ""};

bool is_file_of_run(const std::string& name) {
    return std::any_of(run_files.begin(), run_files.end(), [&](const RunFile& file) { return file.name == name; });
}

/// Removes the run directory of a former suite. Error (usage): it contains other files than a run's.
Result<void> remove_run(const fs::path& path) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!is_file_of_run(name) && !is_leftover(name))
            return not_created(entry->path(), "it is not a file of the suite that --force replaces", 0);
        files.push_back(entry->path());
    }
    if (error == std::errc::no_such_file_or_directory) return {};
    for (const fs::path& file : files)
        if (::unlink(file.c_str()) != 0)
            return not_created(file, "the file of a former suite cannot be removed", errno);
    if (error || ::rmdir(path.c_str()) != 0)
        return not_created(path, "the run of a former suite cannot be removed", error ? error.value() : errno);
    return {};
}

Result<void> remove_former(const fs::path& path, const std::vector<SuiteMember>& members) {
    // Synced first, so that a power cut leaves no seal over other files.
    if (::unlink((path / sums_file).c_str()) != 0 && errno != ENOENT)
        return not_created(path / sums_file, "the file of a former suite cannot be removed", errno);
    for (const SuiteMember& member : members) {
        if (member.run) {
            TRY(remove_run(path / member.path));
        } else if (::unlink((path / member.path).c_str()) != 0 && errno != ENOENT) {
            return not_created(path / member.path, "the file of a former suite cannot be removed", errno);
        }
    }
    return {};
}

} // namespace

Result<void> SuiteDirectory::check(const fs::path& path, bool force) {
    return check_output_directory(path, force, kind_of_suite);
}

Result<SuiteDirectory> SuiteDirectory::create(const fs::path& path, bool force,
                                              const std::vector<SuiteMember>& members) {
    SuiteDirectory directory(path, TRY(create_output_directory(path, force, kind_of_suite)));
    TRY(remove_former(path, members));
    return directory;
}

Result<void> SuiteDirectory::write_file(const std::string& name, std::string_view text) {
    const int number = replace_file(lock_.descriptor(), name, text);
    if (number == 0) return {};
    return fail(write_error((path_ / name).string(), number));
}

Result<void> SuiteDirectory::write_record(const SuiteRecord& record) {
    return write_file(std::string(suite_file), to_json_text(record));
}

Result<void> SuiteDirectory::seal() {
    std::map<std::string, FileRecord> sums;
    for (const std::string& name : TRY(files_of_suite(path_)))
        sums[name] = TRY(hash_file(lock_.descriptor(), name));
    return write_file(std::string(sums_file), sums_text(sums));
}

Result<std::vector<std::string>> files_of_suite(const fs::path& path, std::vector<std::string>* leftovers) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->symlink_status(error).type() == fs::file_type::directory && !fs::is_empty(entry->path(), error))
            continue;
        const std::string name = entry->path().lexically_relative(path).string();
        if (name == sums_file) continue;
        if (!is_leftover(entry->path().filename().string()))
            names.push_back(name);
        else if (leftovers != nullptr)
            leftovers->push_back(name);
    }
    if (error)
        return fail({ExitCode::bad_data, "read", path.string(), "the directory cannot be read",
                     "give a directory that you may read", error.value()});
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace bytebound
