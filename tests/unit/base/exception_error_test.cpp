#include "base/exception_error.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

using namespace bytebound;

TEST_CASE("a refusal of the machine is exit 3 with its limit, never a bug") {
    const Error thread = error_of(std::system_error(EAGAIN, std::generic_category()));
    CHECK(thread.code == ExitCode::not_possible);
    CHECK(to_line(thread) ==
          "start thread: this user or container may have no more threads (EAGAIN); raise ulimit -u or "
          "the pids limit of the container, or give fewer --threads");
    const Error memory = error_of(std::bad_alloc());
    CHECK(memory.code == ExitCode::not_possible);
    CHECK(to_line(memory) == "allocate memory: the system gives this process no more (ENOMEM); free memory, raise its "
                             "limit (ulimit -v), or give smaller sizes");
    const Error denied =
        error_of(std::filesystem::filesystem_error("x", "/root/x", std::error_code(EACCES, std::generic_category())));
    CHECK(denied.code == ExitCode::not_possible);
    CHECK(to_line(denied) == "access /root/x: Permission denied (EACCES); check the path and its permissions");
}

TEST_CASE("a full or failing disk is exit 1, and not a bug") {
    for (const int number : {ENOSPC, EDQUOT, EIO}) {
        const Error error =
            error_of(std::filesystem::filesystem_error("x", "/x", std::error_code(number, std::generic_category())));
        CHECK(error.code == ExitCode::internal);
        CHECK(error.sys_errno == number);
        CHECK(error.remedy == "check the disk and its free space");
    }
}

TEST_CASE("any other exception is a bug, with its text") {
    const Error error = error_of(std::logic_error("vector is empty"));
    CHECK(error.code == ExitCode::internal);
    CHECK(to_line(error) == "run bytebound: vector is empty; this is a bug: please report it with the command line");
}
