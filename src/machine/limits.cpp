#include "machine/limits.hpp"

#include "base/text.hpp"

namespace bytebound {

std::uint64_t memory_available(const SysRoot& root) {
    const auto text = root.read("proc/meminfo");
    if (!text) return 0;
    for (const std::string& line : split(*text, '\n')) {
        if (!line.starts_with("MemAvailable:")) continue;
        std::string_view value = trim(std::string_view(line).substr(13));
        if (value.ends_with("kB")) value = trim(value.substr(0, value.size() - 2));
        return parse_unsigned(value).value_or(0) * 1024;
    }
    return 0;
}

} // namespace bytebound
