#pragma once
// Units of other tools, as base units.

#include <optional>
#include <string_view>

namespace bytebound {

struct BaseUnit {
    std::string_view name; ///< "ns", "bytes", "bytes/s", "hz", "%", "inst", ...; empty: a count
    double factor = 1;     ///< a value in the tool's unit times this is one in the base unit
};
/// "msec", "Kbyte", "Gbyte/second", "MiB", "usecond". Prefixes of bytes are decimal unless they say otherwise (KiB).
/// nullopt: the unit is not known.
std::optional<BaseUnit> base_unit(std::string_view unit);

} // namespace bytebound
