#pragma once
// Converts option values to typed values. Each error contains the option, the fault and the accepted values.

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// An integer in [low, high].
Result<std::uint64_t> to_count(std::string_view option, const std::string& text, std::uint64_t low = 0,
                               std::uint64_t high = std::numeric_limits<std::uint32_t>::max());
/// A finite number in [low, high].
Result<double> to_number(std::string_view option, const std::string& text, double low, double high);
/// A duration in seconds, in [low, high]: "20s", "500ms", "2min", "1h", or a number of seconds.
Result<double> to_seconds(std::string_view option, const std::string& text, double low, double high);
/// "16,64" -> {16, 64}; empty parts are errors.
Result<std::vector<std::uint32_t>> to_counts(std::string_view option, const std::string& text);
/// "256,8KiB" -> {256, 8192}
Result<std::vector<std::uint64_t>> to_sizes(std::string_view option, const std::string& text);
/// "a,b" -> {"a","b"}; empty parts are errors.
Result<std::vector<std::string>> to_words(std::string_view option, const std::string& text);

} // namespace bytebound
