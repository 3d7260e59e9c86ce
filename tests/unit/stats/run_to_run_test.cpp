#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "stats/estimate.hpp"
#include "stats/run_to_run.hpp"
#include "support/synthetic_blocks.hpp"
#include "unit/stats/t_quantiles.hpp"

namespace bytebound::test {
namespace {

/// A run of two blocks with a standard error of its logarithm.
PastValue run_of(std::size_t version, double value, double log_error) {
    const double half = t_of_1 * log_error;
    return {version, value, value * std::exp(-half), value * std::exp(half), 2};
}

} // namespace

TEST_CASE("the scatter from run to run is that around the mean of each version, less that within the runs") {
    // Version 0: logarithms 0, 0.2, 0.4, squares 0.08 of 2 degrees of freedom. Version 1, five times slower: 0 and 0.2,
    // squares 0.02 of 1. Together 0.1 of 3. Within: 0.1^2.
    const std::vector<PastValue> values = {run_of(0, 1, 0.1), run_of(0, std::exp(0.2), 0.1),
                                           run_of(0, std::exp(0.4), 0.1), run_of(1, 5, 0.1),
                                           run_of(1, 5 * std::exp(0.2), 0.1)};
    const RunToRun result = run_to_run(values);
    CHECK(result.runs == 5);
    CHECK(result.versions == 2);
    CHECK(result.freedom() == 3);
    CHECK(result.observed == Approx(std::sqrt(0.1 / 3)));
    CHECK(result.variance == Approx(0.1 / 3 - 0.01));
    // 2 (0.0333^2 / 3 + 0.01^2 / 5)
    CHECK(result.variance_error == Approx(std::sqrt(2 * (0.01 / 27 + 0.0001 / 5))));
}

TEST_CASE("a version with one run, and runs without an interval, say nothing about the scatter") {
    const std::vector<PastValue> values = {
        run_of(0, 1, 0.1), run_of(1, 9, 0.1), {1, 2, std::nullopt, std::nullopt, 1}, {1, -2, -3, 4, 2}};
    RunToRun nothing;
    nothing.most_of_one = 1;
    CHECK(run_to_run(values) == nothing);
    CHECK(run_to_run({}) == RunToRun{});
}

TEST_CASE("the scatter is 0 where the intervals within the runs explain it, and its error is not") {
    const std::vector<PastValue> values = {run_of(0, 1, 0.5), run_of(0, 1, 0.5), run_of(0, 1, 0.5)};
    const RunToRun result = run_to_run(values);
    CHECK(result.variance == 0);
    CHECK(result.observed == 0);
    CHECK(result.variance_error == Approx(std::sqrt(2 * (0.0625 / 3))));
}

TEST_CASE("the interval of two runs contains the scatter of both, with Satterthwaite's degrees of freedom") {
    // Without the scatter: standard error log(1.1) / sqrt 2, 2 degrees of freedom; its square is 0.004542.
    const RunFigure base{{{{100}, {110}}, {}}}, head{{{{200}, {220}}, {}}};
    const double inner = std::log(1.1) * std::log(1.1) / 2;
    const RunToRun between{3 * inner, 0, 0.1, 20, 1};
    const auto wide = compare_runs(base, head, Stat::mean, &between);
    // Variance (1 + 2 * 3) inner, degrees of freedom 7^2 / (1 / 2) = 98: t = 1.9845.
    REQUIRE(wide);
    CHECK(wide->ratio == 2);
    CHECK(std::log(*wide->ci_high / 2) == Approx(1.98446745 * std::sqrt(7 * inner)).epsilon(1e-7));
    // A variance whose standard error is as large as itself has 2 degrees of freedom: 49 / (1 / 2 + 36 / 2).
    const RunToRun unsure{3 * inner, 3 * inner, 0.1, 20, 1};
    const auto wider = compare_runs(base, head, Stat::mean, &unsure);
    const double t = std::log(*wider->ci_high / 2) / std::sqrt(7 * inner);
    CHECK(t == Approx(3.435128542).epsilon(1e-7)); // of 2.6486
    CHECK(*wider->p_value > *wide->p_value);
}

TEST_CASE("a scatter of nothing changes nothing") {
    const RunFigure base{{{{100}, {110}}, {}}}, head{{{{200}, {240}}, {}}};
    const RunToRun none{0, 0, 0, 20, 1};
    const auto with = compare_runs(base, head, Stat::median, &none), without = compare_runs(base, head, Stat::median);
    CHECK(*with->ci_low == Approx(*without->ci_low).epsilon(1e-12));
    CHECK(*with->p_value == Approx(*without->p_value).epsilon(1e-12));
}

TEST_CASE("two unchanged runs of a machine that scatters are called different in 6 percent or fewer with a history",
          "[slow]") {
    constexpr int trials = 2000;
    for (const double scatter : {0.0, 0.01, 0.04, 0.2})
        for (const int runs : {6, 20}) {
            Random random(static_cast<std::uint64_t>(runs));
            const auto figure = [&] {
                const double common = std::exp(scatter * normal(random));
                Samples samples;
                for (int block = 0; block < 6; ++block)
                    samples.numerator.push_back({common * std::exp(0.03 * normal(random))});
                return samples;
            };
            int with = 0, without = 0;
            for (int trial = 0; trial < trials; ++trial) {
                std::vector<PastValue> values;
                for (int run = 0; run < runs; ++run) {
                    const Estimate each = *estimate(figure(), Stat::median);
                    values.push_back({0, each.value, each.ci_low, each.ci_high, each.blocks});
                }
                const RunToRun between = run_to_run(values);
                const RunFigure base{figure()}, head{figure()};
                with += *compare_runs(base, head, Stat::median, &between)->p_value < 0.05;
                without += *compare_runs(base, head, Stat::median)->p_value < 0.05;
            }
            INFO("scatter " << scatter << ", " << runs << " runs: " << with << " of " << trials << ", without "
                            << without);
            CHECK(with <= 130); // 6 % and one standard error
            if (scatter >= 0.04) CHECK(without > 500);
        }
}

} // namespace bytebound::test
