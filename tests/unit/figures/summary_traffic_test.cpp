#include <catch2/catch.hpp>
#include <cmath>

#include "catalogue/metrics.hpp"
#include "support/example_summary.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("simulated figures come from segment 0 only, once per step") {
    const Summary summary = example();
    // paired k=2: reads 1024 2048 1024, writes 0 64 128.
    CHECK(value(summary, "paired", 2, "dram_read_bytes") == Approx(4096.0 / 3));
    CHECK(value(summary, "paired", 2, "dram_write_bytes") == 64);
    const Figure* dram = summary.find("paired", 2)->find("dram_bytes");
    CHECK(dram->value() == Approx(4288.0 / 3));
    CHECK(dram->estimate.n == 3);
    CHECK(dram->estimate.blocks == 1);
    CHECK(dram->tier == Tier::simulated);
    CHECK(dram->source == "sim");
    const Figure* amplification = summary.find("paired", 2)->find("amplification");
    CHECK(amplification->value() == Approx(4288.0 / 3072));
    CHECK(amplification->tier == Tier::simulated);
    CHECK(amplification->estimate.n == 3);
}

TEST_CASE("GB/s are the row's own mean bytes over its own median time") {
    RunRecord run = example_run();
    run.workload.cache->is_host = true;
    const Summary summary = summarize(run, example_samples());
    const SummaryRow& row = *summary.find("paired", 2);
    // paired k=2: 4288 bytes in the 3 simulated steps, and a median of 105 ns over all 6.
    const Figure* rate = row.find("dram_gbps");
    CHECK(rate->value() == Approx(4288.0 / 3 / 105));
    CHECK(rate->value() == row.find("dram_bytes")->value() / row.find("time_ns")->value());
    CHECK(rate->estimate.stat == Stat::rate);
    CHECK(rate->estimate.n == 3);
    CHECK(rate->tier == Tier::simulated);
    CHECK(rate->source == "sim");
    CHECK_FALSE(rate->estimate.ci_low.has_value()); // one simulated repeat
    const Figure* requested = row.find("requested_gbps");
    CHECK(requested->value() == row.find("requested_bytes")->value() / row.find("time_ns")->value());
    CHECK(*requested->estimate.ci_low < requested->value());
    CHECK(*requested->estimate.ci_high > requested->value());
}

TEST_CASE("bytes modelled for another cache than this machine's give no GB/s") {
    CHECK(reason(example(), "paired", 2, "dram_gbps") == "DRAM bytes are simulated for another cache (--llc)");
}

TEST_CASE("by_buffer adds up to the simulated totals") {
    const Summary summary = example();
    const SummaryRow* row = summary.find("paired", 2);
    REQUIRE(row->by_buffer.has_value());
    const auto& buffers = *row->by_buffer;
    CHECK(buffers[static_cast<std::size_t>(Buffer::pool)] == BufferTraffic{1024, 0});
    CHECK(buffers[static_cast<std::size_t>(Buffer::slab)].read == Approx(1024.0 / 3));
    CHECK(buffers[static_cast<std::size_t>(Buffer::slab)].write == 64);
    CHECK(buffers[static_cast<std::size_t>(Buffer::mask)] == BufferTraffic{0, 0});
    double read = 0, write = 0;
    for (const BufferTraffic& traffic : buffers) {
        read += traffic.read;
        write += traffic.write;
    }
    CHECK(read == Approx(row->find("dram_read_bytes")->value()));
    CHECK(write == Approx(row->find("dram_write_bytes")->value()));
}

TEST_CASE("a row has the traffic that the closed form expected, or the reason why there is none") {
    RunRecord run = example_run();
    run.experiments[0].closed_form.emplace();
    run.experiments[0].closed_form->read_bytes = 4096;
    run.experiments[1].closed_form_reason = "library code";
    const Summary summary = summarize(run, example_samples());
    const SummaryRow* expected = summary.find(run.experiments[0].loop, run.experiments[0].k);
    CHECK(expected->expected->read_bytes == 4096);
    CHECK(expected->unavailable.count("expected") == 0);
    const SummaryRow* unknown = summary.find(run.experiments[1].loop, run.experiments[1].k);
    CHECK_FALSE(unknown->expected);
    CHECK(unknown->unavailable.at("expected") == "library code");
}

TEST_CASE("without simulation the traffic is null with the experiment's reason") {
    const Summary summary = example();
    CHECK(reason(summary, "hybrid", 2, "dram_bytes") == "left out of this example");
    CHECK(reason(summary, "hybrid", 2, "dram_gbps") == "no dram_bytes: left out of this example");
    CHECK_FALSE(summary.find("hybrid", 2)->by_buffer.has_value());
    CHECK(summary.find("hybrid", 2)->unavailable.at("by_buffer") == "left out of this example");
    CHECK(summary.find("hybrid", 2)->unavailable.at("stationary") == "no traffic figure");
}

TEST_CASE("counted DRAM bytes are reads plus writes, with the less direct tier") {
    RunRecord run = example_run();
    run.events[0].role = "dram_read_bytes";  // 200 220 240 180 200 260
    run.events[1].role = "dram_write_bytes"; // 100 each
    SampleTable samples = example_samples();
    for (Sample& sample : samples.rows) {
        if (sample.pass == 0) sample.readings[1] = Reading{50, 1000, 500, ReadingState::scaled}; // 100, extrapolated
    }
    const Summary summary = summarize(run, samples);
    const Figure* dram = summary.find("paired", 2)->find("dram_bytes");
    CHECK(dram->value() == Approx((1300.0 + 600) / 6));
    CHECK(dram->tier == Tier::scaled);
    CHECK(dram->source == "perf");
    REQUIRE(dram->also.size() == 1);
    CHECK(dram->also[0].source == "sim");
    CHECK(summary.find("paired", 2)->find("amplification")->tier == Tier::scaled);
}

TEST_CASE("simulated misses over counted instructions have the simulation's tier") {
    RunRecord run = example_run();
    run.events.erase(run.events.begin() + 3);
    SampleTable samples = example_samples();
    samples.events.pop_back();
    const Summary summary = summarize(run, samples);
    // paired k=2, repeat 0: 64 lines, 300 instructions.
    const Figure* mpki = summary.find("paired", 2)->find("llc_mpki");
    REQUIRE(mpki != nullptr);
    CHECK(mpki->value() == Approx(1000.0 * 64 / 300));
    CHECK(mpki->tier == Tier::simulated);
    CHECK(mpki->source == "sim");
}

TEST_CASE("counted traffic of another pass is divided by the time of pass 0") {
    RunRecord run = example_run();
    run.events[3].role = "dram_bytes"; // 5 bytes a step, counted in pass 1, whose steps take 7 ns more
    const Summary summary = summarize(run, example_samples());
    CHECK(value(summary, "paired", 2, "dram_gbps") == Approx(5.0 / 105));
}

TEST_CASE("gap traffic is counted where the step's is, and the simulation is its second source") {
    RunRecord run = example_run();
    run.workload.between = "use";
    EventRecord event;
    event.name = "ddr-read";
    event.role = "dram_read_bytes";
    event.source = "resctrl";
    event.sharing = "group";
    event.pass = 0;
    run.events.push_back(event);
    SampleTable samples = example_samples();
    samples.events.insert(samples.events.end(), {"ddr-read", "gap:ddr-read"});
    samples.simulated.insert(samples.simulated.end(), {"gap_dram_read_bytes", "gap_dram_write_bytes"});
    for (Sample& sample : samples.rows) {
        const bool has = sample.simulated[0].has_value();
        for (const std::uint64_t bytes : {640u, 128u})
            sample.simulated.push_back(has ? std::optional<std::uint64_t>(bytes) : std::nullopt);
        sample.readings.resize(4);
        if (sample.pass != 0) continue;
        sample.readings.push_back(Reading{192, 10, 10, ReadingState::counted});
        sample.readings.push_back(Reading{3200, 30, 30, ReadingState::counted});
    }
    const Summary summary = summarize(run, samples);
    CHECK(value(summary, "paired", 2, "dram_read_bytes") == 192);
    const Figure* gap = summary.find("paired", 2)->find("gap_dram_read_bytes");
    REQUIRE(gap != nullptr);
    CHECK(gap->value() == 3200);
    CHECK(gap->tier == Tier::counted);
    CHECK(gap->source == "resctrl");
    REQUIRE(gap->also.size() == 1);
    CHECK(gap->also[0].value() == 640);
    CHECK(gap->also[0].source == "sim");
    const Figure* written = summary.find("paired", 2)->find("gap_dram_write_bytes");
    REQUIRE(written != nullptr);
    CHECK(written->value() == 128);
    CHECK(written->tier == Tier::simulated);
}

TEST_CASE("gap traffic has keys only with --between") {
    const Summary without = example();
    CHECK(std::find(without.metrics.begin(), without.metrics.end(), "gap_dram_read_bytes") == without.metrics.end());
    RunRecord run = example_run();
    run.workload.between = "evict";
    SampleTable samples = example_samples();
    samples.simulated.push_back("gap_dram_read_bytes");
    samples.simulated.push_back("gap_dram_write_bytes");
    for (Sample& sample : samples.rows) {
        const bool has = sample.simulated[0].has_value();
        sample.simulated.push_back(has ? std::optional<std::uint64_t>(640) : std::nullopt);
        sample.simulated.push_back(has ? std::optional<std::uint64_t>(128) : std::nullopt);
    }
    const Summary with = summarize(run, samples);
    CHECK(value(with, "paired", 2, "gap_dram_read_bytes") == 640);
    CHECK(value(with, "paired", 2, "gap_dram_write_bytes") == 128);
    CHECK(reason(with, "hybrid", 2, "gap_dram_read_bytes") == "left out of this example");
}
