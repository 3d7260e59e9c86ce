#include <catch2/catch.hpp>

#include "history/earlier_runs_of.hpp"
#include "history/history_store.hpp"
#include "support/temporary_directory.hpp"
#include "unit/evidence/example_pair.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

HistoryRun literal_run(const std::string& host, const std::string& started, double time) {
    HistoryRun run;
    run.samples_sha256 = "aa";
    run.host = host;
    run.started = started;
    run.path = "runs/" + started;
    run.version = "0.1.0";
    run.workload = R"({"N":"256"})";
    run.placement = "cpus auto, mem local";
    run.figures = {
        {"index", 4, "time_ns", time, time / 2, time * 2, 20, 2, "timed", "clock", "", false},
        {"paired", 4, "bound_bytes", 512, std::nullopt, std::nullopt, 20, 2, "computed", "trace", "steps 4", true}};
    return run;
}

} // namespace

TEST_CASE("what was added is read again, with nothing lost") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    HistoryRun run = history_run(example_evidence("runs/a")).value();
    const auto added = add_to_history(file, {run}).value();
    CHECK(added == std::vector<AddedRun>{{1, false}});
    auto read = read_history(file).value();
    REQUIRE(read.size() == 1);
    CHECK_FALSE(read[0].added.empty());
    run.id = 1;
    run.added = read[0].added;
    const auto order = [](const HistoryFigure& a, const HistoryFigure& b) {
        return std::tie(a.k, a.loop, a.metric) < std::tie(b.k, b.loop, b.metric);
    };
    std::sort(run.figures.begin(), run.figures.end(), order);
    CHECK(read[0] == run);
}

TEST_CASE("a run that is added twice is one row") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    const HistoryRun a = literal_run("n1", "2026-01-01T00:00:00Z", 100),
                     b = literal_run("n2", "2026-01-01T00:00:00Z", 100);
    CHECK(add_to_history(file, {a, b, a}).value() == std::vector<AddedRun>{{1, false}, {2, false}, {1, true}});
    CHECK(add_to_history(file, {b}).value() == std::vector<AddedRun>{{2, true}});
    CHECK(read_history(file).value().size() == 2);
}

TEST_CASE("runs are read in the order of their start, not in that of their adding") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    REQUIRE(add_to_history(
        file, {literal_run("n1", "2026-01-02T00:00:00Z", 2), literal_run("n1", "2026-01-01T00:00:00Z", 1)}));
    const auto read = read_history(file).value();
    REQUIRE(read.size() == 2);
    CHECK(read[0].id == 2);
    CHECK(read[1].id == 1);
}

TEST_CASE("a selection restricts runs by host and id, and figures by metric, loop and k") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    REQUIRE(add_to_history(
        file, {literal_run("n1", "2026-01-01T00:00:00Z", 1), literal_run("n2", "2026-01-02T00:00:00Z", 2)}));
    CHECK(read_history(file, {.host = "n2"}).value().at(0).id == 2);
    CHECK(read_history(file, {.host = "n3"}).value().empty());
    CHECK(read_history(file, {.id = 1}).value().at(0).host == "n1");
    const auto figures = [&](const HistorySelection& selection) {
        return read_history(file, selection).value().at(0).figures.size();
    };
    CHECK(figures({}) == 2);
    CHECK(figures({.metric = "time_ns"}) == 1);
    CHECK(figures({.loop = "paired"}) == 1);
    CHECK(figures({.metric = "time_ns", .loop = "paired"}) == 0);
    CHECK(figures({.k = 5}) == 0);
    CHECK(figures({.figures = false}) == 0);
}

TEST_CASE("names that look like SQL are text") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    const std::string host = "n1'); DROP TABLE runs; --";
    REQUIRE(add_to_history(file, {literal_run(host, "2026-01-01T00:00:00Z", 1)}));
    CHECK(read_history(file, {.host = host}).value().size() == 1);
    CHECK(read_history(file, {.host = "' OR 1=1 --"}).value().empty());
}

TEST_CASE("a file that is missing or not a database is refused") {
    const TemporaryDirectory folder;
    const auto missing = read_history(folder.path() / "h.db");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ExitCode::bad_data);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "h.db"));
    const auto folder_itself = read_history(folder.path());
    REQUIRE_FALSE(folder_itself);
    CHECK(folder_itself.error().code == ExitCode::bad_data);
    const auto written = add_to_history(folder.path(), {});
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ExitCode::usage);
}

namespace {

/// Runs of the example's program and workload with these times for paired k=2, one a day.
std::vector<HistoryRun> example_history(const std::vector<double>& times) {
    std::vector<HistoryRun> runs;
    for (const double time : times) {
        HistoryRun run = identity_in_history(example_evidence());
        run.samples_sha256 = std::to_string(runs.size());
        run.figures = {{"paired", 2, "time_ns", time, time / 1.1, time * 1.1, 20, 2, "timed", "clock", "", false}};
        runs.push_back(run);
    }
    return runs;
}

Figure timed() {
    Figure figure;
    figure.tier = Tier::timed;
    figure.source = "clock";
    return figure;
}

} // namespace

TEST_CASE(
    "earlier runs are those of host, CPU, workload, placement, tier and source, by version of program and kernel") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    auto runs = example_history({100, 110, 100, 110, 500, 100, 100, 100, 100});
    runs[3].git_revision = "another"; // alone in its version
    runs[4].git_revision = "slow";
    runs[5].host = "another";
    runs[6].cpu_model = "another";
    runs[7].placement = "another";
    runs[8].figures[0].source = "another";
    REQUIRE(add_to_history(file, runs));
    const EarlierRuns earlier = earlier_runs_of(file, example_evidence(), example_evidence("head")).value();
    const RunToRun spread = earlier.spread("paired", 2, "time_ns", timed());
    CHECK(spread.runs == 3);
    CHECK(spread.versions == 1);
    const double step = std::log(1.1);
    CHECK(spread.observed == Approx(step * std::sqrt(1.0 / 3))); // squares 2/3 step^2, 2 degrees of freedom
    CHECK(earlier.spread("index", 2, "time_ns", timed()).runs == 0);
    CHECK(earlier.spread("paired", 3, "time_ns", timed()).runs == 0);
}

TEST_CASE("the two runs of a comparison are not among the earlier ones") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    auto runs = example_history({100, 110, 120});
    runs.push_back(identity_in_history(example_evidence()));
    runs.back().figures = runs[0].figures;
    REQUIRE(add_to_history(file, runs));
    CHECK(earlier_runs_of(file, example_evidence(), example_evidence())->spread("paired", 2, "time_ns", timed()).runs ==
          3);
}

TEST_CASE("a history says nothing about two runs of unlike workloads") {
    const TemporaryDirectory folder;
    const auto file = folder.path() / "h.db";
    REQUIRE(add_to_history(file, example_history({100, 110, 120})));
    RunEvidence head = example_evidence("head");
    head.run.workload.spec.seed += 1;
    CHECK_FALSE(earlier_runs_of(file, example_evidence(), head)->spread);
}
