#include <catch2/catch.hpp>

#include <signal.h>

#include <fstream>
#include <sstream>

#include "archive/samples_csv.hpp"
#include "support/tiny_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {
/// A loop that reports wrong rows or corrupts the slab in its last step.
class BadLoop final : public UpdateLoop {
public:
    BadLoop(std::unique_ptr<UpdateLoop> loop, Workspace& workspace, bool corrupt)
        : loop_(std::move(loop)), workspace_(workspace), corrupt_(corrupt) {}
    void reset(std::span<const StepChange> changes) override {
        last_ = static_cast<std::uint32_t>(changes.size()) - 1;
        loop_->reset(changes);
    }
    StepOutcome step(std::uint32_t step) noexcept override {
        StepOutcome outcome = loop_->step(step);
        if (step != last_) return outcome;
        if (corrupt_)
            *workspace_.slab_row(1, 3) ^= std::byte{1};
        else
            ++outcome.rows_written;
        return outcome;
    }
    std::uint32_t active_rows() const override { return loop_->active_rows(); }
    std::span<const std::uint32_t> ids() const override { return loop_->ids(); }

private:
    std::unique_ptr<UpdateLoop> loop_;
    Workspace& workspace_;
    bool corrupt_;
    std::uint32_t last_ = 0;
};

RunSeams bad_index_seams(bool corrupt) {
    RunSeams seams = tiny_seams();
    seams.make_loop = [corrupt](LoopKind kind, Workspace& workspace, WorkerTeam& team, const LoopOptions& options) {
        auto loop = make_loop(kind, workspace, team, options);
        if (kind != LoopKind::index) return loop;
        return std::unique_ptr<UpdateLoop>(std::make_unique<BadLoop>(std::move(loop), workspace, corrupt));
    };
    return seams;
}

} // namespace

TEST_CASE("a slab that differs from the pool ends the run with the position, and keeps the finished phases") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), bad_index_seams(true));
    const auto measured = run.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::internal);
    CHECK(measured.error().object.find("index k 4, repeat 0, pass 0") != std::string::npos);
    CHECK(to_line(measured.error()).find("slot 3") != std::string::npos);
    const auto record = read_run_record(run.path());
    REQUIRE(record);
    CHECK(record->status == RunStatus::failed);
    CHECK(record->failure->exit_code == 1);
    CHECK(read_samples(run.path() / "samples.csv")->rows.size() == 4); // paired, both passes
    REQUIRE(run.finish());
    CHECK(read_run_record(run.path())->status == RunStatus::failed);
}

TEST_CASE("a loop that reports more rows than its replay stores is detected") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), bad_index_seams(false));
    const auto measured = run.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(to_line(measured.error()) ==
          "verify index k 4, repeat 0, pass 0: step 2 stored 9 rows, its replay 8; report this with the command");
}

TEST_CASE("a stop during a phase discards that phase and keeps the previous ones") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    StopFlag stop{0};
    const auto measured = run.measure(
        [&](const Progress& progress) {
            if (progress.stage == "measure" && progress.done == 3) stop = SIGTERM;
        },
        stop);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::terminated);
    CHECK(to_line(measured.error()) == "run " + run.path().string() +
                                           ": terminated by SIGTERM; finished phases are kept; bytebound report shows "
                                           "them");
    CHECK(read_run_record(run.path())->status == RunStatus::failed);
    CHECK(read_run_record(run.path())->failure->exit_code == 143);
    CHECK(read_samples(run.path() / "samples.csv")->rows.size() == 6);
}

TEST_CASE("a stop before the first phase ended promises no phase") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    StopFlag stop{0};
    const auto measured = run.measure(
        [&](const Progress& progress) {
            if (progress.stage == "measure") stop = SIGINT;
        },
        stop);
    REQUIRE_FALSE(measured);
    CHECK(to_line(measured.error()) ==
          "run " + run.path().string() + ": interrupted by SIGINT; no phase had finished; run it again");
}

TEST_CASE("a run that cannot be sealed is a failed run") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    replace_file(run.path() / "samples.csv", "steps of another run\n");
    const auto finished = run.finish();
    REQUIRE_FALSE(finished);
    CHECK(finished.error().operation == "seal");
    const auto record = read_run_record(run.path());
    REQUIRE(record);
    CHECK(record->status == RunStatus::failed);
    CHECK(record->failure->operation == "seal");
    CHECK_FALSE(std::filesystem::exists(run.path() / "SHA256SUMS"));
    CHECK(run.record().status == RunStatus::failed);
}

TEST_CASE("a run whose reports could not be written is a failed run; the first failure stays") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    REQUIRE(run.give_up({ExitCode::internal, "write", "report.md", "no space left", "free some space", ENOSPC}));
    REQUIRE(run.give_up({ExitCode::internal, "hash", "samples.csv", "another cause", ""}));
    REQUIRE(run.finish());
    const auto record = read_run_record(run.path());
    CHECK(record->status == RunStatus::failed);
    CHECK(record->failure->cause == "no space left (ENOSPC)");
}

TEST_CASE("a failed read of planned counters ends the phase and the run") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.counting.collectors = {"perf"};
    options.repeats = 1;
    Run run = prepared(options, tiny_seams());
    // Reads 1 and 2 of the second phase's open() are its first step; measuring the read cost makes 4000 reads of its
    // own open().
    failing_read() = 4001;
    options.steps_per_k = 1;
    const auto enough = run.measure({}, never_stopped);
    CHECK(enough); // no phase makes that many reads
    const test::TemporaryDirectory other;
    options = tiny_options(other);
    Run failing = prepared(options, tiny_seams());
    failing_read() = 3;
    const auto measured = failing.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::internal);
    CHECK(read_run_record(failing.path())->status == RunStatus::failed);
}
