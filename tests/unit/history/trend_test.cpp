#include <catch2/catch.hpp>

#include "history/trend.hpp"

using namespace bytebound;

namespace {

HistoryRun run_at(int number, double time, const std::string& revision = "a", const std::string& host = "n1") {
    HistoryRun run;
    run.id = number + 1;
    run.host = host;
    run.git_revision = revision;
    run.workload = "{}";
    run.figures = {{"paired", 4, "time_ns", time, time / 1.1, time * 1.1, 20, 2, "timed", "clock", "", false}};
    return run;
}

} // namespace

TEST_CASE("a series is one loop and k of one workload, placement, tier, source and basis, over all hosts") {
    std::vector<HistoryRun> runs{run_at(0, 100), run_at(1, 101, "a", "n2"), run_at(2, 102), run_at(3, 103),
                                 run_at(4, 104)};
    runs[2].workload = "{\"N\":\"2\"}";
    runs[3].placement = "another";
    runs[4].figures[0].k = 5;
    const auto series = trend_of(runs, "time_ns");
    REQUIRE(series.size() == 4);
    CHECK(setups_of(series).size() == 3);
    std::size_t points = 0;
    for (const TrendSeries& each : series) {
        points = std::max(points, each.points.size());
        for (const TrendPoint& point : each.points)
            CHECK(point.run.figures.empty());
    }
    CHECK(points == 2);
    CHECK(trend_of(runs, "cpi").empty());
}

TEST_CASE("a change has the ratio of the two levels and what differs between them") {
    std::vector<HistoryRun> runs;
    for (int i = 0; i < 12; ++i)
        runs.push_back(run_at(i, (i < 6 ? 100 : 150) + i % 2, i < 6 ? "a" : "b"));
    const TrendSeries series = trend_of(runs, "time_ns").at(0);
    REQUIRE(series.changes.size() == 1);
    CHECK(series.changes[0].at == 6);
    CHECK(series.changes[0].ratio == Approx(150.5 / 100.5));
    CHECK(series.changes[0].differences == std::vector<FieldDifference>{{"git revision", "a", "b"}});
    CHECK(series.changes[0].later == 0);
}

TEST_CASE("what changed two runs from a change is listed with how far it is") {
    std::vector<HistoryRun> runs;
    for (int i = 0; i < 12; ++i)
        runs.push_back(run_at(i, (i < 6 ? 100 : 150) + i % 2, "a", i < 8 ? "n1" : "n2"));
    const TrendChange change = trend_of(runs, "time_ns").at(0).changes.at(0);
    CHECK(change.differences == std::vector<FieldDifference>{{"host", "n1", "n2"}});
    CHECK(change.later == 2);
    for (HistoryRun& run : runs)
        run.host = run.id <= 10 ? "n1" : "n2";
    const TrendChange far = trend_of(runs, "time_ns").at(0).changes.at(0);
    CHECK(far.differences.empty());
    CHECK(far.later == 0);
}

TEST_CASE("an exact figure changes whenever its value does") {
    std::vector<HistoryRun> runs;
    for (int i = 0; i < 4; ++i) {
        runs.push_back(run_at(i, i == 2 ? 513 : 512));
        runs.back().figures[0].exact = true;
    }
    const TrendSeries series = trend_of(runs, "time_ns").at(0);
    REQUIRE(series.changes.size() == 2);
    CHECK(series.changes[0].at == 2);
    CHECK(series.changes[1].at == 3);
}
