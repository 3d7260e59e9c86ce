#include <catch2/catch.hpp>
#include <cmath>

#include "catalogue/metrics.hpp"
#include "render/reports/summary_csv.hpp"
#include "render/reports/summary_json.hpp"
#include "support/example_summary.hpp"

using namespace bytebound;
using namespace bytebound::test;

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
