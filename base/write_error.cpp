#include "base/write_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace bytebound {
namespace {

struct WriteTrouble {
    int number;
    std::string_view cause, remedy;
    bool of_place; ///< another disk may not have it
    ExitCode code = ExitCode::internal;
};
constexpr std::array<WriteTrouble, 6> troubles = {{
    {ENOSPC, "no space left on the device", "free space", true},
    {EDQUOT, "no space left on the device", "free space", true},
    {EIO, "the device failed", "check the disk", true},
    {EFBIG, "the file would exceed the file-size limit", "raise ulimit -f", false},
    {EMFILE, "the process has no file descriptors left", "raise ulimit -n", false, ExitCode::not_possible},
    {ENFILE, "the system has no file descriptors left", "raise sysctl fs.file-max", false, ExitCode::not_possible},
}};

} // namespace

/// Where there are no descriptors, it is not possible.
Error write_error(std::string file, int number, const WriteAdvice& advice) {
    const auto* const trouble =
        std::find_if(troubles.begin(), troubles.end(), [&](const WriteTrouble& each) { return each.number == number; });
    Error error{advice.otherwise,
                std::string(advice.operation),
                std::move(file),
                "the file cannot be written",
                std::string(advice.otherwise_remedy),
                number};
    if (trouble != troubles.end()) {
        error.code = trouble->code;
        error.cause = trouble->cause;
        error.remedy = trouble->remedy;
        if (trouble->of_place) error.remedy += advice.elsewhere;
    }
    error.remedy += advice.then;
    return error;
}

} // namespace bytebound
