#include <catch2/catch.hpp>

#include <cmath>
#include <random>

#include "history/history_gate.hpp"
#include "stats/student.hpp"

using namespace bytebound;

namespace {

/// A run of two repeats with a standard error of its logarithm of 0.01.
HistoryRun gated_run(int number, double value, bool exact = false) {
    HistoryRun run;
    run.id = number + 1;
    run.host = "n1";
    run.path = "runs/" + std::to_string(number);
    const double half = 0.01 * t_quantile(1);
    run.figures = {{"paired", 4, "time_ns", value, value * std::exp(-half), value * std::exp(half), 20, 2,
                    exact ? "simulated" : "timed", exact ? "sim" : "clock", "", exact}};
    return run;
}

std::vector<HistoryRun> gated_runs(const std::vector<double>& values, bool exact = false) {
    std::vector<HistoryRun> runs;
    for (const double value : values)
        runs.push_back(gated_run(static_cast<int>(runs.size()), value, exact));
    return runs;
}

GateExpression gate_of(const std::string& text) { return parse_gate(text, "argument EXPR").value(); }

GateResult judged(const std::vector<HistoryRun>& runs, const std::string& gate, GateReference against = {}) {
    return judge_latest(runs, gate_of(gate), against).value().gates.at(0);
}

} // namespace

TEST_CASE("a relative limit is that to the geometric mean of the last runs, with the scatter in its interval") {
    // Logarithms +-0.1 around log 100: over six runs squares 0.06 of 5 degrees of freedom, 0.012, less 0.0001 within.
    const double up = 100 * std::exp(0.1), down = 100 * std::exp(-0.1);
    const auto runs = gated_runs({up, down, up, down, up, down, 400});
    const GateResult result = judged(runs, "time_ns <= 1.5x");
    REQUIRE(result.value);
    CHECK(*result.value == Approx(4));
    const double scatter = 0.012 - 0.0001, both = 1 + 1.0 / 6;
    const double variance = 0.0001 * both + both * scatter;
    const double error2 = 2 * (0.012 * 0.012 / 5 + 0.0001 * 0.0001 / 6);
    const double square = 0.0001 * 0.0001 * (1 + 6.0 / 1296) + both * both * error2 / 2;
    const double half = t_quantile(variance * variance / square) * std::sqrt(variance);
    CHECK(std::log(*result.ci_high / 4) == Approx(half));
    CHECK(result.outcome == GateOutcome::fail);
    CHECK(judged(runs, "time_ns <= 10x").outcome == GateOutcome::pass);
    CHECK(judged(runs, "time_ns <= 4x").outcome == GateOutcome::unresolved);
}

TEST_CASE("the best run and the last ones are other references") {
    const auto runs = gated_runs({50, 100, 100, 100, 100, 100, 100, 200});
    CHECK(*judged(runs, "time_ns <= 1x", {0}).value == Approx(4));
    CHECK(*judged(runs, "time_ns <= 1x", {2}).value == Approx(2));
    CHECK(*judged(runs, "time_ns <= 1x", {100}).value == Approx(200 / (100 * std::pow(0.5, 1.0 / 7))));
}

TEST_CASE("a ratio to the best of n runs holds for all of them at once") {
    const double up = 100 * std::exp(0.1), down = 100 * std::exp(-0.1);
    const auto runs = gated_runs({up, down, up, down, up, down, 400});
    const GateResult best = judged(runs, "time_ns <= 1x", {0});
    // The variances of the first test with one run as the reference; each side has 2.5 % / 6.
    const double variance = 2 * 0.0001 + 2 * (0.012 - 0.0001);
    const double error2 = 2 * (0.012 * 0.012 / 5 + 0.0001 * 0.0001 / 6);
    const double freedom = variance * variance / (2 * 0.0001 * 0.0001 + 4 * error2 / 2);
    CHECK(freedom == Approx(4.9986).epsilon(1e-4));
    CHECK(*best.value == Approx(400 / down));
    // scipy.stats.t.ppf(1 - 0.025 / 6, 4.9986) = 4.21984
    CHECK(std::log(*best.ci_high / *best.value) == Approx(4.21984 * std::sqrt(variance)).epsilon(1e-4));
}

TEST_CASE("an unchanged program fails a limit of 1x of the best in one history of 40 at most") {
    std::mt19937_64 random(5);
    std::normal_distribution<double> scatter(0, 0.05), within(0, 0.01);
    const auto gate = gate_of("time_ns <= 1x");
    int best = 0, last = 0;
    constexpr int histories = 1000, earlier = 30;
    for (int i = 0; i < histories; ++i) {
        std::vector<double> values;
        for (int run = 0; run <= earlier; ++run)
            values.push_back(100 * std::exp(scatter(random) + within(random)));
        const auto runs = gated_runs(values);
        best += judge_latest(runs, gate, {0}).value().gates[0].outcome == GateOutcome::fail;
        last += judge_latest(runs, gate, {earlier}).value().gates[0].outcome == GateOutcome::fail;
    }
    // 25 of 1000 are expected at most; 40 are exceeded by chance in one of 400 such tests.
    CHECK(best <= 40);
    CHECK(last <= 40);
}

TEST_CASE("the best of a metric without a direction is wrong usage, the mean is not") {
    auto runs = gated_runs({100, 101});
    for (HistoryRun& run : runs)
        run.figures[0].metric = "r01c0";
    const auto best = judge_latest(runs, gate_of("r01c0 <= 1x"), {0});
    REQUIRE_FALSE(best);
    CHECK(best.error().code == ExitCode::usage);
    CHECK(best.error().cause == "neither more nor less of 'r01c0' is better, so that no run is the best");
    CHECK(judge_latest(runs, gate_of("r01c0 <= 1x"), {10}));
    CHECK(judge_latest(runs, gate_of("r01c0 <= 200"), {0}));
}

TEST_CASE("with too few earlier runs a relative limit is unresolved, and an absolute one is not") {
    const auto runs = gated_runs({100, 101, 200});
    const GateResult few = judged(runs, "time_ns <= 1x");
    CHECK(few.outcome == GateOutcome::unresolved);
    CHECK(few.reason == "how far runs differ is not known: that takes 6 earlier runs of one version, and there are 2");
    CHECK(judged(runs, "time_ns <= 1us").outcome == GateOutcome::pass);
    CHECK(judged(runs, "time_ns <= 100ns").outcome == GateOutcome::fail);
    CHECK(judged(gated_runs({100}), "time_ns <= 1x").reason ==
          "no earlier run of this host has this figure with the same options");
}

TEST_CASE("an exact figure is judged by its value") {
    CHECK(judged(gated_runs({512, 512}, true), "time_ns <= 1x").outcome == GateOutcome::pass);
    CHECK(judged(gated_runs({512, 513}, true), "time_ns <= 1x").outcome == GateOutcome::fail);
    CHECK_FALSE(judged(gated_runs({512, 513}, true), "time_ns <= 1x").ci_low);
}

TEST_CASE("an exact figure of 0 is judged by value: where it was 0, the limit is 0") {
    CHECK(judged(gated_runs({0, 0}, true), "time_ns <= 1x").outcome == GateOutcome::pass);
    CHECK(judged(gated_runs({0, 0}, true), "time_ns >= 1x").outcome == GateOutcome::pass);
    CHECK(judged(gated_runs({512, 0}, true), "time_ns <= 1x").outcome == GateOutcome::pass);
    CHECK(judged(gated_runs({512, 0}, true), "time_ns >= 1x").outcome == GateOutcome::fail);
    const GateResult risen = judged(gated_runs({0, 512}, true), "time_ns <= 2x");
    CHECK(risen.outcome == GateOutcome::fail);
    CHECK_FALSE(risen.value);
    CHECK(risen.reason == "it was 0 before, so there is no ratio");
}

TEST_CASE("unresolved gates fail only where that is requested") {
    JudgedHistory history = judge_latest(gated_runs({100, 101, 200}), gate_of("time_ns <= 1x"), {}).value();
    CHECK(history.passed());
    history.unresolved_fails = true;
    CHECK_FALSE(history.passed());
}

TEST_CASE("runs of another host, workload or basis are no reference") {
    auto runs = gated_runs({100, 200, 300, 400});
    runs[0].host = "n2";
    runs[1].workload = "another";
    runs[2].figures[0].basis = "another";
    CHECK(judge_latest(runs, gate_of("time_ns <= 1x"), {}).value().earlier == 0);
}

TEST_CASE("a metric or loop that the latest run does not have is wrong usage") {
    const auto runs = gated_runs({100, 200});
    CHECK(judge_latest(runs, gate_of("time_n <= 1x"), {}).error().remedy == "did you mean 'time_ns'? it has: time_ns");
    CHECK(judge_latest(runs, gate_of("time_ns@index <= 1x"), {}).error().remedy == "it has: paired/4");
    CHECK(judge_latest({}, gate_of("time_ns <= 1x"), {}).error().code == ExitCode::usage);
}

TEST_CASE("a reference is best, or last:N from 1 to 1000") {
    CHECK(parse_reference("best")->last == 0);
    CHECK(parse_reference("last:3")->last == 3);
    for (const char* text : {"", "last", "last:", "last:0", "last:1001", "last:x", "first:3", "Best"})
        CHECK_FALSE(parse_reference(text));
    CHECK(to_text(GateReference{0}) == "best");
    CHECK(to_text(GateReference{3}) == "last:3");
}
