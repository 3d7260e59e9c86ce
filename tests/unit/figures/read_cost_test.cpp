#include <catch2/catch.hpp>

#include <algorithm>

#include "figures/read_cost.hpp"
#include "figures/summary.hpp"
#include "support/example_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// A cost of readings that are all alike.
ReadingCost always(double cost) { return {1000, cost, cost, cost, cost, cost}; }

bool has_flag(const SummaryRow& row, std::string_view flag) {
    return std::find(row.flags.begin(), row.flags.end(), flag) != row.flags.end();
}

/// paired at k = 2: times 100 110 90 120 100 130 ns in pass 0 of two repeats, each of three steps.
struct OneRow {
    RunRecord run = example_run();
    SampleTable samples = example_samples();

    OneRow() {
        run.experiments.resize(1);
        run.read_cost = {{0, always(5), {}, {}}};
    }
    std::vector<std::uint64_t> times() const {
        std::vector<std::uint64_t> list;
        for (const Sample& sample : samples.rows)
            if (sample.loop == "paired" && sample.k == 2 && sample.pass == 0) list.push_back(sample.time_ns);
        std::sort(list.begin(), list.end());
        return list;
    }
    /// Gives the event the same count in every step of its pass.
    void count(std::size_t event, std::uint64_t count, std::uint32_t batch = 1) {
        for (Sample& sample : samples.rows) {
            sample.batch = batch;
            if (sample.readings[event]) sample.readings[event] = Reading{count, 50, 50, ReadingState::counted};
        }
    }
    SummaryRow row() const { return summarize(run, samples).rows.at(0); }
};

} // namespace

TEST_CASE("the time of a step is net of an empty clock pair") {
    OneRow one;
    REQUIRE(one.times() == std::vector<std::uint64_t>{90, 100, 100, 110, 120, 130});
    CHECK(one.row().find("time_ns")->value() == 100); // 105 - 5
    CHECK_FALSE(has_flag(one.row(), "short"));        // 5 of 100 is not more than 5 %
    one.run.read_cost[0].clock_ns = always(6);
    CHECK(one.row().find("time_ns")->value() == 99);
    CHECK(has_flag(one.row(), "short"));
    one.run.read_cost.clear(); // a run of an older version
    CHECK(one.row().find("time_ns")->value() == 105);
    CHECK_FALSE(has_flag(one.row(), "short"));
}

TEST_CASE("a batch pays for one reading, and its figures count steps") {
    OneRow one;
    for (Sample& sample : one.samples.rows) {
        sample.batch = 10;
        sample.time_ns = 1005;
    }
    const SummaryRow row = one.row();
    CHECK(row.find("time_ns")->value() == 100);
    CHECK(row.find("time_ns")->estimate.n == 60); // 6 readings of 10 steps
    CHECK(row.find("requested_bytes")->estimate.n == 60);
    CHECK(row.find("requested_gbps")->estimate.n == 60);
    CHECK(row.steps == 60);
    CHECK_FALSE(has_flag(row, "short")); // 0.5 of 100
}

TEST_CASE("counts are net of what the reads themselves count, in the event's own pass and unit") {
    OneRow one;
    one.count(0, 4150);
    one.count(3, 40); // LLC-load-misses in pass 1
    one.run.read_cost = {{0, always(0), {}, {{"cycles", 0, always(150)}}},
                         {1, always(0), {}, {{"LLC-load-misses", 0, always(1)}, {"cycles", 0, always(3000)}}}};
    const SummaryRow row = one.row();
    CHECK(row.find("cycles")->value() == 4000);
    CHECK(row.find("llc_misses")->value() == 39);
    CHECK(row.find("LLC-load-misses")->value() == 39);
    CHECK_FALSE(has_flag(row, "short"));
}

TEST_CASE("every worker's parts pay for readings of their own") {
    OneRow one;
    one.count(0, 10000, 10);
    one.run.experiments[0].worker_parts = {2, 0.5};
    one.run.read_cost = {
        {0, always(0), {}, {{"cycles", 0, always(100)}, {"cycles", 1, always(30)}, {"cycles", 2, always(40)}}}};
    // 1000 - 100 / 10 - 2 * 30 - 0.5 * 40
    CHECK(one.row().find("cycles")->value() == 910);
}

TEST_CASE("an interval includes the uncertainty of the cost, and ends at 0") {
    Estimate estimate{10, Stat::mean, 6, 14, 100, 6};
    CHECK(settle(estimate, {100, 3, 8}).empty());
    CHECK(*estimate.ci_low == 5); // 10 - hypot(4, 3)
    CHECK(*estimate.ci_high == 15);
    Estimate low{1, Stat::mean, -2, 4, 100, 6};
    CHECK(settle(low, {100, 0, 8}).empty());
    CHECK(low.value == 1);
    CHECK(*low.ci_low == 0);
    CHECK(*low.ci_high == 4);
}

TEST_CASE("a loop that does nothing is 0 within the spread of the cost, and short") {
    OneRow one;
    one.count(0, 95);
    one.count(1, 40);
    one.run.read_cost = {
        {0, always(0), {}, {{"cycles", 0, {1000, 100, 100, 100, 92, 107}}, {"instructions", 0, always(40)}}}};
    const SummaryRow row = one.row();
    const Figure* cycles = row.find("cycles");
    REQUIRE(cycles != nullptr); // -5, where single readings differ by up to 8
    CHECK(cycles->value() == 0);
    CHECK(*cycles->estimate.ci_low == 0);
    CHECK(*cycles->estimate.ci_high == 8);
    CHECK(row.find("instructions")->value() == 0);
    CHECK(has_flag(row, "short"));
    CHECK(row.find("cpi") == nullptr);
    CHECK(row.unavailable.at("cpi") == "no step has both, or instructions is 0");
}

TEST_CASE("a figure farther below 0 than the cost is uncertain is withheld with the reason") {
    OneRow one;
    one.count(0, 80);
    one.run.read_cost = {{0, always(0), {}, {{"cycles", 0, {1000, 100, 100, 100, 92, 107}}}}};
    const SummaryRow row = one.row();
    CHECK(row.find("cycles") == nullptr);
    CHECK(row.unavailable.at("cycles") ==
          "impossible: 20 below what an empty reading took before the run (100 ± 8), per step; the cost of a reading "
          "has changed: repeat the run");
}

TEST_CASE("loops whose readings have unlike numbers of steps are compared over the repeats that both have") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    std::vector<Sample> rows;
    for (Sample sample : samples.rows) {
        if (sample.k != 2 || sample.pass != 0) continue;
        if (sample.loop == "paired") { // one reading of all three steps
            if (sample.step != 0) continue;
            sample.batch = 3;
            sample.time_ns = 300;
        }
        if (sample.loop == "index") sample.time_ns = 800;
        rows.push_back(sample);
    }
    samples.rows = rows;
    const Summary summary = summarize(run, samples);
    CHECK(summary.compare(2, "paired", "index", "time_ns")->ratio.ratio == 8);
    std::erase_if(samples.rows, [](const Sample& sample) { return sample.loop == "paired" && sample.repeat == 1; });
    for (Sample& sample : samples.rows)
        if (sample.loop == "index" && sample.repeat == 1) sample.time_ns = 8000;
    CHECK(summarize(run, samples).compare(2, "paired", "index", "time_ns")->ratio.ratio == 8);
}
