#include "machine/meminfo.hpp"

#include <string>

#include "base/text.hpp"

namespace bytebound {

std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view name) {
    const std::string label = std::string(name) + ":";
    for (const std::string& line : split(text, '\n')) {
        const auto at = line.find(label);
        if (at == std::string::npos || (at > 0 && line[at - 1] != ' ')) continue;
        const auto value = trim(std::string_view(line).substr(at + label.size()));
        const auto kib = parse_unsigned(value.substr(0, value.find(' ')));
        if (kib) return *kib * 1024;
    }
    return {};
}

} // namespace bytebound
