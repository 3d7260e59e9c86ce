#pragma once
// proc/cpuinfo: the one reader of it.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// "KEY : VALUE" lines. Of keys that every processor has, the first processor's value; big.LITTLE parts that follow do
/// not overwrite it.
struct Cpuinfo {
    std::map<std::string, std::string, std::less<>> words;
    std::vector<int> processors; ///< numbers of the "processor" lines, in their order

    /// Empty when there is no such line.
    std::string word(std::string_view key) const;
    /// Whether x86's line "flags" has this word; nothing without that line.
    std::optional<bool> flag(std::string_view name) const;
};
Cpuinfo parse_cpuinfo(std::string_view text);
/// Of a root without the file: no words.
Cpuinfo read_cpuinfo(const SysRoot& root);

} // namespace bytebound
