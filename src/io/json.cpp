#include "io/json.hpp"

#include <cmath>
#include <cstdint>

namespace bytebound {
namespace {

constexpr auto replace_bad_bytes = nlohmann::json::error_handler_t::replace;

template <class Json>
std::string member_of(std::string_view key, const Json& value) {
    std::string text = value.dump(2, ' ', false, replace_bad_bytes);
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 3))
        text.insert(at + 1, "  ");
    return "  \"" + std::string(key) + "\": " + text;
}

} // namespace

nlohmann::json parse_json(std::string_view text) { return nlohmann::json::parse(text); }

std::string document_text(const nlohmann::json& document) {
    return document.dump(2, ' ', false, replace_bad_bytes) + "\n";
}
std::string document_text(const nlohmann::ordered_json& document) {
    return document.dump(2, ' ', false, replace_bad_bytes) + "\n";
}

std::string member_text(std::string_view key, const nlohmann::json& value) { return member_of(key, value); }
std::string member_text(std::string_view key, const nlohmann::ordered_json& value) { return member_of(key, value); }

nlohmann::ordered_json json_number(double value) {
    constexpr double exactly_integral_below = 9007199254740992.0; // 2^53
    if (!std::isfinite(value)) return nullptr;
    if (value == std::floor(value) && std::abs(value) < exactly_integral_below) return static_cast<std::int64_t>(value);
    return value;
}

nlohmann::ordered_json json_number(const std::optional<double>& value) {
    return value ? json_number(*value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json json_text(const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
}

} // namespace bytebound
