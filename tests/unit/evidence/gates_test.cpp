#include <catch2/catch.hpp>

#include "unit/evidence/example_pair.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

GateExpression gate(const std::string& text) { return parse_gate(text, "option --gate").value(); }

RunComparison judged(const RunEvidence& base, const RunEvidence& head, const std::string& text, bool strict = false) {
    return judged_comparison(base, head, {}, 0.01, {gate(text)}, strict);
}

std::string refused_in_runs(const std::string& text) {
    const RunRecord run = example_run();
    const auto good = check_gates({gate(text)}, {}, loops_and_ks(run, run));
    REQUIRE_FALSE(good);
    CHECK(good.error().code == ExitCode::usage);
    return to_line(good.error());
}

} // namespace

TEST_CASE("a limit is kept by the whole interval, broken by the whole interval, or neither") {
    CHECK(decide(gate("cpi <= 1x"), 0.8, 1.0) == GateOutcome::pass);
    CHECK(decide(gate("cpi <= 1x"), 0.8, 1.1) == GateOutcome::unresolved);
    CHECK(decide(gate("cpi <= 1x"), 1.0, 1.1) == GateOutcome::unresolved);
    CHECK(decide(gate("cpi <= 1x"), 1.1, 1.2) == GateOutcome::fail);
    CHECK(decide(gate("cpi >= 1x"), 1.0, 1.2) == GateOutcome::pass);
    CHECK(decide(gate("cpi >= 1x"), 0.9, 1.2) == GateOutcome::unresolved);
    CHECK(decide(gate("cpi >= 1x"), 0.8, 0.9) == GateOutcome::fail);
}

TEST_CASE("simulated bytes of equal traces are judged by value") {
    const RunEvidence base = example_evidence(), same = example_evidence("head");
    const RunComparison equal = judged(base, same, "dram_read_bytes@paired/2 <= 1x");
    REQUIRE(equal.gates.size() == 1);
    CHECK(equal.gates[0].exact);
    CHECK(equal.gates[0].value == 1.0);
    CHECK_FALSE(equal.gates[0].ci_low);
    CHECK(equal.gates[0].outcome == GateOutcome::pass);
    CHECK(equal.passed());

    // paired k=2 reads 1024, 2048 and 1024 bytes: mean 4096/3.
    const RunEvidence twice = head_with_bytes("dram_read_bytes", "paired", 2, 2);
    const RunComparison more = judged(base, twice, "dram_read_bytes@paired/2 <= 1.99x");
    CHECK(more.gates[0].value == 2.0);
    CHECK(more.gates[0].outcome == GateOutcome::fail);
    CHECK_FALSE(more.passed());
    CHECK(judged(base, twice, "dram_read_bytes@paired/2 <= 2x").passed());
    CHECK(judged(base, twice, "dram_read_bytes@paired/2 <= 2.7KiB").passed());
    CHECK_FALSE(judged(base, twice, "dram_read_bytes@paired/2 <= 2.6KiB").passed());
    CHECK(judged(base, twice, "dram_read_bytes@paired/2 <= 2.6KiB").gates[0].value == Approx(8192.0 / 3));
}

TEST_CASE("an absolute limit of a computed figure is judged by value, also where the runs have unlike steps") {
    RunRecord run = example_run();
    for (ExperimentRecord& each : run.experiments)
        each.warmup_steps += 1;
    const RunEvidence base = example_evidence(), head = evidence_of("head", run, example_samples());
    const double bytes = head.summary.find("paired", 2)->find("requested_bytes")->value();
    const auto at = [&](double limit) {
        return judged(base, head, "requested_bytes@paired/2 <= " + std::to_string(limit)).gates[0];
    };
    CHECK(at(bytes).outcome == GateOutcome::pass);
    CHECK(at(bytes).exact);
    CHECK(at(bytes - 1).outcome == GateOutcome::fail);
}

TEST_CASE("a gate without a loop is judged at every loop and k of both runs") {
    const RunComparison all = judged(example_evidence(), example_evidence("head"), "requested_bytes <= 1x");
    CHECK(all.gates.size() == 9);
    CHECK(all.passed());
    for (const GateResult& each : all.gates)
        CHECK(each.outcome == GateOutcome::pass); // k = 0: 0 is not more than 1 x 0
}

TEST_CASE("a time is judged by its interval") {
    const RunEvidence base = example_evidence(), twice = head_with_times(2);
    // ratio 2, interval 1.50 to 2.67: run_comparison_test.cpp
    CHECK(judged(base, twice, "time_ns@paired/2 <= 1.4x").gates[0].outcome == GateOutcome::fail);
    CHECK(judged(base, twice, "time_ns@paired/2 <= 2x").gates[0].outcome == GateOutcome::unresolved);
    CHECK(judged(base, twice, "time_ns@paired/2 <= 2x").gates[0].reason == "the limit is within the 95% interval");
    CHECK(judged(base, twice, "time_ns@paired/2 <= 270%").gates[0].outcome == GateOutcome::pass);
}

TEST_CASE("an unresolved gate passes unless it is to fail") {
    const RunEvidence base = example_evidence(), twice = head_with_times(2);
    CHECK(judged(base, twice, "time_ns@paired/2 <= 2x").passed());
    CHECK_FALSE(judged(base, twice, "time_ns@paired/2 <= 2x", true).passed());
}

TEST_CASE("a figure that is null in either run leaves its gate unresolved, with the reason") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    drop_simulation(run, samples, "--collector perf");
    const RunEvidence without = evidence_of("head", run, samples);
    const RunComparison one = judged(example_evidence(), without, "dram_bytes@paired/2 <= 1x");
    CHECK(one.gates[0].outcome == GateOutcome::unresolved);
    CHECK(one.gates[0].reason.starts_with("null in head: "));
    CHECK(one.gates[0].reason.find("--collector perf") != std::string::npos);
    const RunComparison both = judged(without, without, "dram_bytes@paired/2 <= 1x");
    CHECK(both.gates[0].reason.starts_with("null in both: "));
}

TEST_CASE("a loop and k of one run only leaves its gate unresolved") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    std::erase_if(run.experiments, [](const ExperimentRecord& each) { return each.loop == "index" && each.k == 3; });
    std::erase_if(samples.rows, [](const Sample& each) { return each.loop == "index" && each.k == 3; });
    const RunComparison comparison =
        judged(example_evidence(), evidence_of("head", run, samples), "time_ns@index <= 9x");
    REQUIRE(comparison.gates.size() == 3);
    CHECK(comparison.gates[2].k == 3);
    CHECK(comparison.gates[2].outcome == GateOutcome::unresolved);
    CHECK(comparison.gates[2].reason == "index k=3 is in base only");
    CHECK(comparison.only_base == std::vector<LoopAtK>{{"index", 3}});
}

TEST_CASE("a loop or k that neither run has is a mistake") {
    CHECK(refused_in_runs("time_ns@pared <= 1x") ==
          "parse gate 'time_ns@pared <= 1x': neither run has loop 'pared'; did you mean "
          "'paired'? known: paired, index, hybrid");
    CHECK(refused_in_runs("time_ns@paired/16 <= 1x") ==
          "parse gate 'time_ns@paired/16 <= 1x': neither run has k=16 of loop 'paired'; known ks: 2, 3, 0");
    CHECK(refused_in_runs("time_nss <= 1x").find("unknown metric 'time_nss'; did you mean 'time_ns'?") !=
          std::string::npos);
}
