#include <catch2/catch.hpp>
#include <cmath>

#include "catalogue/metrics.hpp"
#include "support/example_summary.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("CPI is a ratio of sums over counted steps") {
    const Summary summary = example();
    // paired k=2: 1300 cycles, 600 instructions.
    const Figure* cpi = summary.find("paired", 2)->find("cpi");
    CHECK(cpi->value() == Approx(1300.0 / 600));
    CHECK(cpi->estimate.stat == Stat::ratio);
    CHECK(cpi->tier == Tier::counted);
    CHECK(cpi->source == "perf");
    CHECK(value(summary, "paired", 2, "cycles") == Approx(1300.0 / 6));
}

TEST_CASE("a scaled counter lowers the tier, and one that never ran is excluded") {
    SampleTable samples = example_samples();
    // paired k=2 in repeat 0: step 0 ran half of the time (200 -> 400 cycles), step 1 not at all.
    samples.rows[0].readings[0] = Reading{200, 1000, 500, ReadingState::scaled};
    samples.rows[1].readings[0] = Reading{0, 1000, 0, ReadingState::never_ran};
    const Summary summary = summarize(example_run(), samples);
    const Figure* cycles = summary.find("paired", 2)->find("cycles");
    CHECK(cycles->tier == Tier::scaled);
    CHECK(cycles->excluded == 1);
    CHECK(cycles->estimate.n == 5);
    CHECK(cycles->value() == Approx((400.0 + 240 + 180 + 200 + 260) / 5));
    const Figure* cpi = summary.find("paired", 2)->find("cpi");
    CHECK(cpi->tier == Tier::scaled);
    CHECK(cpi->excluded == 1);
    CHECK(cpi->value() == Approx(1280.0 / 500));
    CHECK(summary.find("index", 2)->find("cycles")->tier == Tier::counted);
}

TEST_CASE("a counter that never ran in a row is null there, not 0") {
    SampleTable samples = example_samples();
    for (Sample& sample : samples.rows) {
        if (sample.loop == "paired" && sample.k == 2 && sample.pass == 0) {
            sample.readings[0] = Reading{0, 1000, 0, ReadingState::never_ran};
        }
    }
    const Summary summary = summarize(example_run(), samples);
    CHECK(reason(summary, "paired", 2, "cycles") == "cycles: never ran: the kernel gave this event no counter");
    CHECK(reason(summary, "paired", 2, "cpi") == "no cycles: cycles: never ran: the kernel gave this event no counter");
}

TEST_CASE("the more direct source is published and the other is listed in also") {
    const Summary summary = example();
    const Figure* misses = summary.find("paired", 2)->find("llc_misses");
    CHECK(misses->value() == 5); // counted in pass 1
    CHECK(misses->source == "perf");
    CHECK(misses->tier == Tier::counted);
    REQUIRE(misses->also.size() == 1);
    CHECK(misses->also[0].source == "sim");
    CHECK(misses->also[0].value() == Approx(4096.0 / 3 / 64));
    CHECK(value(summary, "paired", 2, "LLC-load-misses") == 5); // and under the user's name
}

TEST_CASE("counters of two groups are not divided") {
    const Summary summary = example();
    CHECK(reason(summary, "paired", 2, "llc_mpki") ==
          "llc_misses and instructions did not fit into one group of counters");
}

TEST_CASE("counters of two groups of one pass are not divided either") {
    RunRecord run = example_run();
    run.events[0].group = 2; // cycles; instructions stay in group 0
    CHECK(reason(summarize(run, example_samples()), "paired", 2, "cpi") ==
          "cycles and instructions did not fit into one group of counters");
}

TEST_CASE("the reason of an event that cannot be counted becomes the figure's") {
    const Summary summary = example();
    CHECK(reason(summary, "paired", 2, "context_switches") == "kernel events are refused");
    CHECK(reason(summary, "paired", 2, "context-switches") == "kernel events are refused");
    CHECK(reason(summary, "paired", 2, "task_clock_ns") == "not asked for");
    CHECK(value(summary, "paired", 2, "page_faults") == 0); // a counted 0 is a figure
}

TEST_CASE("a cause given by both run and event is reported once") {
    RunRecord run = example_run();
    run.unavailable.push_back({"context_switches", "context-switches: kernel events are refused", ""});
    CHECK(reason(summarize(run, example_samples()), "paired", 2, "context_switches") == "kernel events are refused");
    run.unavailable.back().reason = "another cause";
    CHECK(reason(summarize(run, example_samples()), "paired", 2, "context_switches") ==
          "another cause; kernel events are refused");
}

TEST_CASE("counters of two domains are not divided") {
    RunRecord run = example_run();
    run.events[0].domain = "k";
    const Summary summary = summarize(run, example_samples());
    CHECK(reason(summary, "paired", 2, "cpi") == "cycles counts domain k, instructions domain u");
    // The simulation sees user code alone.
    run = example_run();
    run.events.erase(run.events.begin() + 3);
    run.events[1].domain = "uk";
    SampleTable samples = example_samples();
    samples.events.pop_back();
    CHECK(reason(summarize(run, samples), "paired", 2, "llc_mpki") ==
          "llc_misses counts domain u, instructions domain uk");
}

TEST_CASE("the causes of every source are named, also where the last one is the simulation's own") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    run.unavailable = {{"dram_bytes", "uncore: no boxes; no simulation: --collector does not list sim", ""}};
    drop_simulation(run, samples, "--collector does not list sim");
    const Summary summary = summarize(run, samples);
    CHECK(reason(summary, "paired", 2, "dram_bytes") ==
          "uncore: no boxes; no simulation: --collector does not list sim");
    CHECK(reason(summary, "paired", 2, "dram_read_bytes") == "--collector does not list sim");
}
