#include "machine/huge_pages.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/sysroot.hpp"
#include "base/text.hpp"

namespace bytebound {
namespace {

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

struct Mapping {
    std::uint64_t begin = 0, end = 0;
};

/// Parses "7f00-7f10 rw-p ..." of a smaps file; nullopt for its "Name:  123 kB" lines.
std::optional<Mapping> mapping_of(std::string_view line) {
    const auto dash = line.find('-');
    const auto space = line.find(' ');
    if (dash == std::string_view::npos || space == std::string_view::npos || dash > space) return {};
    const auto begin = hexadecimal(line.substr(0, dash));
    const auto end = hexadecimal(line.substr(dash + 1, space - dash - 1));
    if (!begin || !end || *end < *begin) return {};
    return Mapping{*begin, *end};
}

} // namespace

std::optional<std::uint64_t> huge_page_bytes_in(std::string_view smaps, std::uint64_t address, std::uint64_t bytes) {
    std::uint64_t total = 0;
    bool stated = false;
    std::optional<Mapping> mapping;
    for (std::string_view rest = smaps; !rest.empty();) {
        const auto end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (const auto begins = mapping_of(line)) {
            mapping = begins;
            continue;
        }
        // The second is of memory that is shared with another process.
        constexpr std::string_view keys[] = {"AnonHugePages:", "ShmemPmdMapped:"};
        const auto key = std::find_if(std::begin(keys), std::end(keys),
                                      [&](std::string_view each) { return line.starts_with(each); });
        if (!mapping || key == std::end(keys)) continue;
        const auto value = trim(line.substr(key->size()));
        const auto kib = parse_unsigned(value.substr(0, value.find(' ')));
        if (!kib) continue;
        stated = true;
        const std::uint64_t from = std::max(mapping->begin, address), to = std::min(mapping->end, address + bytes);
        if (from >= to) continue;
        // Lower bound: all huge pages that fit outside of the range may be there; the rest must be inside.
        const std::uint64_t outside = (mapping->end - mapping->begin) - (to - from);
        total += *kib * 1024 > outside ? std::min(*kib * 1024 - outside, to - from) : 0;
    }
    if (!stated) return {};
    return total;
}

std::optional<std::uint64_t> huge_page_bytes(const void* address, std::uint64_t bytes) {
    const auto smaps = SysRoot().read("proc/self/smaps");
    if (!smaps) return {};
    return huge_page_bytes_in(*smaps, reinterpret_cast<std::uintptr_t>(address), bytes);
}

} // namespace bytebound
