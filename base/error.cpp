#include "base/error.hpp"

#include <cstring>

#include "base/text.hpp"
#include "base/visible.hpp"

namespace bytebound {
namespace {

/// What users give has no limit; a line that can be read has.
constexpr std::size_t longest_object = 1024, longest_cause = 2048;

} // namespace

std::string errno_name(int value) {
    const char* name = ::strerrorname_np(value);
    return name != nullptr ? std::string(name) : "errno " + std::to_string(value);
}

std::string signal_name(int signal) {
    const char* const name = ::sigabbrev_np(signal);
    return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

std::string to_line(const Error& error) {
    std::string line = error.operation;
    if (!error.object.empty()) line += " " + clipped(error.object, longest_object);
    line += ": " + clipped(error.cause, longest_cause);
    if (error.sys_errno != 0) line += " (" + errno_name(error.sys_errno) + ")";
    if (!error.remedy.empty()) line += "; " + error.remedy;
    return visible(line);
}

} // namespace bytebound
