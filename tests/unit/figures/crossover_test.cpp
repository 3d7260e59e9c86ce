#include <catch2/catch.hpp>

#include "figures/summary.hpp"

using namespace bytebound;

namespace {

struct At {
    std::uint32_t k;
    double ratio, low, high;
};

std::optional<CrossoverSummary> crossover_of(std::vector<At> points, RunRecord run = {}) {
    run.workload.spec.active_rows = 256;
    Summary summary;
    for (const At& at : points) {
        SummaryRow row;
        row.k = at.k;
        row.loop = "paired";
        summary.rows.push_back(row);
        Comparison comparison;
        comparison.k = at.k;
        comparison.loop = "paired";
        comparison.vs = "index";
        comparison.metric = "time_ns";
        comparison.ratio = {at.ratio, at.low, at.high};
        summary.comparisons.push_back(comparison);
    }
    return crossover(run, summary);
}

} // namespace

TEST_CASE("the crossover is where the ratio of times falls to 1, and its ends where the interval's ends do") {
    // log-linear from 16 to 256: the value falls from 4 to 1/4, halfway at 64; the lower end from 2 to 1/8, a quarter
    // of the way at 32; the upper one from 8 to 1/2, three quarters at 128.
    const auto found = crossover_of({{16, 4, 2, 8}, {256, 0.25, 0.125, 0.5}});
    REQUIRE(found);
    CHECK(*found->measured.k == Approx(64));
    CHECK(*found->measured.ci_low == Approx(32));
    CHECK(*found->measured.ci_high == Approx(128));
    CHECK(*found->tau == Approx(0.25));
    CHECK(*found->tau_low == Approx(0.125));
    CHECK(*found->tau_high == Approx(0.5));
    CHECK(found->tau_basis == "measured");
}

TEST_CASE("ks in any order, with or without k = 0, give the same curve") {
    const auto found = crossover_of({{256, 0.25, 0.2, 0.3}, {0, 100, 90, 110}, {16, 4, 3, 5}});
    CHECK(*found->measured.k == Approx(64));
}

TEST_CASE("an end of the interval beyond the ks is absent") {
    const auto found = crossover_of({{16, 4, 3, 5}, {256, 0.5, 0.2, 1.5}});
    CHECK(found->measured.ci_low);
    CHECK_FALSE(found->measured.ci_high);
}

TEST_CASE("without a crossing among the ks there is no k and no tau, but the faster side is reported") {
    auto found = crossover_of({{16, 4, 3, 5}, {256, 2, 1, 3}});
    CHECK_FALSE(found->measured.k);
    CHECK(found->measured.reason == "paired is faster at every k of the run, up to 256");
    CHECK_FALSE(found->tau);
    found = crossover_of({{16, 0.5, 0.4, 0.6}, {256, 0.2, 0.1, 0.3}});
    CHECK(found->measured.reason == "index is faster at every k of the run, from 16 on");
}

TEST_CASE("a model that contradicts the run gives no tau") {
    RunRecord run;
    run.expected.emplace();
    run.expected->crossover.emplace();
    run.expected->crossover->k = 64;
    // Measured: paired up to 256. The model would rebuild from 64 on.
    auto found = crossover_of({{16, 4, 3, 5}, {256, 2, 1, 3}}, run);
    CHECK_FALSE(found->tau);
    CHECK(found->tau_reason == "the model's k* = 64 contradicts what was measured");
    // Measured: index from 16 on. The model would keep pairs up to 63.
    found = crossover_of({{16, 0.5, 0.4, 0.6}, {256, 0.2, 0.1, 0.3}}, run);
    CHECK_FALSE(found->tau);
    run.expected->crossover->k = 8;
    CHECK(*crossover_of({{16, 0.5, 0.4, 0.6}, {256, 0.2, 0.1, 0.3}}, run)->tau == 7.5 / 256);
    CHECK(crossover_of({{16, 4, 3, 5}, {256, 2, 1, 3}})->tau_reason == "k* was neither measured nor modelled");
}

TEST_CASE("there is no crossover if the faster loop changes more than once") {
    const auto found = crossover_of({{16, 0.9, 0.8, 1}, {64, 1.2, 1.1, 1.3}, {256, 0.5, 0.4, 0.6}});
    CHECK_FALSE(found->measured.k);
    CHECK(found->measured.reason == "the faster loop changes more than once over the ks of the run");
}

TEST_CASE("the ends of the crossover enclose it, regardless of their curves elsewhere") {
    // The lower ends fall, rise and fall again; the upper ones rise after the crossing and fall for good later.
    const auto found = crossover_of({{16, 2, 1.5, 3}, {64, 1.1, 0.9, 1.2}, {128, 0.9, 0.8, 1.3}, {256, 0.5, 0.4, 0.8}});
    REQUIRE(found->measured.k);
    CHECK(*found->measured.ci_low < *found->measured.k);
    CHECK(*found->measured.ci_low < 64);
    CHECK(*found->measured.ci_high > 128);
}

TEST_CASE("without both loops there is no crossover") { CHECK_FALSE(crossover_of({})); }

TEST_CASE("the model's crossover is listed with the measured one, and gives tau if there is none") {
    RunRecord run;
    run.expected.emplace();
    run.expected->crossover.emplace();
    run.expected->crossover->k = 128;
    run.expected->crossover->k_most = 512;
    run.expected->k_low = 96;
    const std::vector<At> always = {{16, 4, 3, 5}, {64, 2, 1.5, 3}};
    auto found = crossover_of(always, run);
    CHECK(*found->modelled.k == 128);
    CHECK(*found->modelled.ci_low == 96);
    CHECK_FALSE(found->modelled.ci_high);
    CHECK(found->modelled.tier == Tier::computed);
    CHECK(*found->tau == 127.5 / 256); // 128 itself rebuilds
    CHECK(found->tau_basis == "modelled");
    found = crossover_of({{16, 4, 2, 8}, {256, 0.25, 0.125, 0.5}}, run);
    CHECK(*found->tau == Approx(0.25));
    CHECK(found->tau_basis == "measured");

    run.expected->crossover->k.reset();
    found = crossover_of(always, run);
    CHECK_FALSE(found->modelled.k);
    CHECK(found->modelled.reason == "paired is expected to be faster at every k, up to 512");
    run.expected->crossover.reset();
    run.expected->crossover_reason = "no calibration of this host; run bytebound calibrate";
    CHECK(crossover_of(always, run)->modelled.reason == "no calibration of this host; run bytebound calibrate");
}
