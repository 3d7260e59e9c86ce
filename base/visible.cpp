#include "base/visible.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace bytebound {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t bytes = 0; ///< 0: the first byte does not begin a character of UTF-8
};

/// The first character of a text that is not empty. Overlong forms, surrogates and codes above 0x10ffff are not UTF-8.
Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return {byte(0), 1};
    const std::size_t bytes = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
    if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < bytes) return {};
    char32_t code = byte(0) & (0xffu >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3fu);
    }
    constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
    return {code, bytes};
}

struct Range {
    char32_t first, last;
};

/// Categories Cc, Cf, Zl and Zp of Unicode 15, without the soft hyphen and the numeric signs of Arabic and Kaithi.
constexpr std::array hidden_ranges{
    Range{0x0000, 0x001f}, Range{0x007f, 0x009f},   Range{0x061c, 0x061c},   Range{0x180e, 0x180e},
    Range{0x200b, 0x200f}, Range{0x2028, 0x202e},   Range{0x2060, 0x206f},   Range{0xfeff, 0xfeff},
    Range{0xfff9, 0xfffb}, Range{0x1bca0, 0x1bca3}, Range{0x1d173, 0x1d17a}, Range{0xe0000, 0xe007f},
};

bool is_hidden(char32_t code) {
    return std::any_of(hidden_ranges.begin(), hidden_ranges.end(),
                       [&](const Range& range) { return range.first <= code && code <= range.last; });
}

std::string hex_digits(char32_t code, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; code >>= 4)
        text[i] = "0123456789abcdef"[code & 0xf];
    return text;
}

std::string escape_of(char32_t code) {
    switch (code) {
    case '\n': return "\\n";
    case '\t': return "\\t";
    default: break;
    }
    if (code < 0x80) return "\\x" + hex_digits(code, 2);
    return code < 0x10000 ? "\\u" + hex_digits(code, 4) : "\\U" + hex_digits(code, 8);
}

std::string json_escape_of(char32_t code) {
    if (code < 0x10000) return "\\u" + hex_digits(code, 4);
    const char32_t rest = code - 0x10000;
    return "\\u" + hex_digits(0xd800 + (rest >> 10), 4) + "\\u" + hex_digits(0xdc00 + (rest & 0x3ff), 4);
}

template <class Escape>
std::string escaped(std::string_view text, bool keep_lines, Escape escape) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
        if (character.bytes == 0)
            out += "\\x" + hex_digits(static_cast<unsigned char>(text[0]), 2);
        else if (is_hidden(character.code) && !(keep_lines && character.code == '\n'))
            out += escape(character.code);
        else
            out += text.substr(0, bytes);
        text.remove_prefix(bytes);
    }
    return out;
}

} // namespace

std::string visible(std::string_view text) { return escaped(text, false, escape_of); }
std::string visible_lines(std::string_view text) { return escaped(text, true, escape_of); }
std::string visible_json(std::string_view json) { return escaped(json, true, json_escape_of); }

} // namespace bytebound
