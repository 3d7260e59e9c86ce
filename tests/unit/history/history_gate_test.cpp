#include <catch2/catch.hpp>

#include <cmath>

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
