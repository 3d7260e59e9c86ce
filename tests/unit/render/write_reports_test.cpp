#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "record/run_directory.hpp"
#include "render/reports/write_reports.hpp"
#include "support/example_run.hpp"
#include "support/tree.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// A run directory as `bytebound run` leaves it, with the example's two files.
class ExampleDirectory {
public:
    ExampleDirectory() : path_(tree_.path() / "run") {
        const auto directory = RunDirectory::create(path_, false);
        REQUIRE(directory.has_value());
        REQUIRE(directory->write_record(example_run()).has_value());
        const SampleTable samples = example_samples();
        auto writer = SampleWriter::create(path_ / samples_file, samples, SampleFile::steps);
        REQUIRE(writer.has_value());
        REQUIRE(writer->append(samples.rows).has_value());
        REQUIRE(directory->seal(*directory->hash_files()).has_value());
    }
    const std::filesystem::path& path() const { return path_; }
    void write(const char* name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }

private:
    Tree tree_;
    std::filesystem::path path_;
};

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::map<std::string, std::string> contents(const std::filesystem::path& directory) {
    std::map<std::string, std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        out[entry.path().filename().string()] = text_of(entry.path());
    }
    return out;
}

} // namespace

TEST_CASE("reports written from the files equal those of the run in memory") {
    const ExampleDirectory directory;
    const auto written = write_reports(directory.path());
    REQUIRE(written.has_value());
    CHECK(written->report == directory.path() / "report.md");
    const RunRecord run = example_run();
    const Summary summary = summarize(run, example_samples());
    for (const ReportFormat& format : report_formats()) {
        INFO(format.file);
        CHECK(text_of(directory.path() / format.file) == format.text(run, summary));
    }
}

TEST_CASE("rewritten reports are identical, and no other file is left") {
    const ExampleDirectory directory;
    REQUIRE(write_reports(directory.path()).has_value());
    const auto first = contents(directory.path());
    for (const ReportFormat& format : report_formats()) {
        REQUIRE(first.count(std::string(format.file)) == 1);
        std::filesystem::remove(directory.path() / format.file);
    }
    REQUIRE(write_reports(directory.path()).has_value());
    CHECK(contents(directory.path()) == first);
    CHECK(first.size() == report_formats().size() + 3); // run.json, samples.csv, SHA256SUMS
}

TEST_CASE("reports of a run are the same before and after sealing, even if the command is not UTF-8") {
    const ExampleDirectory directory;
    RunRecord run = example_run();
    run.command.push_back("caf\xe9");
    RunRecord running = run;
    running.status = RunStatus::running;
    auto before = RunDirectory::create(directory.path() / "sealed", false);
    REQUIRE(before->write_record(running).has_value());
    std::filesystem::copy(directory.path() / samples_file, directory.path() / "sealed" / samples_file);
    REQUIRE(write_reports(directory.path() / "sealed", run).has_value());
    const std::string early = text_of(directory.path() / "sealed/report.md");
    CHECK(early.find("did not finish") == std::string::npos);
    run.files = *before->hash_files();
    REQUIRE(run.files.size() == 7);
    REQUIRE(before->write_record(run).has_value());
    REQUIRE(before->seal(run.files).has_value());
    before = fail({}); // unlocks the directory
    const auto first = contents(directory.path() / "sealed");
    REQUIRE(write_reports(directory.path() / "sealed").has_value());
    CHECK(contents(directory.path() / "sealed") == first);
}

TEST_CASE("a missing or malformed input is reported by name, with exit code 5") {
    for (const char* file : {"run.json", "samples.csv"}) {
        INFO(file);
        const ExampleDirectory directory;
        directory.write(file, "{ not what it should be");
        const auto malformed = write_reports(directory.path());
        REQUIRE_FALSE(malformed.has_value());
        CHECK(malformed.error().code == ExitCode::bad_data);
        CHECK(malformed.error().object.find(file) != std::string::npos);
        CHECK_FALSE(malformed.error().cause.empty());
        std::filesystem::remove(directory.path() / file);
        const auto missing = write_reports(directory.path());
        REQUIRE_FALSE(missing.has_value());
        CHECK(missing.error().code == ExitCode::bad_data);
        CHECK(missing.error().object.find(file) != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(directory.path() / "report.md"));
    }
}

TEST_CASE("a report that cannot be replaced is an error and leaves no partial file") {
    const ExampleDirectory directory;
    std::filesystem::create_directory(directory.path() / "report.html");
    const auto refused = write_reports(directory.path());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ExitCode::usage);
    CHECK(refused.error().object.find("report.html") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(directory.path() / "report.html.tmp"));
}

TEST_CASE("a killed run is reported without its truncated last phase, with a note") {
    const ExampleDirectory directory;
    const std::string whole = text_of(directory.path() / samples_file);
    // The last phase is hybrid k=0, repeat 1, pass 1: three lines. Half of the last one, and its newline, are gone.
    const std::string cut = whole.substr(0, whole.size() - 20);
    directory.write("samples.csv", cut);
    const auto refused = write_reports(directory.path());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ExitCode::bad_data);

    RunRecord run = example_run();
    run.status = RunStatus::running;
    REQUIRE(RunDirectory::create(directory.path(), true)->write_record(run).has_value());
    directory.write("samples.csv", cut);
    const auto written = write_reports(directory.path());
    if (!written) FAIL(to_line(written.error()));
    CHECK(written->summary.dropped_rows == 3);
    CHECK(text_of(directory.path() / "report.md")
              .find("3 rows at the end of samples.csv left out: the phase is incomplete") != std::string::npos);
    // LLC-load-misses of hybrid k=0 are those of repeat 0 alone.
    CHECK(written->summary.find("hybrid", 0)->find("llc_misses")->estimate.n == 3);
}

TEST_CASE("a complete run without all its steps is bad data, even if whole lines are missing") {
    const ExampleDirectory directory;
    const std::string whole = text_of(directory.path() / samples_file);
    directory.write("samples.csv", whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1));
    const auto refused = write_reports(directory.path());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ExitCode::bad_data);
    CHECK(refused.error().cause == "it contains 107 of the 108 steps of a complete run");
}

TEST_CASE("a run that failed before its first phase has a report, without raw steps") {
    const ExampleDirectory directory;
    RunRecord run = example_run();
    run.status = RunStatus::failed;
    run.failure = FailureRecord{"bind", "CPU 7", "the affinity did not take", "choose another CPU", 1};
    REQUIRE(RunDirectory::create(directory.path(), true)->write_record(run).has_value());
    std::filesystem::remove(directory.path() / samples_file);
    REQUIRE(write_reports(directory.path()).has_value());
    CHECK(text_of(directory.path() / "report.md").find("This run failed: bind CPU 7") != std::string::npos);
}

TEST_CASE("figures from an edited file are shown, with the file's name in the first line of every report") {
    const ExampleDirectory directory;
    std::string samples = text_of(directory.path() / samples_file);
    const std::size_t digit = samples.size() - 2; // of the last cell
    samples[digit] = samples[digit] == '7' ? '8' : '7';
    directory.write("samples.csv", samples);
    const std::string caveat =
        "not the files that the run wrote, by SHA256SUMS: samples.csv; these figures are not those of the run";
    for (int time = 0; time < 2; ++time) { // the reports that say so are no news to the second call
        const auto written = write_reports(directory.path());
        REQUIRE(written.has_value());
        CHECK(written->summary.files_caveat == caveat);
        CHECK(written->restored.empty());
        CHECK(text_of(directory.path() / "report.md").starts_with("> **Caveat: " + caveat + ".**\n\n# bytebound"));
        CHECK(text_of(directory.path() / "report.html")
                  .find("<header><p class=\"failure\">Caveat: " + caveat + ".</p>") != std::string::npos);
        CHECK(text_of(directory.path() / "summary.json").find("\"files_caveat\": \"" + caveat + "\"") !=
              std::string::npos);
    }
}

TEST_CASE("an edited report is written again from the run's own files, without a caveat") {
    const ExampleDirectory directory;
    REQUIRE(write_reports(directory.path()).has_value());
    auto sealed = RunDirectory::create(directory.path() / "other", false);
    for (const char* file : {"run.json", "samples.csv", "report.md"})
        std::filesystem::copy(directory.path() / file, directory.path() / "other" / file);
    REQUIRE(sealed->seal(*sealed->hash_files()).has_value());
    sealed = fail({}); // unlocks the directory
    std::ofstream(directory.path() / "other/report.md") << "432x faster";
    const auto written = write_reports(directory.path() / "other");
    REQUIRE(written.has_value());
    CHECK(written->restored == std::vector<std::string>{"report.md"});
    CHECK(written->summary.files_caveat.empty());
    CHECK(text_of(directory.path() / "other/report.md") == text_of(directory.path() / "report.md"));
}

TEST_CASE("while a run writes to its directory, its figures can be derived but no file is written") {
    const ExampleDirectory directory;
    const DirectoryLock run = DirectoryLock::attempt(directory.path());
    const auto written = write_reports(directory.path());
    REQUIRE(written.has_value());
    CHECK_FALSE(written->written);
    CHECK(written->summary.rows.size() == 9);
    CHECK_FALSE(std::filesystem::exists(directory.path() / "report.md"));
}
