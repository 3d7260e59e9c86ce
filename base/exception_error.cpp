#include "base/exception_error.hpp"

#include <cerrno>
#include <filesystem>
#include <new>
#include <system_error>

namespace bytebound {
namespace {

Error of_files(const std::filesystem::filesystem_error& fault) {
    const int number = fault.code().value();
    const bool disk = number == ENOSPC || number == EDQUOT || number == EIO;
    return {disk ? ExitCode::internal : ExitCode::not_possible,
            "access",
            fault.path1().empty() ? "the file system" : fault.path1().string(),
            fault.code().message(),
            disk ? "check the disk and its free space" : "check the path and its permissions",
            number};
}

Error of_system(const std::system_error& fault) {
    const int number = fault.code().value();
    if (number == EAGAIN)
        return {ExitCode::not_possible,
                "start",
                "thread",
                "this user or container may have no more threads",
                "raise ulimit -u or the pids limit of the container, or give fewer --threads",
                number};
    return {ExitCode::not_possible,
            "call",
            "the system",
            fault.code().message(),
            "check the limits of this process",
            number};
}

} // namespace

Error error_of(const std::exception& exception) {
    if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr)
        return {ExitCode::not_possible,
                "allocate",
                "memory",
                "the system gives this process no more",
                "free memory, raise its limit (ulimit -v), or give smaller sizes",
                ENOMEM};
    if (const auto* files = dynamic_cast<const std::filesystem::filesystem_error*>(&exception)) return of_files(*files);
    if (const auto* system = dynamic_cast<const std::system_error*>(&exception)) return of_system(*system);
    return {ExitCode::internal, "run", "bytebound", exception.what(),
            "this is a bug: please report it with the command line"};
}

} // namespace bytebound
