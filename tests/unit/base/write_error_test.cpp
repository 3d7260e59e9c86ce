#include "base/write_error.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace bytebound;

TEST_CASE("a file that cannot be written is an error with the cause and a remedy that helps") {
    struct Case {
        int number;
        ExitCode code;
        const char* line;
    };
    const Case cases[] = {
        {ENOSPC, ExitCode::internal,
         "write r/a.csv: no space left on the device (ENOSPC); free space or give another --out"},
        {EDQUOT, ExitCode::internal,
         "write r/a.csv: no space left on the device (EDQUOT); free space or give another --out"},
        {EIO, ExitCode::internal, "write r/a.csv: the device failed (EIO); check the disk or give another --out"},
        {EFBIG, ExitCode::internal,
         "write r/a.csv: the file would exceed the file-size limit (EFBIG); raise ulimit -f"},
        {EMFILE, ExitCode::not_possible,
         "write r/a.csv: the process has no file descriptors left (EMFILE); raise ulimit -n"},
        {ENFILE, ExitCode::not_possible,
         "write r/a.csv: the system has no file descriptors left (ENFILE); raise sysctl fs.file-max"},
        {EACCES, ExitCode::usage, "write r/a.csv: the file cannot be written (EACCES); give a writable --out"},
    };
    for (const Case& each : cases) {
        const Error error = write_error("r/a.csv", each.number);
        INFO(each.line);
        CHECK(error.code == each.code);
        CHECK(to_line(error) == each.line);
    }
}

TEST_CASE("a file that cannot be written elsewhere has the caller's advice") {
    const WriteAdvice advice{.operation = "seal",
                             .elsewhere = "",
                             .otherwise_remedy = "copy the run",
                             .then = ", then: bytebound report DIR",
                             .otherwise = ExitCode::bad_data};
    CHECK(to_line(write_error("r", ENOSPC, advice)) ==
          "seal r: no space left on the device (ENOSPC); free space, then: bytebound report DIR");
    CHECK(write_error("r", ENOSPC, advice).code == ExitCode::internal);
    CHECK(to_line(write_error("r", EROFS, advice)) ==
          "seal r: the file cannot be written (EROFS); copy the run, then: bytebound report DIR");
    CHECK(write_error("r", EROFS, advice).code == ExitCode::bad_data);
}
