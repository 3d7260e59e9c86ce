#pragma once
// JSON values and texts. Reading and writing texts is compiled once, in json.cpp. Errors give the path in the document
// (JSON_DIAGNOSTICS, which changes nlohmann's types and is therefore set for the whole project). gcc 12 sees
// set_parents() treat every kind of value as an object and warns falsely about its size.
#pragma GCC diagnostic ignored "-Warray-bounds"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace bytebound {

/// Error: nlohmann's exception, with line and column.
nlohmann::json parse_json(std::string_view text);

/// A document as written to a file: indented, ending in a newline. Text from outside (a host name, an argument) may be
/// invalid UTF-8, which is replaced: the file must be valid.
std::string document_text(const nlohmann::json& document);
std::string document_text(const nlohmann::ordered_json& document);
/// One member of such a document, without a newline: `  "key": value`.
std::string member_text(std::string_view key, const nlohmann::json& value);
std::string member_text(std::string_view key, const nlohmann::ordered_json& value);

/// Integral values as integers: 65536, not 65536.0. NaN and infinities become null.
nlohmann::ordered_json json_number(double value);
nlohmann::ordered_json json_number(const std::optional<double>& value);
/// Text that may be missing: null rather than "".
nlohmann::ordered_json json_text(const std::string& text);

} // namespace bytebound
