#include "base/sysroot.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/input_file.hpp"
#include "base/inside_root.hpp"

namespace bytebound {
namespace {

/// The running machine's own links may point anywhere; those of a recorded one are followed inside of it.
int open_below(const SysRoot& root, std::string_view relative, int flags) {
    if (root.is_live()) return ::open((root.path() / relative).c_str(), flags | O_CLOEXEC);
    return open_inside(root.path(), relative, flags);
}

} // namespace

bool SysRoot::exists(std::string_view relative) const {
    const int descriptor = open_below(*this, relative, O_PATH);
    if (descriptor >= 0) ::close(descriptor);
    return descriptor >= 0;
}

Result<std::string> SysRoot::read(std::string_view relative) const {
    const auto broken = [&](std::string cause, int error) {
        return fail({ExitCode::bad_data, "read", (root_ / relative).string(), std::move(cause),
                     "check that it exists and is readable", error});
    };
    const int descriptor = open_below(*this, relative, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) return broken("the file cannot be read", errno);
    auto text = read_input(descriptor, input::machine_file);
    ::close(descriptor);
    if (!text)
        return broken(text.error().cause.empty() ? "the file cannot be read" : std::move(text.error().cause),
                      text.error().error);
    // Strings of the device tree and files of some archives of machines end in zero bytes.
    const auto last = text->find_last_not_of(std::string_view("\n \t\0", 4));
    text->resize(last == std::string::npos ? 0 : last + 1);
    return *std::move(text);
}

std::vector<std::string> SysRoot::list(std::string_view relative) const {
    std::vector<std::string> names;
    const int descriptor = open_below(*this, relative, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(descriptor), ::closedir);
    if (!directory) {
        ::close(descriptor);
        return names;
    }
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace bytebound
