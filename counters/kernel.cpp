#include "counters/kernel.hpp"

#include "base/text.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

std::optional<std::pair<int, int>> version_in(const std::string& release) {
    const auto parts = split(release, '.');
    if (parts.size() < 2) return {};
    const auto major = parse_unsigned(parts[0]);
    const auto minor = parse_unsigned(parts[1].substr(0, parts[1].find_first_not_of("0123456789")));
    if (!major || !minor || *major > 999 || *minor > 999) return {};
    return std::pair(static_cast<int>(*major), static_cast<int>(*minor));
}

} // namespace

KernelRelease kernel_release(const SysRoot& root) {
    KernelRelease kernel;
    kernel.text = text_of(root, "proc/sys/kernel/osrelease");
    if (kernel.text.empty()) {
        // "Linux version 6.1.0-18-amd64 (debian-kernel@...) ..."
        const auto words = split(text_of(root, "proc/version"), ' ');
        if (words.size() > 2 && words[0] == "Linux") kernel.text = words[2];
    }
    kernel.version = version_in(kernel.text);
    return kernel;
}

} // namespace bytebound
