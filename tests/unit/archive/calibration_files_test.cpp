#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "archive/record_json.hpp"
#include "support/file_size_limit.hpp"
#include "support/stored_calibration.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("an unwritable location is detected before anything is measured") {
    const test::TemporaryDirectory directory;
    using enum CalibrationPlace;
    const auto refused = [](const std::filesystem::path& file, CalibrationPlace place) {
        const auto usable = check_calibration_file(file, place, false);
        REQUIRE_FALSE(usable);
        CHECK(usable.error().code == ExitCode::usage);
        const std::string line = to_line(usable.error()), begin = "write calibration " + file.string() + ": ";
        REQUIRE(line.starts_with(begin));
        return line.substr(begin.size());
    };
    CHECK(check_calibration_file(directory / "new.json", out, false));
    CHECK(refused(directory / "none/c.json", out) == "the file cannot be written (ENOENT); give a writable --out");
    CHECK(check_calibration_file(directory / "none/c.json", cache, false)); // its folders are created
    save(directory / "c.json", record());
    CHECK(refused(directory / "c.json", out) == "the file exists; give another --out, or --force to replace it");
    CHECK(check_calibration_file(directory / "c.json", out, true));
    CHECK(check_calibration_file(directory / "c.json", cache, false));
    // XDG_CACHE_HOME=/etc/passwd
    CHECK(refused(directory / "c.json/bytebound/calibration/d.json", cache) ==
          "the file cannot be written (ENOTDIR); give a writable --out");
    // Nothing can be created in procfs, not even by root.
    CHECK(refused("/proc/self/bytebound/c.json", cache).starts_with("the file cannot be written (E"));
}

TEST_CASE("a device, FIFO, socket or directory is refused, and so is a link to one, with and without force") {
    const test::TemporaryDirectory directory;
    std::filesystem::create_directory(directory / "directory");
    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    std::filesystem::create_symlink("/dev/null", directory / "null");
    std::filesystem::create_symlink("fifo", directory / "fifo-link");
    std::filesystem::create_symlink("nothing", directory / "dangling");
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{AF_UNIX, {}};
    (directory / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(listener);
    const std::vector<std::pair<std::string, std::string>> kinds = {
        {"directory", "a directory"}, {"fifo", "a FIFO"},     {"fifo-link", "a FIFO"},
        {"null", "a device"},         {"socket", "a socket"}, {"dangling", "a symbolic link to nothing"}};
    for (const auto& [name, kind] : kinds)
        for (const bool force : {false, true}) {
            const std::string file = (directory / name).string();
            const auto out = check_calibration_file(file, CalibrationPlace::out, force);
            REQUIRE_FALSE(out);
            CHECK(out.error().code == ExitCode::usage);
            CHECK(to_line(out.error()) == "write calibration " + file + ": it is " + kind +
                                              "; give the name of a file; --json prints to stdout");
            const auto saved = check_calibration_file(file, CalibrationPlace::cache, force);
            REQUIRE_FALSE(saved);
            CHECK(to_line(saved.error()) ==
                  "write calibration " + file + ": it is " + kind + "; remove it, or give --out FILE");
        }
}

TEST_CASE("a link to a file stays, and the file that it leads to is replaced") {
    const test::TemporaryDirectory directory;
    save(directory / "c.json", record());
    std::filesystem::create_symlink("c.json", directory / "link");
    const auto meant = check_calibration_file(directory / "link", CalibrationPlace::out, true);
    REQUIRE(meant);
    CHECK(*meant == std::filesystem::canonical(directory / "c.json"));
    CHECK_FALSE(check_calibration_file(directory / "link", CalibrationPlace::out, false));
}

TEST_CASE("a new calibration in the cache keeps the narrower figures of the saved one, and one of --out replaces it") {
    const test::TemporaryDirectory directory;
    const auto file = directory / "c.json";
    save(file, record());
    CalibrationRecord busy = record();
    busy.measured = "2026-02-01T00:00:00Z";
    busy.ceilings.ceilings[0].ci_low = 0.3e10;
    busy.ceilings.ceilings[0].ci_high = 41e10;
    busy.ceilings.ceilings[1].ci_low = 1.65e10;
    busy.ceilings.ceilings[1].ci_high = 1.75e10;
    const auto written = write_calibration(file, busy, CalibrationPlace::cache);
    REQUIRE(written);
    const auto back = read_calibration(file);
    REQUIRE(back);
    CHECK(to_json_text(*back) == to_json_text(*written));
    CHECK(back->measured == busy.measured);
    CHECK(back->ceilings.ceilings[0].ci_high == 2.6e10);
    CHECK(back->ceilings.ceilings[0].date == record().measured);
    CHECK(back->ceilings.ceilings[1] == busy.ceilings.ceilings[1]);
    REQUIRE(back->kept.size() == 1);
    CHECK(back->kept[0] ==
          KeptCalibration{"2026-01-02T03:04:05Z", "0.1.0", "0123abc", {"bytebound", "calibrate"}, false, 20});
    // The figure's date reaches the run.
    CHECK(chosen(file.string(), {}).record->ceilings.ceilings[0].date == record().measured);
    busy.host.kernel = "6.5.0";
    REQUIRE(write_calibration(file, busy, CalibrationPlace::cache));
    CHECK(read_calibration(file)->ceilings == busy.ceilings);
    save(file, record());
    REQUIRE(write_calibration(file, busy, CalibrationPlace::out));
    CHECK(read_calibration(file)->ceilings == busy.ceilings);
}

TEST_CASE("what a killed calibration left in the cache is removed by the next one") {
    const test::TemporaryDirectory directory;
    std::ofstream(directory / ".bytebound-0123456789abcdef.tmp") << "half";
    save(directory / "c.json", record());
    CHECK(files_in(directory.path()) == 1);
}

TEST_CASE("a calibration that cannot be written leaves the previous one unchanged") {
    const test::TemporaryDirectory directory;
    const auto file = directory / "c.json";
    save(file, record());
    const std::string before = text_of(file);
    const test::FileSizeLimit limit(16);
    CalibrationRecord other = record();
    other.measured = "2030-01-01T00:00:00Z";
    rlimit unlimited{};
    ::getrlimit(RLIMIT_FSIZE, &unlimited);
    const rlimit small{100, unlimited.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto written = write_calibration(file, other, CalibrationPlace::out);
    ::setrlimit(RLIMIT_FSIZE, &unlimited);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ExitCode::internal);
    CHECK(written.error().sys_errno == EFBIG);
    CHECK(text_of(file) == before);
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}
