#pragma once
// The only reader of proc/cpuinfo.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// "KEY : VALUE" lines. A key that every processor has keeps the first processor's value; later cores of a big.LITTLE
/// machine do not overwrite it.
struct Cpuinfo {
    std::map<std::string, std::string, std::less<>> words;
    std::vector<int> processors; ///< numbers of the "processor" lines, in their order

    /// Empty if there is no such line.
    std::string word(std::string_view key) const;
    /// Whether the "flags" line (x86) contains `name`; nullopt without that line.
    std::optional<bool> flag(std::string_view name) const;
};
Cpuinfo parse_cpuinfo(std::string_view text);
/// Without the file, the result has no keys.
Cpuinfo read_cpuinfo(const SysRoot& root);

} // namespace bytebound
