#pragma once
// JSON as every record is written and read. Errors name the path in the document (JSON_DIAGNOSTICS, set for the whole
// project: with and without it nlohmann's types differ). gcc 12 sees set_parents() treat every kind of value as an
// object and warns falsely about its size.
#pragma GCC diagnostic ignored "-Warray-bounds"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bytebound {

/// Text that may be unknown: null rather than "".
inline nlohmann::json text_or_null(const std::string& text) {
    return text.empty() ? nlohmann::json(nullptr) : nlohmann::json(text);
}
inline std::string text_of(const nlohmann::json& j, const char* key) {
    const nlohmann::json& value = j.at(key);
    return value.is_null() ? std::string() : value.get<std::string>();
}

template <class T>
nlohmann::json value_or_null(const std::optional<T>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}
template <class T>
std::optional<T> optional_of(const nlohmann::json& j, const char* key) {
    const nlohmann::json& value = j.at(key);
    return value.is_null() ? std::optional<T>() : std::optional<T>(value.get<T>());
}

template <class T>
std::vector<T> list_of(const nlohmann::json& j, const char* key) {
    return j.at(key).get<std::vector<T>>();
}

/// A document as it stands in a file: indented, ending in a newline. Text from outside (a host name, an argument) may
/// not be UTF-8; the file must be.
template <class Document>
std::string document_text(const Document& document) {
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace bytebound
