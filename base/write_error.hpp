#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace bytebound {

/// What the user can do about a file that could not be written, apart from removing the cause.
struct WriteAdvice {
    std::string_view operation = "write";
    std::string_view elsewhere = " or give another --out";       ///< another disk helps; "": there is no choice
    std::string_view otherwise_remedy = "give a writable --out"; ///< where the disk is not the cause
    std::string_view then = {};                                  ///< at the end of every remedy
    ExitCode otherwise = ExitCode::usage;                        ///< where the disk is not the cause
};

/// The error of a file that could not be written, by its errno. A disk that is full or fails and a limit on the size of
/// files are internal.
Error write_error(std::string file, int number, const WriteAdvice& advice = {});

} // namespace bytebound
