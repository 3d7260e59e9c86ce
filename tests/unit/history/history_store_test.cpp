#include <catch2/catch.hpp>

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
