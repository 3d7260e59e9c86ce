#include <catch2/catch.hpp>

#include "figures/plausibility.hpp"
#include "figures/summary.hpp"
#include "support/example_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

std::vector<Series> series(std::vector<double> values, Tier tier = Tier::counted) {
    Series out;
    out.tier = tier;
    out.domain = "u";
    for (std::uint32_t step = 0; step < values.size(); ++step)
        out.values[{0, step}] = values[step];
    return {out};
}

} // namespace

TEST_CASE("16 instructions per cycle are accepted, one more instruction in the whole row is not") {
    auto instructions = series({1600, 1600}), cycles = series({100, 100});
    withhold_impossible_ipc(instructions, cycles);
    CHECK_FALSE(instructions[0].empty());
    CHECK_FALSE(cycles[0].empty());
    instructions = series({1600, 1601});
    withhold_impossible_ipc(instructions, cycles);
    CHECK(instructions[0].empty());
    CHECK(cycles[0].empty()); // one of the two is wrong, and it is unknown which
    CHECK(instructions[0].reason ==
          "impossible: 3201 instructions in 200 cycles, where no core retires more than 16 in one");
}

TEST_CASE("instructions in no cycle are impossible; two domains are not compared") {
    auto instructions = series({5}), cycles = series({0});
    instructions[0].domain = "uk";
    withhold_impossible_ipc(instructions, cycles);
    CHECK_FALSE(instructions[0].empty());
    instructions[0].domain = "u";
    withhold_impossible_ipc(instructions, cycles);
    CHECK(instructions[0].reason ==
          "impossible: 5 instructions in 0 cycles, where no core retires more than 16 in one");
}

TEST_CASE("counted bytes beyond any machine's memory bandwidth are withheld; modelled ones are not") {
    const auto time = series({10});
    auto bytes = series({40'000}, Tier::shared);
    withhold_impossible_traffic(bytes, time[0]);
    CHECK_FALSE(bytes[0].empty()); // 4000 GB/s exactly
    bytes = series({40'010}, Tier::shared);
    withhold_impossible_traffic(bytes, time[0]);
    CHECK(bytes[0].empty());
    CHECK(bytes[0].reason == "impossible: 4001 GB/s, where no machine's memory gives 4000");
    auto simulated = series({80'000}, Tier::simulated);
    withhold_impossible_traffic(simulated, time[0]);
    CHECK_FALSE(simulated[0].empty());
    CHECK(impossible_ratio("dram_gbps", 8000) == "impossible: 8000 GB/s, where no machine's memory gives 4000");
    CHECK(impossible_ratio("dram_gbps", 4000).empty());
    CHECK(impossible_ratio("llc_mpki", 8000).empty());
}

TEST_CASE(
    "an impossible pair leaves reasons in the summary, under its metrics and under the names that the user wrote") {
    RunRecord run = example_run();
    run.events[1].name = "instructions:u";
    SampleTable samples = example_samples();
    samples.events[1] = "instructions:u";
    for (Sample& sample : samples.rows)
        if (sample.pass == 0) sample.readings[1]->count = 100'000; // of 90 to 1600 cycles
    const Summary summary = summarize(run, samples);
    const SummaryRow* row = summary.find("paired", 2);
    REQUIRE(row);
    // Six steps: 600000 instructions in 200 + 220 + 240 + 180 + 200 + 260 = 1300 cycles.
    const std::string reason =
        "impossible: 600000 instructions in 1300 cycles, where no core retires more than 16 in one";
    for (const std::string metric : {"instructions", "cycles", "instructions:u"}) {
        CHECK(row->find(metric) == nullptr);
        CHECK(row->unavailable.at(metric) == reason);
    }
    CHECK(row->find("cpi") == nullptr);
    CHECK(row->unavailable.at("cpi") == "no cycles: " + reason);
    CHECK(row->find("llc_mpki") == nullptr);
    CHECK(row->find("llc_misses") != nullptr);
}
