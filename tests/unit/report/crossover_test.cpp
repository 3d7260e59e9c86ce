#include <catch2/catch.hpp>

#include "report/summary.hpp"

using namespace bytebound;

namespace {

struct At {
    std::uint32_t k;
    double ratio, low, high;
};

std::optional<CrossoverSummary> crossover_of(std::vector<At> points, RunRecord run = {}) {
    run.workload.active_rows = 256;
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

TEST_CASE("the crossover lies where the ratio of the times falls to one, and so do its ends") {
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

TEST_CASE("ks in any order, and k = 0, make the same curve") {
    const auto found = crossover_of({{256, 0.25, 0.2, 0.3}, {0, 100, 90, 110}, {16, 4, 3, 5}});
    CHECK(*found->measured.k == Approx(64));
}

TEST_CASE("an end of the interval beyond the ks is absent") {
    const auto found = crossover_of({{16, 4, 3, 5}, {256, 0.5, 0.2, 1.5}});
    CHECK(found->measured.ci_low);
    CHECK_FALSE(found->measured.ci_high);
}

TEST_CASE("without a crossing among the ks there is no k and no tau, but the side") {
    auto found = crossover_of({{16, 4, 3, 5}, {256, 2, 1, 3}});
    CHECK_FALSE(found->measured.k);
    CHECK(found->measured.reason == "paired is faster at every k of the run, up to 256");
    CHECK_FALSE(found->tau);
    found = crossover_of({{16, 0.5, 0.4, 0.6}, {256, 0.2, 0.1, 0.3}});
    CHECK(found->measured.reason == "index is faster at every k of the run from 16 on");
}

TEST_CASE("without both loops there is no crossover") { CHECK_FALSE(crossover_of({})); }

TEST_CASE("the model's crossover stands beside the measured one, and gives tau where that has none") {
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
    CHECK(*found->tau == 0.5);
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
