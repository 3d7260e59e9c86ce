#include "base/error.hpp"

#include <cstring>

namespace bytebound {
namespace {

/// Escapes control characters as
/// , \t or \xNN. Parts of a message come from files and command lines; a raw line break or terminal sequence could
/// forge a second message. UTF-8 is kept.
std::string without_control_characters(const std::string& text) {
    constexpr const char* digits = "0123456789abcdef";
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n')
            shown += "\\n";
        else if (c == '\t')
            shown += "\\t";
        else if (byte < 0x20 || byte == 0x7f)
            shown.append("\\x").append({digits[byte >> 4], digits[byte & 0xf]});
        else
            shown += c;
    }
    return shown;
}

} // namespace

std::string errno_name(int value) {
    const char* name = ::strerrorname_np(value);
    return name != nullptr ? std::string(name) : "errno " + std::to_string(value);
}

std::string to_line(const Error& error) {
    std::string line = error.operation;
    if (!error.object.empty()) line += " " + error.object;
    line += ": " + error.cause;
    if (error.sys_errno != 0) line += " (" + errno_name(error.sys_errno) + ")";
    if (!error.remedy.empty()) line += "; " + error.remedy;
    return without_control_characters(line);
}

} // namespace bytebound
