#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>

#include "record/run_directory.hpp"
#include "record/samples.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;

namespace {

/// Limits this process's file size (ulimit -f) during its lifetime.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        const rlimit now{bytes, old_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &old_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit old_{};
};

std::uint64_t blocks_of(const std::filesystem::path& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * 512 : 0;
}

} // namespace

TEST_CASE("during a run disk space is reserved for its failure; afterwards nothing is left") {
    const test::TemporaryDirectory directory;
    const auto run = RunDirectory::create(directory / "run", false);
    REQUIRE(run);
    RunRecord record;
    REQUIRE(run->write_record(record));
    const auto temporary = directory / "run/run.json.new";
    CHECK(blocks_of(temporary) >= 65536);
    record.status = RunStatus::failed;
    REQUIRE(run->write_record(record));
    CHECK_FALSE(std::filesystem::exists(temporary));
    CHECK(read_run_record(directory / "run")->status == RunStatus::failed); // the rest of the reserve is cut off
}

TEST_CASE("a write beyond the file-size limit is an error, not a fatal signal") {
    const test::TemporaryDirectory directory;
    const auto run = RunDirectory::create(directory / "run", false);
    REQUIRE(run);
    auto writer = SampleWriter::create(directory / "run/samples.csv", SampleTable{}, SampleFile::steps);
    REQUIRE(writer);
    const FileSizeLimit limit(256);
    const auto written = run->write_record(RunRecord{});
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ExitCode::internal);
    CHECK(written.error().sys_errno == EFBIG);
    CHECK(written.error().remedy == "raise ulimit -f");
    const auto appended = writer->append(std::vector<Sample>(100));
    REQUIRE_FALSE(appended);
    CHECK(appended.error().code == ExitCode::internal);
    CHECK(appended.error().sys_errno == EFBIG);
    CHECK(appended.error().remedy == "raise ulimit -f"); // no phase was finished: none is kept
}

TEST_CASE("--force removes only files of a run, including the leftovers of a killed one") {
    const test::TemporaryDirectory directory;
    for (const char* name : {"run.json", "run.json.new", "samples.csv", "report.md.tmp", "summary.json", "letter.txt"})
        std::ofstream(directory / name) << name;
    REQUIRE_FALSE(RunDirectory::create(directory.path(), false));
    const auto run = RunDirectory::create(directory.path(), true);
    REQUIRE(run);
    std::vector<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
        left.push_back(entry.path().filename().string());
    CHECK(left == std::vector<std::string>{"letter.txt"});
    CHECK(run->hash_files()->empty());
}

TEST_CASE("a dangling link is rejected as a run directory, with that reason") {
    const test::TemporaryDirectory directory;
    std::filesystem::create_symlink("nowhere", directory / "run");
    const auto refused = RunDirectory::check(directory / "run", false);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::usage);
    CHECK(refused.error().cause == "it is a symbolic link to nothing");
}
