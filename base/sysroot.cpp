#include "base/sysroot.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace bytebound {

bool SysRoot::exists(std::string_view relative) const {
    std::error_code ignored;
    return std::filesystem::exists(root_ / relative, ignored);
}

Result<std::string> SysRoot::read(std::string_view relative) const {
    const auto path = root_ / relative;
    const auto broken = [&](int error) {
        return fail({ExitCode::bad_data, "read", path.string(), "the file cannot be read",
                     "check that it exists and is readable", error});
    };
    // open/read rather than a stream: sysfs reports errors at read(2), and a stream would lose the errno.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return broken(errno);
    std::string text;
    char buffer[4096];
    for (;;) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got < 0) {
            const int error = errno;
            ::close(fd);
            return broken(error);
        }
        if (got == 0) break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(fd);
    // Strings of the device tree and files of some archives of machines end in zero bytes.
    const auto last = text.find_last_not_of(std::string_view("\n \t\0", 4));
    text.resize(last == std::string::npos ? 0 : last + 1);
    return text;
}

std::vector<std::string> SysRoot::list(std::string_view relative) const {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(root_ / relative, error), end; !error && entry != end;
         entry.increment(error)) {
        names.push_back(entry->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace bytebound
