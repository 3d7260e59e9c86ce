#include <catch2/catch.hpp>
#include <cmath>

#include "catalogue/metrics.hpp"
#include "figures/summary.hpp"
#include "render/reports/summary_csv.hpp"
#include "render/reports/summary_json.hpp"
#include "support/example_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

Summary example() { return summarize(example_run(), example_samples()); }

double value(const Summary& summary, const char* loop, std::uint32_t k, const char* metric) {
    const Figure* figure = summary.find(loop, k)->find(metric);
    REQUIRE(figure != nullptr);
    return figure->value();
}

const std::string& reason(const Summary& summary, const char* loop, std::uint32_t k, const char* metric) {
    const SummaryRow* row = summary.find(loop, k);
    REQUIRE(row->find(metric) == nullptr);
    REQUIRE(row->unavailable.count(metric) == 1);
    return row->unavailable.find(metric)->second;
}

} // namespace

TEST_CASE("rows are ordered by k in the order of the run, then by loop") {
    const Summary summary = example();
    std::vector<std::string> order;
    for (const SummaryRow& row : summary.rows)
        order.push_back(row.loop + std::to_string(row.k));
    CHECK(order == std::vector<std::string>{"paired2", "index2", "hybrid2", "paired3", "index3", "hybrid3", "paired0",
                                            "index0", "hybrid0"});
}

TEST_CASE("time is the median of pass 0 over all steps, timed by the clock") {
    const Summary summary = example();
    // paired k=2: 90 100 100 110 120 130 -> 105; pass 1 (7 ns slower each) is not published.
    const Figure* time = summary.find("paired", 2)->find("time_ns");
    CHECK(time->value() == 105);
    CHECK(time->estimate.stat == Stat::median);
    CHECK(time->estimate.n == 6);
    CHECK(time->estimate.blocks == 2);
    CHECK(time->tier == Tier::timed);
    CHECK(time->source == "clock");
    CHECK(*time->estimate.ci_low <= 105);
    CHECK(*time->estimate.ci_high >= 105);
    CHECK(value(summary, "index", 2, "time_ns") == 805); // 790 800 800 810 820 900
}

TEST_CASE("computed figures are means of the trace, exact and without interval") {
    const Summary summary = example();
    CHECK(value(summary, "paired", 2, "bound_bytes") == 1024);
    CHECK(value(summary, "paired", 2, "requested_bytes") == 2048);
    CHECK(value(summary, "index", 2, "requested_bytes") == 2 * 8 * 1024);
    CHECK(value(summary, "index", 2, "rows_written") == 8);
    CHECK(value(summary, "index", 2, "metadata_bytes") == 48);
    CHECK(value(summary, "paired", 2, "requested_ratio") == 2);
    CHECK(value(summary, "index", 2, "requested_ratio") == 16);
    const Figure* bound = summary.find("paired", 2)->find("bound_bytes");
    CHECK(bound->tier == Tier::computed);
    CHECK(bound->source == "trace");
    CHECK_FALSE(bound->estimate.ci_low.has_value());
    CHECK_FALSE(summary.find("paired", 2)->find("requested_ratio")->estimate.ci_low.has_value());
}

TEST_CASE("an odd k has a mean A and R, and max(A,R) in every step") {
    const Summary summary = example();
    const SummaryRow* row = summary.find("paired", 3);
    CHECK(row->added == Approx(5.0 / 3)); // 2 1 2
    CHECK(row->removed == Approx(4.0 / 3));
    CHECK(row->bound_bytes == 2048);
    // index 9 8 9 rows: ratio of sums 2*26*1024 / (3*2048)
    CHECK(value(summary, "index", 3, "requested_ratio") == Approx(26.0 / 3));
}

TEST_CASE("for R > A the exact minimum may be below the bound") {
    const Summary summary = example();
    // hybrid k=3: min_rows 2, 1, 2 of S = 1024.
    CHECK(value(summary, "hybrid", 3, "min_bytes") == Approx(5.0 / 3 * 1024));
    CHECK(value(summary, "hybrid", 3, "bound_bytes") == 2048);
}

TEST_CASE("for k = 0 ratios to the bound are null, with a reason") {
    const Summary summary = example();
    CHECK(value(summary, "paired", 0, "bound_bytes") == 0);
    CHECK(reason(summary, "paired", 0, "requested_ratio") == "bound is 0");
    CHECK(reason(summary, "paired", 0, "amplification") == "bound is 0");
    CHECK(value(summary, "paired", 0, "dram_bytes") == 0);
}

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

TEST_CASE("every metric of the contract is a figure or has a reason") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    drop_counters(run, samples);
    for (const Summary& summary : {example(), summarize(run, samples)}) {
        for (const SummaryRow& row : summary.rows) {
            for (const std::string& metric : summary.metrics) {
                INFO(row.loop << " k=" << row.k << " " << metric);
                const bool has = row.find(metric) != nullptr;
                const auto why = row.unavailable.find(metric);
                CHECK(has == (why == row.unavailable.end()));
                if (!has) CHECK_FALSE(why->second.empty());
                if (has) CHECK(std::isfinite(row.find(metric)->value()));
            }
        }
    }
}

TEST_CASE("hybrid reports how often it rebuilt") {
    const Summary summary = example();
    CHECK(summary.find("hybrid", 2)->index_steps == 0u);
    CHECK(summary.find("hybrid", 3)->index_steps == 4u); // 9 8 2 rows in both repeats
    CHECK_FALSE(summary.find("paired", 2)->index_steps.has_value());
}

TEST_CASE("a complete exchange stores m rows in either case, and tau identifies a rebuild") {
    RunRecord run = example_run();
    run.experiments = {run.experiments[2]}; // hybrid, k = 2
    run.experiments[0].k = 16;
    SampleTable samples = example_samples();
    std::erase_if(samples.rows, [](const auto& s) { return s.loop != "hybrid" || s.k != 2; });
    for (Sample& sample : samples.rows) {
        sample.k = 16;
        sample.added = sample.removed = sample.rows_written = sample.min_rows = sample.bound_rows = 8; // m = 8
    }
    CHECK(summarize(run, samples).rows[0].index_steps == 6u);
    run.workload.tau = 2;
    CHECK(summarize(run, samples).rows[0].index_steps == 0u);
}

TEST_CASE("hybrid's rule uses the rows active after the step, including warm-up steps") {
    // m = 0 at first; one step of the warm-up added 4. Then +4, -4, +4 rows of k = 4: m_after = 8, 4, 8. Each step
    // stores as many rows as a rebuild would.
    RunRecord run = example_run();
    run.experiments = {run.experiments[2]};
    run.experiments[0].k = 4;
    run.experiments[0].active_rows = 4;
    run.workload.spec.active_rows = 0;
    run.workload.tau = 0.75; // 4 > 0.75 * 4, but not 4 > 0.75 * 8
    SampleTable samples = example_samples();
    std::erase_if(samples.rows, [](const auto& s) { return s.loop != "hybrid" || s.k != 2; });
    for (Sample& sample : samples.rows) {
        sample.k = 4;
        const bool grows = sample.step != 1;
        sample.added = grows ? 4 : 0;
        sample.removed = grows ? 0 : 4;
        sample.rows_written = sample.min_rows = 4;
    }
    CHECK(summarize(run, samples).rows[0].index_steps == 2u); // step 1 of both repeats
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

TEST_CASE("counted traffic of another pass is divided by the time of pass 0") {
    RunRecord run = example_run();
    run.events[3].role = "dram_bytes"; // 5 bytes a step, counted in pass 1, whose steps take 7 ns more
    const Summary summary = summarize(run, example_samples());
    CHECK(value(summary, "paired", 2, "dram_gbps") == Approx(5.0 / 105));
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
    CHECK(time->claim.starts_with("paired is 7.67x (95% CI "));
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

TEST_CASE("a killed run keeps its finished phases and lists the others") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    run.status = RunStatus::failed;
    std::erase_if(samples.rows, [](const auto& s) { return s.k == 0 || (s.repeat == 1 && s.loop != "paired"); });
    const Summary summary = summarize(run, samples);
    CHECK(summary.missing == std::vector<std::string>{"paired k=0", "index k=0", "hybrid k=0"});
    CHECK(summary.rows.size() == 6);
    // Compared is only the repeat that both finished: medians 110 and 810.
    CHECK(summary.compare(2, "paired", "index", "time_ns")->ratio.ratio == Approx(810.0 / 110));
}

TEST_CASE("the minimum of library code is unknown, not 0") {
    RunRecord run = example_run();
    run.experiments.resize(1);
    run.experiments[0].replayed = false;
    const Summary summary = summarize(run, example_samples());
    CHECK(reason(summary, "paired", 2, "min_bytes") == "library code: its steps cannot be replayed");
    CHECK(reason(summary, "paired", 2, "metadata_bytes") == "library code: its steps cannot be replayed");
    CHECK(value(summary, "paired", 2, "rows_written") == 1);
}

TEST_CASE("figures of batches are per step") {
    RunRecord run = example_run();
    run.experiments.resize(1);
    SampleTable samples = example_samples();
    samples.rows.resize(1);
    Sample& batch = samples.rows[0];
    batch.batch = 4;
    batch.added = batch.removed = batch.rows_written = batch.min_rows = batch.bound_rows = 4;
    batch.time_ns = 400;
    const Summary summary = summarize(run, samples);
    CHECK(value(summary, "paired", 2, "time_ns") == 100);
    CHECK(value(summary, "paired", 2, "bound_bytes") == 1024);
    CHECK(summary.rows[0].added == 1);
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

TEST_CASE("summary.csv equals its golden file") {
    RunRecord run = example_run();
    run.experiments.resize(3); // k = 2
    const std::string text = summary_csv(run, summarize(run, example_samples()));
    CHECK(golden("summary.csv", text) == text);
}

TEST_CASE("summary.json equals its golden file") {
    RunRecord run = example_run();
    run.experiments.resize(3); // k = 2
    const std::string text = summary_json(run, summarize(run, example_samples()));
    CHECK(golden("summary.json", text) == text);
}

TEST_CASE("a line break in an argument cannot end a comment of summary.csv") {
    RunRecord run = example_run();
    run.command.push_back("a\nloop,k");
    const std::string text = summary_csv(run, summarize(run, example_samples()));
    CHECK(text.find("\nloop,k") == text.rfind("\nloop,k"));
}
