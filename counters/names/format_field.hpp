#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace bytebound {

/// Destination of a term's value, from a sysfs format file: "config:0-7,32-35", "config1:21". The lowest bits of the
/// value fill the first range.
struct FormatField {
    struct Bits {
        unsigned low = 0, high = 0; ///< inclusive
    };
    unsigned word = 0; ///< 0: config, 1: config1, 2: config2, 3: config3
    std::vector<Bits> ranges;

    unsigned width() const;
    /// Whether `value` fits in the field's bits.
    bool holds(std::uint64_t value) const;
    /// Replaces the field's bits in its word; `word` is below 3 and the value fits.
    void place(std::uint64_t value, std::array<std::uint64_t, 3>& words) const;
};

/// nullopt for a malformed format.
std::optional<FormatField> parse_format(std::string_view text);

} // namespace bytebound
