#include "record/warning.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "base/text.hpp"

namespace bytebound {
namespace {

/// A text of the table in pieces: literal text, or a field and its format.
struct TextPart {
    std::string_view words;
    std::string_view name; ///< empty: literal text
    std::string_view how;  ///< after the colon
    bool chooses = false;  ///< if true, `how` and `other` are texts with fields themselves
    std::string_view other;
};

/// The position of `mark` outside of braces; the length of the text if there is none.
std::size_t find_outside(std::string_view text, char mark) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == mark && depth == 0) return i;
        if (text[i] == '{') ++depth;
        if (text[i] == '}') --depth;
    }
    return text.size();
}

TextPart field_part(std::string_view inside) {
    const std::size_t end = std::min(inside.find_first_of(":?"), inside.size());
    TextPart part{.words = {}, .name = inside.substr(0, end), .how = {}, .chooses = false, .other = {}};
    if (end == inside.size()) return part;
    part.how = inside.substr(end + 1);
    part.chooses = inside[end] == '?';
    const std::size_t bar = find_outside(part.how, '|');
    if (part.chooses) assert(bar < part.how.size());
    if (part.chooses) part.other = part.how.substr(bar + 1), part.how = part.how.substr(0, bar);
    return part;
}

std::vector<TextPart> parts_of(std::string_view text) {
    std::vector<TextPart> parts;
    while (!text.empty()) {
        const std::size_t open = std::min(text.find('{'), text.size());
        if (open > 0) parts.push_back({.words = text.substr(0, open), .name = {}, .how = {}, .other = {}});
        text.remove_prefix(open);
        if (text.empty()) break;
        text.remove_prefix(1);
        const std::size_t close = find_outside(text, '}');
        assert(close < text.size());
        parts.push_back(field_part(text.substr(0, close)));
        text.remove_prefix(close + 1);
    }
    return parts;
}

void add_names(std::string_view text, std::vector<std::string>& names) {
    for (const TextPart& part : parts_of(text)) {
        if (part.name.empty()) continue;
        if (std::find(names.begin(), names.end(), part.name) == names.end()) names.emplace_back(part.name);
        if (!part.chooses) continue;
        add_names(part.how, names);
        add_names(part.other, names);
    }
}

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>; // implicit in C++20, which clang 14 does not have yet

bool applies(const WarningValue& value) {
    return std::visit(Overloaded{[](bool is) { return is; }, [](std::uint64_t number) { return number != 0; },
                                 [](double number) { return number != 0; },
                                 [](const auto& list) { return !list.empty(); }},
                      value);
}

double number_in(const WarningValue& value) {
    return std::visit(Overloaded{[](bool is) { return is ? 1.0 : 0.0; },
                                 [](std::uint64_t number) { return static_cast<double>(number); },
                                 [](double number) { return number; },
                                 [](const auto& list) { return static_cast<double>(list.size()); }},
                      value);
}

/// Whether a value can be shown as `how` asks: a size and a number of decimals are of a number, never of a text's
/// length.
bool fits(const WarningValue& value, std::string_view how) {
    if (how != "size" && !parse_unsigned(how)) return true;
    return std::holds_alternative<std::uint64_t>(value) || std::holds_alternative<double>(value);
}

/// Whether every field of the text is there, with a value that fits.
bool supplied(std::string_view text, const WarningFields& fields) {
    for (const TextPart& part : parts_of(text)) {
        if (part.name.empty()) continue;
        const auto field = fields.find(std::string(part.name));
        if (field == fields.end()) return false;
        if (part.chooses ? !supplied(part.how, fields) || !supplied(part.other, fields)
                         : !fits(field->second, part.how))
            return false;
    }
    return true;
}

std::string plain(const WarningValue& value) {
    return std::visit(
        Overloaded{[](const std::vector<std::uint64_t>& list) { return fmt::format("{}", fmt::join(list, ", ")); },
                   [](const auto& each) { return fmt::format("{}", each); }},
        value);
}

std::string shown(const WarningValue& value, std::string_view how) {
    if (how.empty()) return plain(value);
    if (how == "size") return format_size(number_in(value));
    if (const auto decimals = parse_unsigned(how))
        return fmt::format("{:.{}f}", number_in(value), static_cast<int>(*decimals));
    const std::size_t bar = how.find('|');
    assert(bar != how.npos);
    return std::string(number_in(value) == 1 ? how.substr(0, bar) : how.substr(bar + 1));
}

} // namespace

std::vector<std::string> field_names(std::string_view text) {
    std::vector<std::string> names;
    add_names(text, names);
    return names;
}

std::string filled(std::string_view text, const WarningFields& fields) {
    std::string out;
    for (const TextPart& part : parts_of(text)) {
        if (part.name.empty()) {
            out += part.words;
            continue;
        }
        const WarningValue& value = fields.at(std::string(part.name));
        out += part.chooses ? filled(applies(value) ? part.how : part.other, fields) : shown(value, part.how);
    }
    return out;
}

const WarningEntry* find_warning(std::string_view code) {
    const auto table = warning_table();
    const auto at =
        std::find_if(table.begin(), table.end(), [&](const WarningEntry& each) { return each.code == code; });
    return at == table.end() ? nullptr : &*at;
}

bool makes_its_text(const Warning& warning) {
    const WarningEntry* entry = find_warning(warning.code);
    if (entry == nullptr || !warning.fields) return false;
    return supplied(entry->text, *warning.fields);
}

std::string text_of(const Warning& warning) {
    return makes_its_text(warning) ? filled(find_warning(warning.code)->text, *warning.fields) : warning.stored_text;
}

} // namespace bytebound
