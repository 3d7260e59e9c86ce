#pragma once
// Values of the JSON documents that report/ writes.

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

namespace bytebound {

/// Integral values as integers: 65536, not 65536.0. What is no number is null.
inline nlohmann::ordered_json json_number(double value) {
    constexpr double exactly_integral_below = 9007199254740992.0; // 2^53
    if (!std::isfinite(value)) return nullptr;
    if (value == std::floor(value) && std::abs(value) < exactly_integral_below) return static_cast<std::int64_t>(value);
    return value;
}

inline nlohmann::ordered_json json_number(const std::optional<double>& value) {
    return value ? json_number(*value) : nlohmann::ordered_json(nullptr);
}

/// Text that may be missing: null rather than "".
inline nlohmann::ordered_json json_text(const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

} // namespace bytebound
