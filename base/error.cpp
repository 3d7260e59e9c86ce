#include "base/error.hpp"

#include <cstring>

#include "base/visible.hpp"

namespace bytebound {
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
    return visible(line);
}

} // namespace bytebound
