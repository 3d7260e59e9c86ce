#include <catch2/catch.hpp>

#include "figures/summary.hpp"
#include "support/programs.hpp"

using namespace bytebound;

TEST_CASE("commands are compared with the first one, block by block, by what whole programs count") {
    const Summary summary = summarize(test::two_commands(), test::two_commands_samples());
    REQUIRE(summary.rows.size() == 2);
    // The medians of 2, 4, ... 16 ms twice each, and of half of them.
    CHECK(summary.rows[0].find("time_ns")->value() == 9'000'000);
    CHECK(summary.rows[1].find("time_ns")->value() == 4'500'000);
    REQUIRE(summary.comparisons.size() == 2);
    const Comparison* time = summary.compare(no_k, "B", "A", "time_ns");
    REQUIRE(time != nullptr);
    // Every block has the ratio 2 exactly, however the blocks differ.
    CHECK(time->ratio.ratio == Approx(2));
    CHECK(*time->ratio.ci_low == Approx(2));
    CHECK(*time->ratio.ci_high == Approx(2));
    CHECK(time->claim == "B is 2.00x faster than A (95% CI 2.00–2.00, 8 blocks)");
    const Comparison* faults = summary.compare(no_k, "B", "A", "page_faults");
    REQUIRE(faults != nullptr);
    CHECK(faults->verdict == Verdict::same);
}

TEST_CASE("a command's name has no meaning of a loop: no index is the base, no hybrid rebuilds") {
    RunRecord run = test::two_commands();
    SampleTable samples = test::two_commands_samples();
    run.workload.loops = {"hybrid", "index"};
    run.experiments[0].loop = "hybrid";
    run.experiments[1].loop = "index";
    for (Sample& row : samples.rows)
        row.loop = row.loop == "A" ? "hybrid" : "index";
    const Summary summary = summarize(run, samples);
    CHECK(summary.compare(no_k, "index", "hybrid", "time_ns") != nullptr);
    CHECK(summary.compare(no_k, "hybrid", "index", "time_ns") == nullptr);
    CHECK_FALSE(summary.rows[0].index_steps);
    CHECK_FALSE(summary.crossover);
}

TEST_CASE("figures of a trace are null for a command, with that reason") {
    const Summary summary = summarize(test::two_commands(), test::two_commands_samples());
    const SummaryRow& row = summary.rows.front();
    for (const char* metric : {"bound_bytes", "min_bytes", "rows_written", "requested_bytes", "metadata_bytes",
                               "by_buffer", "stationary", "expected", "ledger", "ceilings"}) {
        INFO(metric);
        REQUIRE(row.unavailable.contains(metric));
        CHECK(row.unavailable.find(metric)->second == "a command has no row trace");
    }
    CHECK(row.unavailable.find("amplification")->second == "no bound_bytes: a command has no row trace");
    CHECK(row.unavailable.find("requested_gbps")->second == "no requested_bytes: a command has no row trace");
    CHECK(row.unavailable.find("cycles")->second == "no core PMU");
    CHECK(summary.regressions.empty());
}
