#pragma once
// A closed set of values that people write and read as words: names, values and lists all come from one table.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

template <class Value>
struct NamedValue {
    Value value;
    std::string_view name;
};

/// Empty for a value that is not in the table.
template <class Value>
constexpr std::string_view name_in(std::span<const NamedValue<Value>> table, Value value) {
    for (const NamedValue<Value>& each : table)
        if (each.value == value) return each.name;
    return {};
}

template <class Value>
constexpr std::optional<Value> value_named(std::span<const NamedValue<Value>> table, std::string_view name) {
    for (const NamedValue<Value>& each : table)
        if (each.name == name) return each.value;
    return std::nullopt;
}

/// The words in the order of the table.
template <class Value>
std::vector<std::string> names_of(std::span<const NamedValue<Value>> table) {
    std::vector<std::string> names;
    for (const NamedValue<Value>& each : table)
        names.emplace_back(each.name);
    return names;
}

} // namespace bytebound
