#include "counters/sys_file.hpp"

#include "base/text.hpp"

namespace bytebound {

std::string text_of(const SysRoot& root, std::string_view path) { return root.read(path).value_or(std::string()); }

std::optional<int> integer_of(const SysRoot& root, std::string_view path) {
    const auto text = root.read(path);
    if (!text) return std::nullopt;
    const bool negative = text->starts_with('-');
    const auto value = parse_unsigned(trim(std::string_view(*text).substr(negative ? 1 : 0)));
    if (!value || *value > 0x7fffffff) return std::nullopt;
    return negative ? -static_cast<int>(*value) : static_cast<int>(*value);
}

} // namespace bytebound
