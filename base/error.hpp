#pragma once

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "base/exit_code.hpp"

namespace bytebound {

/// A failure in the four parts that every message of the program has: what was being done, to what, why it
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
/// ERRNO is the symbolic name (ENOENT) and stands there only where a system call failed. Control characters in any part
/// are written \n, \t or \xNN.
std::string to_line(const Error& error);

/// Symbolic name of an errno value ("ENOENT"); "errno 1234" for one that libc does not name.
std::string errno_name(int value);

/// tl::expected stands in for C++23's std::expected.
template <class T>
using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

inline Failure fail(Error error) { return Failure(std::move(error)); }

/// The value of a result that has one; part of TRY.
template <class T, class E>
T value_of(tl::expected<T, E>&& result) {
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

} // namespace bytebound

/// The value of a Result, or a return from the calling function with its error: `auto plan = TRY(plan_run(options));`,
/// `TRY(check(options));`. A statement expression (gcc and clang): nothing else can return from within an expression.
#define TRY(...)                                                                                                       \
    __extension__({                                                                                                    \
        auto try_result = (__VA_ARGS__);                                                                               \
        if (!try_result) return tl::unexpected(std::move(try_result).error());                                         \
        ::bytebound::value_of(std::move(try_result));                                                                  \
    })
