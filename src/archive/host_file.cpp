#include "archive/host_file.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/replaced_file.hpp"
#include "base/text.hpp"
#include "base/write_error.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".json";

/// A host's name may contain characters that a file's name must not.
std::string as_file_name(const std::string& host) {
    std::string name;
    for (const char c : host)
        name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '_';
    return name.empty() ? "unknown" : name;
}

template <class Number>
std::string numbers_text(const std::vector<Number>& numbers) {
    std::vector<std::string> words;
    for (const Number number : numbers)
        words.push_back(std::to_string(number));
    return join(words, ", ");
}

} // namespace

Failure host_file_unwritable(const HostFileKind& kind, const fs::path& file, int number) {
    return fail(write_error(file.string(), number, {.operation = kind.operation()}));
}

std::vector<fs::path> host_files(const fs::path& directory, const std::string& host, std::error_code& error) {
    std::vector<fs::path> files;
    const std::string prefix = as_file_name(host) + ".";
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with(prefix) && name.ends_with(suffix)) files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string directory_problem(const fs::path& directory, const std::error_code& error) {
    if (!error || error == std::errc::no_such_file_or_directory || error == std::errc::permission_denied) return {};
    return fmt::format("{}: the directory cannot be read ({})", directory.string(), errno_name(error.value()));
}

std::string file_problem(const Error& fault) {
    return fault.object + ": " + fault.cause + (fault.sys_errno == 0 ? "" : " (" + errno_name(fault.sys_errno) + ")");
}

fs::path host_file(const fs::path& directory, const std::string& host, const Placement& placement) {
    if (directory.empty()) return {};
    const auto plain = [](const std::string& text) {
        std::string out;
        for (const char c : text)
            out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? c : c == ':' ? '=' : '_';
        return out;
    };
    return directory / fmt::format("{}.{}.{}{}", as_file_name(host), plain(placement.cpus_request),
                                   plain(placement.memory_request), suffix);
}

Result<fs::path> check_host_file(const HostFileKind& kind, const fs::path& name, HostFilePlace place, bool force) {
    const bool saved = place == HostFilePlace::cache;
    auto meant = output_file(name);
    if (!meant)
        return fail({ExitCode::usage, kind.operation(), name.string(), std::move(meant.error()),
                     saved ? "remove it, or give --out FILE" : "give the name of a file; --json prints to stdout"});
    const fs::path& file = *meant;
    std::error_code error;
    if (fs::exists(file, error)) {
        if (!saved && !force)
            return fail({ExitCode::usage, kind.operation(), file.string(), "the file exists",
                         "give another --out, or --force to replace it"});
        if (::access(file.c_str(), W_OK) != 0) return host_file_unwritable(kind, file, errno);
    }
    fs::path folder = fs::absolute(file, error).parent_path();
    // The folders of the cache are created.
    while (saved && !fs::exists(fs::symlink_status(folder, error)) && folder != folder.parent_path())
        folder = folder.parent_path();
    if (!fs::is_directory(folder, error))
        return host_file_unwritable(kind, file, fs::exists(folder, error) ? ENOTDIR : ENOENT);
    if (::access(folder.c_str(), W_OK | X_OK) != 0) return host_file_unwritable(kind, file, errno);
    return file;
}

std::string what_changed(const MeasuredPlace& record, const HostNeed& need) {
    std::vector<std::string> changes;
    const auto compare = [&](std::string_view what, const std::string& then, const std::string& now,
                             bool several = false) {
        if (then == now) return;
        changes.push_back(several ? fmt::format("{} were {}, are {}", what, then, now)
                                  : fmt::format("{} was {}, is {}", what, then, now));
    };
    compare("the CPU", record.host.cpu_model, need.host.cpu_model);
    compare("the kernel", record.host.kernel, need.host.kernel);
    compare("THP", record.host.thp, need.host.thp);
    if (std::find(record.threads.begin(), record.threads.end(), need.threads) == record.threads.end()) {
        changes.push_back(record.threads.empty()
                              ? fmt::format("it lists no number of threads, the run uses {}", need.threads)
                              : fmt::format("it is for {} {}, not for {}", numbers_text(record.threads),
                                            record.threads == std::vector<std::uint32_t>{1} ? "thread" : "threads",
                                            need.threads));
    } else {
        const auto& cpus = record.placement.cpus;
        const std::vector<int> then(cpus.begin(),
                                    cpus.begin() + std::min<std::ptrdiff_t>(need.threads, std::ssize(cpus)));
        compare(need.threads == 1 ? "its worker's CPU" : "its workers' CPUs", numbers_text(then),
                numbers_text(need.placement.cpus), need.threads > 1);
    }
    const bool local = record.placement.policy == MemoryPolicy::local; // its nodes follow from the CPUs
    const bool same_policy =
        record.placement.policy == need.placement.policy && (local || record.placement.nodes == need.placement.nodes);
    if (!same_policy) {
        const auto text = [](const Placement& p) {
            return p.memory_request +
                   (p.policy == MemoryPolicy::local ? "" : " (nodes " + format_cpu_list(p.nodes) + ")");
        };
        compare("memory", text(record.placement), text(need.placement));
    }
    return join(changes, ", ");
}

} // namespace bytebound
