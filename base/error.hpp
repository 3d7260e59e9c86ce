#pragma once

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "base/exit_code.hpp"

namespace bytebound {

/// A failure in the four parts that every message of the program has: what was being done, to which object, why it
/// failed, and what the user can do about it.
struct Error {
    ExitCode code = ExitCode::internal;
    std::string operation; ///< "open event", "bind worker"
    std::string object;    ///< "cycles", "CPU 7"
    std::string cause;     ///< "the kernel does not know this event"
    std::string remedy;    ///< "use one of: bytebound events list"
    int sys_errno = 0;     ///< errno of the system call that failed; 0 when none did

    bool operator==(const Error&) const = default;
};

/// "OPERATION OBJECT: CAUSE (ERRNO); REMEDY": the one line on stderr, without the program's name in front.
/// ERRNO is the symbolic name (ENOENT), and appears only if a system call failed. The line is visible().
std::string to_line(const Error& error);

/// Symbolic name of an errno value ("ENOENT"); "errno 1234" if libc has no name for it.
std::string errno_name(int value);
/// "SIGSEGV"; "signal 40" if it has no name.
std::string signal_name(int signal);

/// Replaces C++23's std::expected.
template <class T>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

inline Failure fail(Error error) { return Failure(std::move(error)); }

/// Moves the value out of a result that has one; part of TRY.
template <class T, class E>
T value_of(tl::expected<T, E>&& result) {
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

} // namespace bytebound

/// Evaluates to the value of a Result, or returns its error from the calling function: `auto plan =
/// TRY(plan_run(options));`, `TRY(check(options));`. It needs statement expressions (gcc and clang), because no
/// standard expression can return from its function.
#define TRY(...)                                                                                                       \
    __extension__({                                                                                                    \
        auto try_result = (__VA_ARGS__);                                                                               \
        if (!try_result) return tl::unexpected(std::move(try_result).error());                                         \
        ::bytebound::value_of(std::move(try_result));                                                                  \
    })
