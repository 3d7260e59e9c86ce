#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <map>

#include "record/run_directory.hpp"
#include "record/samples.hpp"
#include "record/seal.hpp"
#include "record/stamp.hpp"
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

TEST_CASE("a run directory has one run at a time; the second is refused, also with --force") {
    const test::TemporaryDirectory directory;
    auto first = RunDirectory::create(directory / "run", false);
    REQUIRE(first);
    const auto second = RunDirectory::create(directory / "run", true);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ExitCode::usage);
    CHECK(second.error().cause == "another bytebound is writing to the directory");
    const RunDirectory moved = std::move(*first);
    CHECK_FALSE(RunDirectory::create(directory / "run", true));
}

TEST_CASE("the end of a run frees its directory") {
    const test::TemporaryDirectory directory;
    CHECK(RunDirectory::create(directory / "run", false));
    CHECK(RunDirectory::create(directory / "run", true));
}

TEST_CASE("a default name that is taken gets the first free number") {
    const test::TemporaryDirectory directory;
    CHECK(free_name(directory / "run") == directory / "run");
    const auto first = RunDirectory::create_new(directory / "run");
    const auto second = RunDirectory::create_new(directory / "run");
    std::ofstream(directory / "run-3") << "a file";
    const auto fourth = RunDirectory::create_new(directory / "run");
    REQUIRE((first && second && fourth));
    CHECK(first->path() == directory / "run");
    CHECK(second->path() == directory / "run-2");
    CHECK(fourth->path() == directory / "run-4");
    CHECK(free_name(directory / "run") == directory / "run-5");
}

TEST_CASE("a sealed directory is unchanged until one of its raw files is edited, missing or new") {
    const test::TemporaryDirectory directory;
    const auto run = RunDirectory::create(directory / "run", false);
    REQUIRE(run);
    const auto path = directory / "run";
    CHECK_FALSE(check_seal(path).present);
    std::ofstream(path / "run.json") << "{}";
    std::ofstream(path / "samples.csv") << "abc";
    std::ofstream(path / "report.md") << "abc";
    REQUIRE(run->seal(*run->hash_files()));
    std::ifstream sums(path / "SHA256SUMS");
    const std::string text{std::istreambuf_iterator<char>(sums), {}};
    CHECK(text == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  report.md\n"
                  "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  run.json\n"
                  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  samples.csv\n");
    CHECK(check_seal(path).changed.empty());
    std::ofstream(path / "report.md") << "reports are derived again";
    CHECK(check_seal(path).changed.empty());
    std::ofstream(path / "run.json") << "{ }";
    std::filesystem::remove(path / "samples.csv");
    std::ofstream(path / "workers.csv") << "abc";
    CHECK(check_seal(path).changed ==
          std::vector<std::string>{"run.json", "samples.csv (missing)", "workers.csv (not listed)"});
}

TEST_CASE("a caveat names the changed files, and a missing or malformed SHA256SUMS of a complete run") {
    SealCheck check;
    CHECK(seal_caveat(check, RunStatus::running).empty());
    CHECK(seal_caveat(check, RunStatus::complete) ==
          "SHA256SUMS is missing, so it is unknown whether the files are those that the run wrote");
    check.present = true;
    CHECK(seal_caveat(check, RunStatus::complete).empty());
    check.changed = {"samples.csv", "workers.csv (missing)"};
    CHECK(seal_caveat(check, RunStatus::failed) ==
          "not the files that the run wrote, by SHA256SUMS: samples.csv, workers.csv (missing); these figures are not "
          "those of the run");
    check.readable = false;
    CHECK(seal_caveat(check, RunStatus::complete) ==
          "SHA256SUMS is malformed, so it is unknown whether the files are those that the run wrote");
}

TEST_CASE("a line of SHA256SUMS that is not a hash and a name makes it malformed") {
    const test::TemporaryDirectory directory;
    std::ofstream(directory / "SHA256SUMS") << std::string(64, 'a') << " *samples.csv\n";
    CHECK(check_seal(directory.path()).readable); // as sha256sum --binary writes it
    for (const std::string line : {"", "samples.csv", "abc  samples.csv"}) {
        std::ofstream(directory / "SHA256SUMS") << line << "\n";
        CHECK_FALSE(check_seal(directory.path()).readable);
    }
}

TEST_CASE("a default name contains job, array index, node and rank where a scheduler or MPI gives them") {
    std::map<std::string, const char*> environment;
    const auto suffix = [&environment] {
        return job_suffix(
            [&environment](const char* name) {
                const auto at = environment.find(name);
                return at == environment.end() ? nullptr : at->second;
            },
            "login");
    };
    CHECK(suffix().empty());
    environment = {{"OMPI_COMM_WORLD_RANK", "3"}};
    CHECK(suffix() == "-nodelogin-rank3");
    environment = {{"SLURM_JOB_ID", "71"}, {"SLURMD_NODENAME", "n1"}, {"SLURM_PROCID", "0"}, {"PMI_RANK", "9"}};
    CHECK(suffix() == "-job71-noden1-rank0");
    environment = {{"SLURM_JOB_ID", "72"}, {"SLURM_ARRAY_JOB_ID", "70"}, {"SLURM_ARRAY_TASK_ID", "2"}};
    CHECK(suffix() == "-job70_2-nodelogin");
    environment = {{"SLURM_JOB_ID", "a/../b c"}, {"SLURMD_NODENAME", ""}};
    CHECK(suffix() == "-joba_.._b_c-nodelogin");
}
