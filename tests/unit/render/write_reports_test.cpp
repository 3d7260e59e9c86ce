#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "archive/calibration_store.hpp"
#include "archive/run_directory.hpp"
#include "archive/samples_csv.hpp"
#include "archive/seal.hpp"
#include "evidence/verify.hpp"
#include "record/stamp.hpp"
#include "render/reports/write_reports.hpp"
#include "support/example_run.hpp"
#include "support/tree.hpp"
#include "support/written_file.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// A run directory with all steps of the example and nothing else.
RunDirectory directory_with_steps(const std::filesystem::path& path) {
    auto directory = RunDirectory::create(path, false);
    REQUIRE(directory.has_value());
    const SampleTable samples = example_samples();
    auto writer = SampleWriter::create(*directory->create_file(samples_file), samples, SampleFile::steps);
    REQUIRE(writer.has_value());
    REQUIRE(writer->append(samples.rows).has_value());
    return std::move(*directory);
}

/// A run directory as `bytebound run` leaves it, with the example's two files.
class ExampleDirectory {
public:
    ExampleDirectory() : path_(tree_.path() / "run") {
        RunDirectory directory = directory_with_steps(path_);
        REQUIRE(directory.write_record(example_run()).has_value());
        REQUIRE(directory.seal(*directory.files()).has_value());
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
    RunDirectory before = directory_with_steps(directory.path() / "sealed");
    REQUIRE(before.write_record(running).has_value());
    REQUIRE(write_reports(before, run).has_value());
    const std::string early = text_of(directory.path() / "sealed/report.md");
    CHECK(early.find("did not finish") == std::string::npos);
    run.files = *before.files();
    REQUIRE(run.files.size() == 7);
    REQUIRE(before.write_record(run).has_value());
    REQUIRE(before.seal(run.files).has_value());
    before.release();
    const auto first = contents(directory.path() / "sealed");
    REQUIRE(write_reports(directory.path() / "sealed").has_value());
    CHECK(contents(directory.path() / "sealed") == first);
}

namespace {

/// A sealed run without a calibration, of a host that is known.
class SealedDirectory : public ExampleDirectory {
public:
    SealedDirectory() {
        run.calibration_reason = "no calibration is saved for this host";
        run.host_facts = HostFacts{"example", "Example CPU", "6.1.0", "madvise"};
        run.placement.requested = {"auto", "local", {1}, MemoryPolicy::local, {0}};
        run.finished = "2026-01-02T00:00:00Z";
    }
    void seal() {
        std::filesystem::remove_all(sealed);
        RunDirectory directory = directory_with_steps(sealed);
        if (!write_reports(directory, run)) FAIL("no reports");
        run.files = *directory.files();
        if (!directory.write_record(run) || !directory.seal(run.files)) FAIL("not sealed");
    }
    std::string report() const { return text_of(sealed / "report.md"); }

    RunRecord run = example_run();
    const std::filesystem::path sealed = path() / "sealed", calibrations = path() / "calibrations";
};

CalibrationRecord saved_calibration(const RunRecord& run) {
    CalibrationRecord r;
    r.version = "0.1.0";
    r.command = {"bytebound", "calibrate"};
    r.measured = "2026-01-03T00:00:00Z";
    r.host = *run.host_facts;
    r.placement = run.placement.requested;
    r.threads = {1};
    r.rounds = 20;
    r.isa = "avx2";
    r.ceilings.ceilings = {
        {StreamKernel::row_copy, MemoryLevel::memory, 1, 512, 1 << 20, 100e9, 90e9, 110e9, 20, false}};
    return r;
}

bool is_sealed(const std::filesystem::path& path) {
    const auto directory = RunDirectory::open(path);
    const SealCheck seal = check_seal(directory->descriptor(), {});
    const auto record = read_run_record(path);
    return seal.present && seal.readable && seal.changed.empty() && record && record->files.size() == 7 &&
           std::all_of(record->files.begin(), record->files.end(), [&](const auto& file) {
               return hash_file(directory->descriptor(), file.first)->sha256 == file.second.sha256 &&
                      seal.sums.at(file.first) == file.second.sha256;
           });
}

} // namespace

TEST_CASE("a report adopts a calibration that was made after the run, says so, and seals the run with it") {
    SealedDirectory directory;
    directory.seal();
    REQUIRE(is_sealed(directory.sealed));
    const auto before = contents(directory.sealed);
    REQUIRE_FALSE(write_reports(directory.sealed, directory.calibrations)->adopted);
    CHECK(contents(directory.sealed) == before); // there is none yet
    REQUIRE(write_calibration(directory.calibrations / "example.auto.local.json", saved_calibration(directory.run),
                              CalibrationPlace::cache));
    REQUIRE_FALSE(write_reports(directory.sealed)->adopted);
    CHECK(contents(directory.sealed) == before); // none is looked for
    const auto written = write_reports(directory.sealed, directory.calibrations);
    REQUIRE(written);
    CHECK(written->adopted);
    CHECK(written->restored.empty());
    CHECK(is_sealed(directory.sealed));
    CHECK(directory.report().find("Calibrated 2026-01-03T00:00:00Z (avx2 kernels), after the run, which ended "
                                  "2026-01-02T00:00:00Z.") != std::string::npos);
    const auto after = contents(directory.sealed);
    CHECK(read_run_record(directory.sealed)->calibration->measured == "2026-01-03T00:00:00Z");
    // The run is of another version than the reports that were written again.
    CHECK(read_run_record(directory.sealed)->reports_by == program_version());
    const auto verified = verify_run(directory.sealed, report_texts);
    REQUIRE(verified);
    CHECK(verified->differences == std::vector<Difference>{});
    CHECK(verified->written_by == program_version());
    CHECK(contents(directory.sealed) == after);
    // From now on it is the run's own: elsewhere, and after another calibration, the report stays the same.
    CalibrationRecord newer = saved_calibration(directory.run);
    newer.measured = "2026-01-04T00:00:00Z";
    REQUIRE(write_calibration(directory.calibrations / "example.0.local.json", newer, CalibrationPlace::cache));
    REQUIRE_FALSE(write_reports(directory.sealed, directory.calibrations)->adopted);
    CHECK(contents(directory.sealed) == after);
}

TEST_CASE("a calibration is not adopted if it does not apply, if none was wanted, or if the run's files were changed") {
    SealedDirectory directory;
    REQUIRE(write_calibration(directory.calibrations / "example.auto.local.json", saved_calibration(directory.run),
                              CalibrationPlace::cache));
    const auto adopts = [&] {
        const auto written = write_reports(directory.sealed, directory.calibrations);
        if (!written) FAIL(to_line(written.error()));
        return written->adopted;
    };
    directory.run.host_facts->kernel = "6.5.0";
    directory.seal();
    CHECK_FALSE(adopts());
    directory.run.host_facts.reset(); // of an older version
    directory.seal();
    CHECK_FALSE(adopts());
    directory.run.host_facts = saved_calibration(SealedDirectory().run).host;
    directory.run.calibration_reason = "--calibration none";
    directory.seal();
    CHECK_FALSE(adopts());
    directory.run.calibration_reason = "no calibration is saved for this host";
    directory.seal();
    std::ofstream(directory.sealed / samples_file, std::ios::app) << "# edited\n";
    const std::string sums = text_of(directory.sealed / sums_file);
    CHECK_FALSE(write_reports(directory.sealed, directory.calibrations).value_or(WrittenReports{}).adopted);
    CHECK(text_of(directory.sealed / sums_file) == sums);
    directory.seal();
    CHECK(adopts());
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
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
        CHECK_FALSE(is_temporary_name(entry.path().filename().string()));
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
    std::filesystem::create_directory(directory.path() / "other");
    for (const char* file : {"run.json", "samples.csv", "report.md"})
        std::filesystem::copy(directory.path() / file, directory.path() / "other" / file);
    seal_as_it_is(directory.path() / "other");
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
    CHECK(written->other_owner.starts_with("process " + std::to_string(::getpid()) + " on host "));
    CHECK(written->summary.rows.size() == 9);
    CHECK_FALSE(std::filesystem::exists(directory.path() / "report.md"));
}

namespace {

/// The example, measured by this version of the program.
RunRecord run_of_this_version() {
    RunRecord run = example_run();
    const ProgramVersion own = program_version();
    run.version = own.version;
    run.git_revision = own.git_revision;
    run.measured = true;
    return run;
}

/// As a run leaves its directory that measured everything and could not write its reports.
void leave_without_reports(const std::filesystem::path& path, RunStatus status) {
    RunDirectory directory = directory_with_steps(path);
    RunRecord run = run_of_this_version();
    run.status = status;
    if (status == RunStatus::failed) run.failure = FailureRecord{"write", "report.md", "no space left", "free some", 1};
    run.files = *directory.files();
    REQUIRE(directory.write_record(run).has_value());
}

} // namespace

TEST_CASE("a measured run without reports is completed and sealed by report, as if nothing had happened") {
    const Tree tree;
    RunDirectory whole = directory_with_steps(tree.path() / "whole");
    RunRecord run = run_of_this_version();
    REQUIRE(write_reports(whole, run).has_value());
    run.files = *whole.files();
    REQUIRE(whole.write_record(run).has_value());
    REQUIRE(whole.seal(run.files).has_value());
    whole.release();
    const auto expected = contents(tree.path() / "whole");
    // A full disk, and a kill.
    for (const RunStatus status : {RunStatus::failed, RunStatus::running}) {
        const auto path = tree.path() / name_of(status);
        leave_without_reports(path, status);
        const auto written = write_reports(path);
        if (!written) FAIL(to_line(written.error()));
        CHECK(written->finished);
        CHECK(contents(path) == expected);
        CHECK_FALSE(write_reports(path)->finished);
        CHECK(contents(path) == expected);
    }
}

TEST_CASE("a measured run whose raw steps are not those of run.json stays as it is") {
    const Tree tree;
    leave_without_reports(tree.path() / "run", RunStatus::failed);
    std::ofstream(tree.path() / "run/samples.csv", std::ios::app) << "x";
    const auto written = write_reports(tree.path() / "run");
    REQUIRE(written.has_value());
    CHECK_FALSE(written->finished);
    CHECK(read_run_record(tree.path() / "run")->status == RunStatus::failed);
    CHECK_FALSE(std::filesystem::exists(tree.path() / "run/SHA256SUMS"));
}

TEST_CASE("a run that was not measured to its end is not completed") {
    const Tree tree;
    leave_without_reports(tree.path() / "run", RunStatus::failed);
    {
        auto directory = RunDirectory::open(tree.path() / "run");
        RunRecord run = *read_run_record(tree.path() / "run");
        run.measured = false;
        REQUIRE(directory->write_record(run).has_value());
    }
    CHECK_FALSE(write_reports(tree.path() / "run")->finished);
    CHECK(read_run_record(tree.path() / "run")->status == RunStatus::failed);
}
