#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "archive/run_directory.hpp"
#include "archive/samples_csv.hpp"
#include "archive/seal.hpp"
#include "record/stamp.hpp"
#include "support/file_size_limit.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;

namespace {

std::string text_in(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Disk space of the temporary files in a directory.
std::uint64_t reserved_bytes(const std::filesystem::path& directory) {
    std::uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        struct stat status {};
        if (is_temporary_name(entry.path().filename().string()) && ::stat(entry.path().c_str(), &status) == 0)
            bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
    return bytes;
}

} // namespace

TEST_CASE("during a run disk space is reserved for its failure; afterwards nothing is left") {
    const test::TemporaryDirectory directory;
    auto run = RunDirectory::create(directory / "run", false);
    REQUIRE(run);
    RunRecord record;
    REQUIRE(run->write_record(record));
    CHECK(reserved_bytes(directory / "run") >= 65536);
    record.status = RunStatus::failed;
    REQUIRE(run->write_record(record));
    CHECK(reserved_bytes(directory / "run") == 0);
    CHECK(read_run_record(directory / "run")->status == RunStatus::failed); // the rest of the reserve is cut off
}

TEST_CASE("a write beyond the file-size limit is an error, not a fatal signal") {
    const test::TemporaryDirectory directory;
    auto run = RunDirectory::create(directory / "run", false);
    REQUIRE(run);
    auto writer = SampleWriter::create(*run->create_file("samples.csv"), SampleTable{}, SampleFile::steps);
    REQUIRE(writer);
    const test::FileSizeLimit limit(256);
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
    for (const char* name : {".bytebound-0123456789abcdef.tmp", "samples.csv", "summary.json", "letter.txt"})
        std::ofstream(directory / name) << name;
    std::ofstream(directory / "run.json") << R"({"schema": "bytebound.run/1", "status": "running"})";
    REQUIRE_FALSE(RunDirectory::create(directory.path(), false));
    auto run = RunDirectory::create(directory.path(), true);
    REQUIRE(run);
    REQUIRE(run->write_record(RunRecord{}));
    run->release();
    std::set<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
        if (!is_temporary_name(entry.path().filename().string())) left.insert(entry.path().filename().string());
    CHECK(left == std::set<std::string>{"letter.txt", "run.json"});
    CHECK(run->files()->empty());
}

TEST_CASE("--force removes nothing from a directory without a run of bytebound") {
    for (const char* text : {"", "{}", "my notes", R"({"schema": "example.run/1"})", R"({"schema": 7})"}) {
        const test::TemporaryDirectory directory;
        std::ofstream(directory / "report.md") << "my thesis";
        if (*text != 0) std::ofstream(directory / "run.json") << text;
        for (const auto& refused : {RunDirectory::check(directory.path(), true),
                                    Result<void>(RunDirectory::create(directory.path(), true).map([](auto&&) {}))}) {
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == ExitCode::usage);
            CHECK(refused.error().cause ==
                  std::string("--force replaces a run, but the directory contains other files: ") +
                      (*text == 0 ? "it has no run.json" : "its run.json is not one of bytebound run"));
        }
        CHECK(text_in(directory / "report.md") == "my thesis");
    }
}

TEST_CASE("--force removes nothing if a directory has the name of a file of the run") {
    const test::TemporaryDirectory directory;
    std::ofstream(directory / "run.json") << R"({"schema": "bytebound.run/1"})";
    std::ofstream(directory / "samples.csv") << "steps";
    std::filesystem::create_directory(directory / "report.html");
    const auto refused = RunDirectory::create(directory.path(), true);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == "it is a directory, not a file of a run");
    CHECK(text_in(directory / "samples.csv") == "steps");
    CHECK(std::filesystem::exists(directory / "run.json"));
}

TEST_CASE("a replacement that was killed half-way can be taken up by --force, and is no run until then") {
    const test::TemporaryDirectory directory;
    std::ofstream(directory / "run.json") << R"({"schema": "bytebound.run/1"})";
    std::ofstream(directory / "samples.csv") << "steps";
    // Ends before its first run.json.
    REQUIRE(RunDirectory::create(directory.path(), true));
    CHECK_FALSE(std::filesystem::exists(directory / "run.json"));
    CHECK_FALSE(read_run_record(directory.path()));
    auto run = RunDirectory::create(directory.path(), true);
    REQUIRE(run);
    REQUIRE(run->write_record(RunRecord{}));
    CHECK_FALSE(std::filesystem::exists(directory / ".bytebound-former-run.json"));
}

TEST_CASE("a directory with only the leftovers of a killed process is empty") {
    const test::TemporaryDirectory directory;
    std::ofstream(directory / ".bytebound-0123456789abcdef.tmp") << "{";
    std::ofstream(directory / ".bytebound-owner") << "1 n1\n";
    CHECK(RunDirectory::create(directory.path(), false));
}

TEST_CASE("a file that another program replaced or changed is not sealed") {
    const auto error_after = [](void (*change)(const std::filesystem::path&)) {
        const test::TemporaryDirectory directory;
        auto run = RunDirectory::create(directory / "run", false);
        REQUIRE(run);
        const auto samples = run->create_file("samples.csv");
        REQUIRE(samples);
        CHECK((*samples)->append("steps\n") == 0);
        REQUIRE(run->write_file("report.md", "report") == 0);
        REQUIRE(run->write_record(RunRecord{}));
        change(directory / "run");
        const auto sealed = run->seal(*run->files());
        return sealed ? std::string("sealed") : sealed.error().object.substr(directory.path().string().size());
    };
    CHECK(error_after([](const auto&) {}) == "sealed");
    CHECK(error_after([](const auto& run) { replace_file(run / "samples.csv", "steps\n"); }) == "/run/samples.csv");
    CHECK(error_after([](const auto& run) { std::ofstream(run / "samples.csv", std::ios::app) << "more"; }) ==
          "/run/samples.csv");
    CHECK(error_after([](const auto& run) { std::filesystem::remove(run / "report.md"); }) == "/run/report.md");
    CHECK(error_after([](const auto& run) { replace_file(run / "run.json", "{}"); }) == "/run/run.json");
}

TEST_CASE("raw steps are read back as this process wrote them, or not at all") {
    const test::TemporaryDirectory directory;
    auto run = RunDirectory::create(directory / "run", false);
    REQUIRE(run);
    const auto samples = run->create_file("samples.csv");
    REQUIRE(samples);
    CHECK((*samples)->append("steps\n") == 0);
    replace_file(directory / "run/samples.csv", "steps of another run\n");
    CHECK(**run->text_of("samples.csv") == "steps\n");
    CHECK((*samples)->append("more\n") == 0);
    CHECK(**run->text_of("samples.csv") == "steps\nmore\n");
    // FIPS 180-2: the hash is of what was appended.
    CHECK(run->files()->at("samples.csv").bytes == 11);
    std::ofstream(directory / "run/workers.csv") << "placed there by another program";
    CHECK_FALSE(run->text_of("workers.csv")->has_value());
    const auto again = run->create_file("workers.csv");
    REQUIRE_FALSE(again);
    CHECK(again.error().sys_errno == EEXIST);
}

TEST_CASE("steps that another program overwrote in place are not read back") {
    const test::TemporaryDirectory directory;
    auto run = RunDirectory::create(directory / "run", false);
    const auto samples = run->create_file("samples.csv");
    CHECK((*samples)->append("steps\n") == 0);
    std::fstream(directory / "run/samples.csv", std::ios::in | std::ios::out) << "pasta";
    const auto text = run->text_of("samples.csv");
    REQUIRE_FALSE(text);
    CHECK(text.error().cause == "another program has changed the file since it was written");
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
    char host[256] = {};
    REQUIRE(::gethostname(host, sizeof host - 1) == 0);
    CHECK(second.error().cause ==
          "process " + std::to_string(::getpid()) + " on host " + host + " is writing to the directory");
    const RunDirectory moved = std::move(*first);
    CHECK_FALSE(RunDirectory::create(directory / "run", true));
}

TEST_CASE("an owner that is not a number and a host is not shown") {
    const test::TemporaryDirectory directory;
    const DirectoryLock first = DirectoryLock::attempt(directory.path());
    for (const char* text : {"", "1", "x n1", "1 n1 n2", "1 \033[2J", "1 n1\nbytebound: error: nothing"}) {
        std::ofstream(directory / ".bytebound-owner") << text;
        CHECK(DirectoryLock::attempt(directory.path()).owner() == "another bytebound");
    }
    std::ofstream(directory / ".bytebound-owner") << "71 n1.example\n";
    CHECK(DirectoryLock::attempt(directory.path()).owner() == "process 71 on host n1.example");
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
    const auto path = directory.path();
    const Descriptor opened(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    CHECK_FALSE(check_seal(opened.get()).present);
    std::ofstream(path / "run.json") << "{}";
    std::ofstream(path / "samples.csv") << "abc";
    CHECK(hash_file(opened.get(), "samples.csv")->bytes == 3);
    std::ofstream(path / "SHA256SUMS")
        << "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  run.json\n"
           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  samples.csv\n"
           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  report.md\n";
    CHECK(check_seal(opened.get()).changed.empty()); // reports are derived again
    std::ofstream(path / "run.json") << "{ }";
    std::filesystem::remove(path / "samples.csv");
    std::ofstream(path / "workers.csv") << "abc";
    CHECK(check_seal(opened.get()).changed ==
          std::vector<std::string>{"run.json", "samples.csv (missing)", "workers.csv (not listed)"});
    // A file that was read for the figures is not read again.
    CHECK(check_seal(opened.get(), {{"run.json", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}})
              .changed == std::vector<std::string>{"samples.csv (missing)", "workers.csv (not listed)"});
}

TEST_CASE("the seal lists every file that the run wrote, and no other") {
    const test::TemporaryDirectory directory;
    auto run = RunDirectory::create(directory / "run", false);
    REQUIRE(run);
    const auto samples = run->create_file("samples.csv");
    CHECK((*samples)->append("abc") == 0);
    CHECK(run->write_file("report.md", "abc") == 0);
    REQUIRE(run->write_record(RunRecord{}));
    std::ofstream(directory / "run/letter.txt") << "dear reader";
    REQUIRE(run->seal(*run->files()));
    const std::string text = text_in(directory / "run/SHA256SUMS");
    CHECK(text.find("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  report.md\n") == 0);
    CHECK(text.find("  run.json\n") != std::string::npos);
    CHECK(text.find("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  samples.csv\n") !=
          std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
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
    check.fault = "EIO";
    CHECK(seal_caveat(check, RunStatus::complete) ==
          "SHA256SUMS cannot be read (EIO), so it is unknown whether the files are those that the run wrote");
}

TEST_CASE("a line of SHA256SUMS that is not a hash and a name makes it malformed") {
    const test::TemporaryDirectory directory;
    const Descriptor opened(::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::ofstream(directory / "SHA256SUMS") << std::string(64, 'a') << " *samples.csv\n";
    CHECK(check_seal(opened.get()).readable); // as sha256sum --binary writes it
    for (const std::string line : {"", "samples.csv", "abc  samples.csv"}) {
        std::ofstream(directory / "SHA256SUMS") << line << "\n";
        CHECK_FALSE(check_seal(opened.get()).readable);
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
