#include <catch2/catch.hpp>

#include <cmath>

#include "figures/background.hpp"
#include "figures/summary.hpp"

using namespace bytebound;

namespace {

/// One loop, one k, two repeats of two readings; ddr-read on two boxes. S = 1024, A = R = 1: bound 1024 a step.
struct Shared {
    RunRecord run;
    SampleTable samples, background;

    Shared() {
        run.workload.layout = make_layout(Dtype::f32, 128, 128, 0);
        run.workload.loops = {"paired"};
        run.workload.repeats = 2;
        run.workload.steps_per_k = 2;
        ExperimentRecord experiment;
        experiment.loop = "paired";
        experiment.k = experiment.k_requested = 2;
        run.experiments = {experiment};
        EventRecord event;
        event.name = "ddr-read";
        event.role = "dram_read_bytes";
        event.source = "uncore";
        event.sharing = "socket";
        event.unit = "bytes";
        event.pass = event.group = 0;
        event.parts.resize(2);
        run.events = {event};
        samples.events = background.events = {"ddr-read"};
        for (std::uint32_t repeat = 0; repeat < 2; ++repeat) {
            // 1 us readings: both boxes' times are in the sum.
            add(samples, repeat, 0, 5000, 2000);
            add(samples, repeat, 1, 7000, 2000);
            // Idle windows of 1 ms: 2000 B/us before, as much after.
            for (std::uint32_t window = 0; window < 4; ++window)
                add(background, repeat, window, 2000000, 2000000);
        }
    }

    static void add(SampleTable& table, std::uint32_t repeat, std::uint32_t step, std::uint64_t bytes,
                    std::uint64_t times) {
        Sample sample;
        sample.loop = "paired";
        sample.k = 2;
        sample.repeat = repeat;
        sample.step = step;
        sample.added = sample.removed = sample.rows_written = sample.min_rows = sample.bound_rows = 1;
        sample.time_ns = times / 2;
        sample.readings = {Reading{bytes, times, times, ReadingState::counted}};
        table.rows.push_back(sample);
    }

    const SummaryRow row() const { return summarize(run, samples, &background).rows.at(0); }
};

} // namespace

TEST_CASE("the idle machine's bytes are subtracted in proportion to each reading's duration") {
    const Shared shared;
    const SummaryRow row = shared.row();
    const Figure* read = row.find("dram_read_bytes");
    REQUIRE(read != nullptr);
    // Rate 2 B/ns, readings of 1000 ns: (5000 - 2000 + 7000 - 2000) / 2
    CHECK(read->value() == 4000);
    CHECK(read->tier == Tier::shared);
    CHECK(read->source == "uncore");
    CHECK(read->estimate.n == 4);
    REQUIRE(read->shared);
    CHECK(read->shared->subtracted == 2000);
    CHECK(read->shared->smallest == 0); // an even background hides nothing
    CHECK(row.find("ddr-read")->value() == 4000);
    CHECK(row.find("dram_bytes") == nullptr); // no writes were counted, so there is no sum
}

TEST_CASE("an event of the user's at boxes is scaled to its unit before the idle machine's counts are subtracted") {
    Shared shared;
    EventRecord& event = shared.run.events[0];
    event.name = shared.samples.events[0] = shared.background.events[0] = "uncore_imc/data_reads/";
    event.role.clear();
    event.unit = "MiB";
    event.scale = 0.25;
    const SummaryRow row = shared.row();
    // Rate 2 counts/ns: (5000 - 2000 + 7000 - 2000) / 2 = 4000 counts, times 0.25
    CHECK(row.find("uncore_imc/data_reads/")->value() == 1000);
    CHECK(row.find("uncore_imc/data_reads/")->tier == Tier::shared);
    CHECK(row.find("dram_read_bytes") == nullptr);

    for (std::size_t i = 0; i < shared.background.rows.size(); ++i)
        shared.background.rows[i].readings[0]->count = i % 2 == 0 ? 1900000 : 2100000;
    for (Sample& sample : shared.samples.rows)
        sample.readings[0]->count = 2100;
    // A quarter of the 7358.5 that the same windows hide in bytes; see below.
    CHECK(shared.row().unavailable.at("uncore_imc/data_reads/") ==
          "25 per step is less than the 1840 that background traffic masks in 4 steps");
}

TEST_CASE("a batch's reading is divided by its steps after subtracting the background") {
    Shared shared;
    for (Sample& sample : shared.samples.rows) {
        sample.batch = 4;
        sample.bound_rows = sample.added = sample.removed = 4;
    }
    const SummaryRow row = shared.row();
    CHECK(row.find("dram_read_bytes")->value() == 1000);
    CHECK(row.find("bound_bytes")->value() == 1024);
}

TEST_CASE("an uneven background widens the interval and gives the smallest detectable volume") {
    Shared shared;
    // Per repeat and side one window of 1.9 MB and one of 2.1 MB: rate stays 2 B/ns.
    for (std::size_t i = 0; i < shared.background.rows.size(); ++i)
        shared.background.rows[i].readings[0]->count = i % 2 == 0 ? 1900000 : 2100000;
    for (Sample& sample : shared.samples.rows)
        sample.readings[0]->count += 40000;
    const Figure read = *shared.row().find("dram_read_bytes");
    CHECK(read.value() == 44000);
    // v = 4 * 10^10 / 10^6 / (4 - 2) = 20 000 B^2/ns. Each repeat measures 2000 ns after 4 * 10^6 idle ns:
    // rate: 20 000 / 4e6 * 2000^2 = 20 000; scatter: 20 000 * 2000 = 4e7. Two repeats, 4 steps.
    CHECK(read.shared->rate_deviation == Approx(std::sqrt(2 * 20000.0) / 4));
    CHECK(read.shared->smallest == Approx(3.29 * std::sqrt(2 * (4e7 + 20000)) / 4));
    // Both repeats have the same mean, so that the background's rate is all that is uncertain.
    CHECK(*read.estimate.ci_low == Approx(44000 - 1.96 * 50));
    CHECK(*read.estimate.ci_high == Approx(44000 + 1.96 * 50));
}

TEST_CASE("a figure below the background's detection limit is withheld, with the number of steps that would suffice") {
    Shared shared;
    for (std::size_t i = 0; i < shared.background.rows.size(); ++i)
        shared.background.rows[i].readings[0]->count = i % 2 == 0 ? 1900000 : 2100000;
    for (Sample& sample : shared.samples.rows)
        sample.readings[0]->count = 2100; // 100 bytes more than the background
    const SummaryRow row = shared.row();
    CHECK(row.find("dram_read_bytes") == nullptr);
    // smallest 3.29 * sqrt(2 * 40 020 000) / 4 = 7358.5 B; 4 * (7358.5 / 1024)^2 = 206.6
    CHECK(row.unavailable.at("dram_read_bytes") ==
          "100 B per step is less than the 7.2 KiB that background traffic masks in 4 steps; about 207 steps, in more "
          "--repeats, would be needed to detect the bound; not simulated");
}

TEST_CASE("drift between before and after a phase adds to the rate's uncertainty") {
    Shared shared;
    for (Sample& window : shared.background.rows)
        window.readings[0]->count = window.step < 2 ? 1000000 : 3000000;
    const Figure read = *shared.row().find("dram_read_bytes");
    CHECK(read.value() == 4000); // the mean rate is still 2 B/ns
    // drift 1 B/ns: 1^2 * 2000^2 per repeat; no scatter within the sides.
    CHECK(read.shared->rate_deviation == Approx(std::sqrt(2 * 4e6) / 4));
    CHECK(read.shared->smallest == Approx(3.29 * std::sqrt(2 * 4e6) / 4));
}

TEST_CASE("shared bytes without a background are not a figure") {
    Shared shared;
    shared.background.rows.clear();
    CHECK(shared.row().unavailable.at("dram_read_bytes") ==
          "ddr-read: the idle machine was not sampled around its phases; not simulated");
    CHECK(summarize(shared.run, shared.samples).rows.at(0).unavailable.at("dram_read_bytes") ==
          "ddr-read: background.csv is missing: nothing to subtract; not simulated");
}

TEST_CASE(
    "passes over the same trace are added up to one figure, and the simulation is listed in `also` with a verdict") {
    Shared shared;
    EventRecord second = shared.run.events[0];
    second.name = "ddr-read-2";
    second.pass = 1;
    shared.run.events.push_back(second);
    shared.run.passes = 2;
    shared.samples.events = shared.background.events = {"ddr-read", "ddr-read-2"};
    shared.samples.simulated = {"dram_read_bytes"};
    for (SampleTable* table : {&shared.samples, &shared.background}) {
        const std::vector<Sample> first = table->rows;
        for (Sample& sample : table->rows) {
            sample.readings.push_back(std::nullopt);
            if (table == &shared.samples && sample.repeat == 0) sample.simulated = {2000};
        }
        for (Sample sample : first) {
            sample.pass = 1;
            sample.readings.insert(sample.readings.begin(), std::nullopt);
            table->rows.push_back(sample);
        }
    }
    const Figure read = *shared.row().find("dram_read_bytes");
    CHECK(read.value() == 8000);
    REQUIRE(read.also.size() == 1);
    CHECK(read.also[0].source == "sim");
    REQUIRE(read.also[0].consistency);
    CHECK(read.also[0].consistency->ratio == 4);
    CHECK(read.also[0].consistency->verdict == Agreement::differs);
}
