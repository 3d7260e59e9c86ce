#include <catch2/catch.hpp>

#include "figures/summary.hpp"

using namespace bytebound;

namespace {

RunRecord imported_run(std::initializer_list<const char*> rows) {
    RunRecord run;
    run.status = RunStatus::complete;
    run.subject.kind = Subject::imported;
    run.subject.imported = ImportedRecord{"ncu", "", {}, {}, {}};
    for (const char* name : rows) {
        ExperimentRecord row;
        row.loop = name;
        row.k = row.k_requested = no_k;
        run.experiments.push_back(row);
        run.workload.loops.push_back(name);
    }
    return run;
}

ImportedSample number_in(std::uint32_t subject, std::uint32_t metric, std::uint32_t repeat, double value,
                         Tier tier = Tier::counted) {
    ImportedSample row;
    row.subject = subject;
    row.metric = metric;
    row.repeat = repeat;
    row.value = value;
    row.tier = tier;
    return row;
}

Summary summary_of(const RunRecord& run, ImportedSamples samples) {
    SampleTable table;
    table.imported = std::move(samples);
    return summarize(run, table);
}

} // namespace

TEST_CASE("an imported figure has the least direct tier of its numbers, and its blocks are repeats") {
    ImportedSamples samples;
    samples.subjects = {{"k", ""}};
    samples.metrics = {{"instructions", "instructions", ""}, {"CPI", "CPI", ""}};
    samples.rows = {number_in(0, 0, 0, 100), number_in(0, 0, 1, 300, Tier::scaled), number_in(0, 1, 0, 2)};
    const Summary summary = summary_of(imported_run({"k"}), samples);
    REQUIRE(summary.rows.size() == 1);
    const Figure* figure = summary.rows[0].find("instructions");
    REQUIRE(figure != nullptr);
    CHECK(figure->value() == 200);
    CHECK(figure->tier == Tier::scaled);
    CHECK(figure->source == "ncu");
    CHECK(figure->estimate.blocks == 2);
    CHECK(figure->estimate.ci_low);
    CHECK_FALSE(summary.rows[0].find("CPI")->estimate.ci_low);
    CHECK(summary.metrics.back() == "CPI");
    CHECK(summary.rows[0].flags == std::vector<std::string>{"few_blocks"});
}

TEST_CASE("a mean of the source is one value of a block with the source's n and no interval") {
    ImportedSamples samples;
    samples.subjects = {{"k", ""}};
    samples.metrics = {{"time_ns", "Duration", "ns"}};
    samples.rows = {number_in(0, 0, 0, 150, Tier::timed)};
    samples.rows[0].stat = ImportedStat::mean;
    samples.rows[0].n = 12;
    samples.rows[0].deviation = 3;
    const Summary summary = summary_of(imported_run({"k"}), samples);
    const Figure* figure = summary.rows[0].find("time_ns");
    REQUIRE(figure != nullptr);
    CHECK(figure->estimate.stat == Stat::mean);
    CHECK(figure->estimate.n == 12);
    CHECK(figure->estimate.blocks == 1);
    CHECK_FALSE(figure->estimate.ci_low);
}

TEST_CASE("read and written bytes add up to DRAM bytes, and what a source lacks has a reason") {
    ImportedSamples samples;
    samples.subjects = {{"k", ""}, {"other", "S0"}};
    samples.metrics = {{"dram_read_bytes", "r", "bytes"}, {"dram_write_bytes", "w", "bytes"}, {"own", "own", ""}};
    samples.reasons = {"", "ncu printed n/a"};
    samples.rows = {number_in(0, 0, 0, 1000), number_in(0, 1, 0, 500, Tier::shared), number_in(1, 0, 0, 1),
                    number_in(0, 2, 0, 1)};
    samples.rows.back().value.reset();
    samples.rows.back().reason = 1;
    const Summary summary = summary_of(imported_run({"k", "other (S0)"}), samples);
    REQUIRE(summary.rows.size() == 2);
    CHECK(summary.rows[0].find("dram_bytes")->value() == 1500);
    CHECK(summary.rows[0].find("dram_bytes")->tier == Tier::shared);
    CHECK(summary.rows[0].unavailable.at("own") == "ncu printed n/a");
    CHECK(summary.rows[1].unavailable.at("own") == "the files of ncu do not contain it for this row");
    CHECK(summary.rows[1].unavailable.at("dram_bytes") == "the files of ncu do not contain it");
    CHECK(summary.rows[1].unavailable.at("bound_bytes") == "an imported row has no row trace");
}

TEST_CASE("rows of an imported run are compared with the first, block by block") {
    ImportedSamples samples;
    samples.subjects = {{"index", ""}, {"paired", ""}};
    samples.metrics = {{"cycles", "cycles", ""}};
    samples.rows = {number_in(0, 0, 0, 200), number_in(1, 0, 0, 100), number_in(0, 0, 1, 300), number_in(1, 0, 1, 150)};
    const Summary summary = summary_of(imported_run({"index", "paired"}), samples);
    const Comparison* found = summary.compare(no_k, "paired", "index", "cycles");
    REQUIRE(found != nullptr);
    CHECK(found->ratio.ratio == 2);
    CHECK(found->ratio.blocks == 2);
}
