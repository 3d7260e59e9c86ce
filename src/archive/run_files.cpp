#include "archive/run_files.hpp"

#include <algorithm>
#include <cerrno>

#include "archive/run_directory.hpp"
#include "io/directory_lock.hpp"

namespace bytebound {

namespace fs = std::filesystem;

Result<RunFiles> RunFiles::open(const fs::path& path) {
    Descriptor directory = open_directory(path);
    if (!directory)
        return fail({ExitCode::bad_data, "read", (path / run_file).string(), "the file is missing or unreadable",
                     "give a run directory that bytebound run wrote", errno});
    return RunFiles(path, std::move(directory));
}

std::string RunFiles::writer() const { return DirectoryLock::holder(descriptor()); }

Result<std::vector<std::string>> RunFiles::names() const {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(path_, error), end; !error && entry != end; entry.increment(error))
        names.push_back(entry->path().filename().string());
    if (error)
        return fail({ExitCode::bad_data, "read", path_.string(), "the directory cannot be read",
                     "give a run directory that you may read", error.value()});
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::optional<std::string>> RunFiles::text_of(std::string_view name) const {
    return text_in_run(descriptor(), path_, name);
}

RunTexts RunFiles::texts() const {
    return [this](std::string_view name) { return text_of(name); };
}

} // namespace bytebound
