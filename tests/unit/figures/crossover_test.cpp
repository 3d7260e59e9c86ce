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

TEST_CASE("the crossover lies where the ratio of the times falls to one") {
    // log-linear from 16 to 256: from 4 to 1/4, halfway at 64. Where the true curve bends is not known: anywhere
    // between the two ks, whose own ratios are significant.
    const auto found = crossover_of({{16, 4, 2, 8}, {256, 0.25, 0.125, 0.5}});
    REQUIRE(found);
    CHECK(*found->measured.k == Approx(64));
    CHECK(*found->measured.ci_low == 16);
    CHECK(*found->measured.ci_high == 256);
    CHECK(*found->tau == Approx(0.25));
    CHECK(*found->tau_low == 16.0 / 256);
    CHECK(*found->tau_high == 1);
    CHECK(found->tau_basis == "measured");
}

TEST_CASE("the crossover's interval ends at the nearest ks whose ratios are significant") {
    // 64 and 128 may be on either side.
    const auto found = crossover_of({{8, 8, 7, 9},
                                     {16, 2, 1.5, 3},
                                     {64, 1.1, 0.9, 1.2},
                                     {128, 0.9, 0.8, 1.3},
                                     {256, 0.5, 0.4, 0.8},
                                     {512, 0.2, 0.1, 0.3}});
    REQUIRE(found->measured.k);
    CHECK(*found->measured.k > 64);
    CHECK(*found->measured.k < 128);
    CHECK(*found->measured.ci_low == 16);
    CHECK(*found->measured.ci_high == 256);
}

TEST_CASE("more ks around the crossing narrow its interval, and all intervals of one curve overlap") {
    // A curve that bends: 2 until 700, then steeply down through 1 at 850.
    const auto coarse = crossover_of({{7, 2.1, 2, 2.2}, {48, 2, 1.9, 2.1}, {1000, 0.7, 0.65, 0.75}});
    const auto fine =
        crossover_of({{600, 2, 1.9, 2.1}, {800, 1.15, 1.1, 1.2}, {900, 0.9, 0.85, 0.95}, {1000, 0.7, 0.65, 0.75}});
    CHECK(*coarse->measured.ci_low == 48);
    CHECK(*coarse->measured.ci_high == 1000);
    CHECK(*fine->measured.ci_low == 800);
    CHECK(*fine->measured.ci_high == 900);
    CHECK(*coarse->measured.k < 800); // by interpolation alone, outside of what is true
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
