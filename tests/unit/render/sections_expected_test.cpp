#include <catch2/catch.hpp>

#include "render/sections/sections.hpp"

using namespace bytebound;
using Row = std::vector<std::string>;

namespace {

Figure figure_of(double value, std::optional<double> low, std::optional<double> high, Tier tier, const char* source) {
    Figure figure;
    figure.estimate.value = value;
    figure.estimate.ci_low = low;
    figure.estimate.ci_high = high;
    figure.tier = tier;
    figure.source = source;
    return figure;
}

/// An experiment with k = 4 and its row; 4096 bytes read and 2048 written are expected.
void add(RunRecord& run, Summary& summary, const char* loop, std::map<std::string, Figure, std::less<>> metrics) {
    ExperimentRecord experiment;
    experiment.loop = loop;
    experiment.k = 4;
    experiment.closed_form.emplace();
    experiment.closed_form->read_bytes = 4096;
    experiment.closed_form->write_bytes = 2048;
    run.experiments.push_back(experiment);
    SummaryRow row;
    row.loop = loop;
    row.k = 4;
    row.metrics = std::move(metrics);
    summary.rows.push_back(std::move(row));
}

} // namespace

TEST_CASE("expected traffic is compared with reads and writes, and the interval decides whether it fits") {
    RunRecord run;
    Summary summary;
    add(run, summary, "paired",
        {{"dram_read_bytes", figure_of(4505.6, 4096, 5120, Tier::simulated, "sim")},
         {"dram_write_bytes", figure_of(1024, 512, 1536, Tier::simulated, "sim")},
         {"dram_bytes", figure_of(5529.6, 4608, 6656, Tier::simulated, "sim")}});
    const Blocks blocks = expected_section(run, summary);
    REQUIRE(blocks.size() == 3); // no list of reasons
    CHECK(std::get<Heading>(blocks[0]).text == "Expected traffic");
    const auto& rows = std::get<Table>(blocks[2]).rows;
    REQUIRE(rows.size() == 2);
    CHECK(rows[0] == Row{"4", "paired", "dram_read_bytes", "4", "4.40 (sim, simulated)", "4 .. 5", "+10.0 %", "yes"});
    CHECK(rows[1] ==
          Row{"4", "paired", "dram_write_bytes", "2", "1 (sim, simulated)", "0.500 .. 1.50", "-50.0 %", "no, above"});
}

TEST_CASE("where reads and writes are not distinguished their sum is compared") {
    RunRecord run;
    Summary summary;
    add(run, summary, "index", {{"dram_bytes", figure_of(12288, 8192, 16384, Tier::shared, "uncore")}});
    add(run, summary, "mask", {{"dram_bytes", figure_of(6144, {}, {}, Tier::shared, "uncore")}});
    const Blocks blocks = expected_section(run, summary);
    const auto& table = std::get<Table>(blocks[2]);
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[0] ==
          Row{"4", "index", "dram_bytes", "6", "12 (uncore, shared)", "8 .. 16", "+100.0 %", "no, below"});
    CHECK(table.rows[1] == Row{"4", "mask", "dram_bytes", "6", "6 (uncore, shared)", "n/a", "+0.0 %", "no interval"});
    CHECK(table.group_starts == std::vector<std::size_t>{0});
}

TEST_CASE("a part of no expected bytes is not a percentage") {
    RunRecord run;
    Summary summary;
    add(run, summary, "paired", {{"dram_write_bytes", figure_of(64, 64, 64, Tier::simulated, "sim")}});
    run.experiments[0].closed_form->write_bytes = 0;
    CHECK(std::get<Table>(expected_section(run, summary)[2]).rows[0][6] == "n/a");
    summary.rows[0].metrics.begin()->second.estimate.value = 0;
    CHECK(std::get<Table>(expected_section(run, summary)[2]).rows[0][6] == "0");
}

TEST_CASE("a row without an expectation or without a figure has its reason, each reason once") {
    RunRecord run;
    Summary summary;
    for (const char* loop : {"hybrid", "torch", "paired", "oracle"})
        add(run, summary, loop, {});
    for (const int without : {0, 1, 3})
        run.experiments[without].closed_form.reset();
    run.experiments[0].closed_form_reason = run.experiments[1].closed_form_reason = "the reason; the remedy";
    const Blocks blocks = expected_section(run, summary);
    REQUIRE(blocks.size() == 2); // no table
    const auto& items = std::get<Bullets>(blocks[1]).items;
    REQUIRE(items.size() == 3);
    CHECK(items[0].spans[0].text == "hybrid k=4, torch k=4: nothing expected: the reason; the remedy");
    CHECK(items[1].spans[0].text == "paired k=4: no DRAM bytes to compare with");
    CHECK(items[2].spans[0].text == "oracle k=4: this run does not record an expectation");
    CHECK(expected_section(run, {}).empty());
}
