#include <catch2/catch.hpp>
#include <cmath>

#include "catalogue/metrics.hpp"
#include "support/example_summary.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("loops are compared over their common steps, repeat by repeat") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    // The counter of paired k=2 never ran in repeat 0, that of index not in step 0 of repeat 1.
    for (Sample& sample : samples.rows) {
        const bool lost = (sample.loop == "paired" && sample.repeat == 0) ||
                          (sample.loop == "index" && sample.repeat == 1 && sample.step == 0);
        if (sample.pass != 1 || sample.k != 2) continue;
        sample.readings[3] = Reading{sample.repeat * 100 + sample.step + (sample.loop == "index" ? 1000u : 1u), 9, 9,
                                     ReadingState::counted};
        if (lost) sample.readings[3] = Reading{0, 9, 0, ReadingState::never_ran};
    }
    const Summary summary = summarize(run, samples);
    const Comparison* misses = summary.compare(2, "paired", "index", "llc_misses");
    REQUIRE(misses != nullptr);
    // Repeat 1, steps 1 and 2: paired 102 and 103, index 1101 and 1102.
    CHECK(misses->ratio.ratio == Approx((1101.0 + 1102) / (102 + 103)));
}

TEST_CASE("flags are collected once each, in a fixed order, and few repeats are flagged") {
    SampleTable samples = example_samples();
    samples.rows[0].flags = {"outlier", "migrated"};
    samples.rows[1].flags = {"outlier"};
    RunRecord run = example_run();
    run.experiments[0].stationary = false;
    const Summary summary = summarize(run, samples);
    CHECK(summary.find("paired", 2)->flags ==
          std::vector<std::string>{"migrated", "not_stationary", "few_blocks", "outlier"});
    CHECK(summary.find("paired", 2)->flagged_steps.at("outlier") == 2);
    CHECK(summary.find("index", 2)->flags == std::vector<std::string>{"few_blocks"});
}

TEST_CASE("six repeats are not few") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    const std::vector<Sample> two = samples.rows;
    for (std::uint32_t pair = 1; pair < 3; ++pair) {
        for (Sample sample : two) {
            sample.repeat += 2 * pair;
            sample.simulated.assign(13, std::nullopt);
            samples.rows.push_back(sample);
        }
    }
    const Summary summary = summarize(run, samples);
    CHECK(summary.find("hybrid", 2)->flags.empty()); // not simulated
    CHECK(summary.find("paired", 2)->find("time_ns")->estimate.blocks == 6);
    // One simulated repeat is few, whatever the time rests on.
    CHECK(summary.find("paired", 2)->find("dram_bytes")->estimate.n == 3);
    CHECK(summary.find("paired", 2)->flags == std::vector<std::string>{"few_blocks"});
}

TEST_CASE("a time that rises from repeat to repeat is flagged as drift from 6 repeats on") {
    const auto flags_of = [](std::uint32_t repeats, std::uint64_t rise_ns) {
        SampleTable samples = example_samples();
        const std::vector<Sample> all = samples.rows;
        samples.rows.clear();
        for (std::uint32_t repeat = 0; repeat < repeats; ++repeat)
            for (Sample sample : all) {
                if (sample.repeat != 0) continue;
                sample.repeat = repeat;
                sample.time_ns += rise_ns * repeat;
                samples.rows.push_back(sample);
            }
        return summarize(example_run(), samples).find("paired", 2)->flags;
    };
    CHECK(flags_of(6, 1) == std::vector<std::string>{"drift"});
    CHECK(flags_of(6, 0).empty());
    CHECK(flags_of(5, 10) == std::vector<std::string>{"few_blocks"}); // 2 of 120 orders are as regular
}

TEST_CASE("p values are adjusted over all comparisons of the run that have one") {
    const Summary summary = example();
    std::vector<double> p_values, adjusted;
    for (const Comparison& each : summary.comparisons) {
        CHECK(each.ratio.p_value.has_value() == each.p_adjusted.has_value());
        if (!each.ratio.p_value) continue;
        p_values.push_back(*each.ratio.p_value);
        adjusted.push_back(*each.p_adjusted);
    }
    REQUIRE(p_values.size() > 1);
    CHECK(adjusted == holm_adjusted(p_values));
    CHECK_FALSE(summary.compare(2, "paired", "index", "requested_bytes")->p_adjusted.has_value()); // computed
}

TEST_CASE("every other loop is compared with index, and paired with each remaining loop") {
    const Summary summary = example();
    std::vector<std::string> pairs;
    for (const Comparison& c : summary.comparisons) {
        if (c.k == 2 && c.metric == "time_ns") pairs.push_back(c.loop + ">" + c.vs);
    }
    CHECK(pairs == std::vector<std::string>{"paired>index", "hybrid>index", "paired>hybrid"});
    const Comparison* time = summary.compare(2, "paired", "index", "time_ns");
    CHECK(time->ratio.ratio == Approx(805.0 / 105));
    CHECK(time->verdict == Verdict::better);
    CHECK(*time->ratio.ci_low > 1);
    CHECK(time->claim.starts_with("paired is 7.7x faster than index at k=2 (95% CI "));
    const Comparison* requested = summary.compare(2, "paired", "index", "requested_bytes");
    CHECK(requested->ratio.ratio == 8);
    CHECK_FALSE(requested->ratio.ci_low.has_value());
    CHECK(requested->verdict == Verdict::better);
    CHECK(summary.compare(2, "paired", "hybrid", "requested_bytes")->verdict == Verdict::same);
    // One simulated segment has no interval.
    CHECK(summary.compare(2, "paired", "index", "dram_bytes")->ratio.ratio < 1);
    CHECK(summary.compare(2, "paired", "index", "dram_bytes")->verdict == Verdict::unresolved);
}

TEST_CASE("figures that are null or 0 are not compared") {
    const Summary summary = example();
    CHECK(summary.compare(2, "hybrid", "index", "dram_bytes") == nullptr);      // hybrid: null
    CHECK(summary.compare(0, "paired", "index", "requested_bytes") == nullptr); // paired: 0
    CHECK(summary.compare(0, "paired", "index", "time_ns") != nullptr);
}

TEST_CASE("figures from two sources are not compared") {
    SampleTable samples = example_samples();
    for (Sample& sample : samples.rows) {
        if (sample.loop == "index" && sample.pass == 1) sample.readings[3] = Reading{0, 9, 0, ReadingState::never_ran};
    }
    const Summary summary = summarize(example_run(), samples);
    CHECK(summary.find("index", 2)->find("llc_misses")->source == "sim");
    CHECK(summary.compare(2, "paired", "index", "llc_misses") == nullptr);
}

TEST_CASE("without index the first loop is the base") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    std::erase_if(run.experiments, [](const auto& e) { return e.loop == "index"; });
    std::erase_if(samples.rows, [](const auto& s) { return s.loop == "index"; });
    const Summary summary = summarize(run, samples);
    CHECK(summary.compare(2, "hybrid", "paired", "time_ns") != nullptr);
    CHECK(summary.compare(2, "paired", "hybrid", "time_ns") == nullptr);
}
