#include "counters/names/raw_code.hpp"

#include <algorithm>
#include <span>

#include "base/text.hpp"

namespace bytebound {

std::optional<std::uint64_t> raw_code(std::string_view name) {
    if (name.size() < 2 || name[0] != 'r') return {};
    std::string_view number = name.substr(1);
    if (number.starts_with("0x")) number.remove_prefix(2);
    if (number.empty() || number.size() > 16) return {};
    return parse_unsigned("0x" + std::string(number));
}

std::string caveat_of_raw_code(std::string_view name, const std::vector<std::string>& aliases) {
    const bool is_word = name.find_first_of("0123456789") == std::string_view::npos;
    if (name.starts_with("r0x") || (!is_word && aliases.empty())) return {};
    std::string text = "'";
    text.append(name).append("' is treated as a raw code");
    if (!aliases.empty()) {
        const auto shown = std::span(aliases).first(std::min<std::size_t>(aliases.size(), 8));
        text += ", and its PMU has the events " + join(shown, ", ") + (aliases.size() > 8 ? ", ..." : "");
    }
    text.append("; write r0x").append(name.substr(1)).append(" if the code is meant");
    return text;
}

} // namespace bytebound
