#include <catch2/catch.hpp>

#include <signal.h>

#include <fstream>
#include <sstream>

#include "archive/samples_csv.hpp"
#include "support/tiny_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("--repeats auto ends at 6 repeats where the times are equal, and states what ended them") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.repeats.reset();
    Run run = prepared(options, tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    const RunRecord& record = run.record();
    CHECK(record.workload.repeats == 6);
    REQUIRE(record.workload.auto_repeats);
    CHECK(record.workload.auto_repeats->precision == 0.05);
    CHECK(record.workload.auto_repeats->max_seconds == 20);
    for (const ExperimentRecord& row : record.experiments) {
        CHECK(row.repeats == 6u);
        CHECK(row.repeats_end == RepeatsEnd::precision);
        CHECK(row.ratio_half_width == 0.0);
    }
    const auto samples = read_samples(run.path() / "samples.csv", FileEnd::whole);
    REQUIRE(samples);
    CHECK(samples->rows.size() == 2 * 6 * 2 * 2); // loops, repeats, passes, steps
    CHECK(warnings_with(record, "precision_missed").empty());
}

TEST_CASE("--repeats auto adds repeats while a ratio is imprecise, and --max-time ends them after 6 or more") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.repeats.reset();
    options.steps_per_k = 1;
    options.counting.events = {"cycles"};
    RunSeams seams = tiny_seams();
    script().pop_back();
    // The steps of the two loops take between 1 and 9 s.
    seams.make_loop = lasting([calls = std::make_shared<std::uint64_t>(0)] {
        ++*calls;
        return 1'000'000'000 * (1 + *calls * *calls % 9);
    });
    options.max_seconds = 0.5;
    {
        Run run = prepared(options, seams);
        REQUIRE(run.measure({}, never_stopped));
        CHECK(run.record().experiments[0].repeats == 6u);
        CHECK(run.record().experiments[0].repeats_end == RepeatsEnd::max_time);
        CHECK(*run.record().experiments[0].ratio_half_width > 0.05);
        const auto missed = warnings_with(run.record(), "precision_missed");
        REQUIRE(missed.size() == 1);
        CHECK(missed[0].find("k 4: --max-time (0.5 s) ended the repeats before") == 0);
    }
    options.max_seconds = 300;
    options.force = true;
    Run run = prepared(options, seams);
    REQUIRE(run.measure({}, never_stopped));
    CHECK(*run.record().experiments[0].repeats > 6u);
    CHECK(run.record().workload.auto_repeats->seconds > 100);
    CHECK(run.record().experiments[0].repeats == run.record().workload.repeats);
}

TEST_CASE("a warning says what was measured where exchanges change --add or --remove by more than 5 %") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.loops = {LoopKind::paired};
    options.ks.clear();
    options.add = 0;
    options.remove = 2;
    options.warmup = 0;
    options.repeats = 1;
    {
        Run run = prepared(options, tiny_seams()); // 8 rows: 8 6 4
        REQUIRE(run.measure({}, never_stopped));
        CHECK(warnings_with(run.record(), "changes_exchanged").empty());
    }
    options.steps_per_k = 5; // 8 6 4 2 0, then 2
    options.force = true;
    Run run = prepared(options, tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    const auto warned = warnings_with(run.record(), "changes_exchanged");
    REQUIRE(warned.size() == 1);
    CHECK(warned[0].find("the measured steps have A = 0.40 and R = 1.60 on average") != std::string::npos);
}
