#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "base/visible.hpp"

namespace bytebound {

template <class Value>
using Shown =
    std::conditional_t<std::is_convertible_v<const Value&, std::string_view>, std::string, std::remove_cvref_t<Value>>;

template <class Value>
Shown<Value> shown(const Value& value) {
    if constexpr (std::is_convertible_v<const Value&, std::string_view>)
        return visible(value);
    else
        return value;
}

/// fmt::format() of lines for a terminal: the texts among the arguments are made visible, so that only the format
/// itself begins a line.
template <class... Values>
std::string visible_format(fmt::format_string<std::type_identity_t<Shown<Values>>...> format, const Values&... values) {
    return fmt::format(format, shown(values)...);
}

} // namespace bytebound
