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

/// The value of a text. Error: std::invalid_argument with line and column where the text is not JSON, or with the path
/// of a key that an object has twice, of a number beyond double, or of a value below 64 others.
nlohmann::json parse_json(std::string_view text);
/// The members of an object that precede the member `key`; what follows is not read, so that it takes no time and may
/// be anything. The whole object where it has no such member. Error: as parse_json() for what was read.
nlohmann::json parse_json_before(std::string_view text, std::string_view key);

/// A key as part of a path ("/files/summary.csv"): ~ and / escaped (RFC 6901), a long one cut.
std::string pointer_token(std::string_view key);
/// The path of a fault and its cause, as the readers of this folder throw it.
[[noreturn]] void refuse_json(const std::string& path, const std::string& cause);

/// A document as written to a file: indented, ending in a newline. Text from outside (a host name, an argument) may be
/// invalid UTF-8, which is replaced: the file must be valid. Characters that would not show themselves are escaped.
std::string document_text(const nlohmann::json& document);
std::string document_text(const nlohmann::ordered_json& document);
/// The same in one line, as a line of a file of JSON lines.
std::string json_line(const nlohmann::ordered_json& document);
/// One member of such a document, without a newline: `  "key": value`.
std::string member_text(std::string_view key, const nlohmann::json& value);
std::string member_text(std::string_view key, const nlohmann::ordered_json& value);

/// Integral values as integers: 65536, not 65536.0. NaN and infinities become null.
nlohmann::ordered_json json_number(double value);
nlohmann::ordered_json json_number(const std::optional<double>& value);
/// Text that may be missing: null rather than "".
nlohmann::ordered_json json_text(const std::string& text);

} // namespace bytebound
