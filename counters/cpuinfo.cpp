#include "counters/cpuinfo.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {

std::string Cpuinfo::word(std::string_view key) const {
    const auto found = words.find(key);
    return found == words.end() ? std::string() : found->second;
}

std::optional<bool> Cpuinfo::flag(std::string_view name) const {
    const auto line = words.find("flags");
    if (line == words.end()) return {};
    const auto flags = split(line->second, ' ');
    return std::find(flags.begin(), flags.end(), name) != flags.end();
}

Cpuinfo parse_cpuinfo(std::string_view text) {
    Cpuinfo info;
    for (const std::string& line : split(text, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string key(trim(std::string_view(line).substr(0, colon)));
        const std::string value(trim(std::string_view(line).substr(colon + 1)));
        if (key == "processor")
            if (const auto number = parse_unsigned(value)) info.processors.push_back(static_cast<int>(*number));
        info.words.try_emplace(key, value);
    }
    return info;
}

Cpuinfo read_cpuinfo(const SysRoot& root) { return parse_cpuinfo(text_of(root, "proc/cpuinfo")); }

} // namespace bytebound
