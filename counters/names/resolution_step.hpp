#pragma once
// A step of the resolver fails in two ways: the name is wrong (usage, on every machine), or this machine lacks the
// event.

#include <string>
#include <variant>

#include "base/error.hpp"
#include "counters/names/explain.hpp"

namespace bytebound {

using Refusal = std::variant<Error, Diagnosis>;

inline std::string cause_of(const Refusal& refusal) {
    if (const auto* error = std::get_if<Error>(&refusal)) return error->cause;
    return std::get<Diagnosis>(refusal).cause;
}
template <class T>
using Step = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> unavailable(Diagnosis why) { return tl::unexpected<Refusal>(std::move(why)); }

inline tl::unexpected<Refusal> unavailable(std::string cause, std::string remedy) {
    return unavailable(Diagnosis{std::move(cause), std::move(remedy)});
}

inline tl::unexpected<Refusal> wrong_name(std::string name, std::string cause, std::string remedy) {
    return tl::unexpected<Refusal>(
        Error{ExitCode::usage, "resolve event", std::move(name), std::move(cause), std::move(remedy), 0});
}

/// A sysfs file is missing or malformed although the driver should provide it.
inline tl::unexpected<Refusal> broken_sysfs(const Error& error) {
    return unavailable("broken sysfs: " +
                           to_line({error.code, error.operation, error.object, error.cause, {}, error.sys_errno}),
                       "use raw terms or another event, and see dmesg for the driver");
}

} // namespace bytebound
