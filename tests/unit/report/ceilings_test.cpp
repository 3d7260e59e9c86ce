#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "example_run.hpp"
#include "report/ceilings.hpp"
#include "report/ceilings_json.hpp"
#include "report/markdown.hpp"
#include "report/report_document.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// Rows of 1024 bytes: 10 GB/s in memory, 40 in the LLC; half of the stored lines are read first.
CalibrationUse calibration() {
    CalibrationUse use{"c.json", "2026-01-01T00:00:00Z", "0.1.0", "avx2", false, {}};
    using enum StreamKernel;
    use.ceilings.ceilings = {{row_copy, MemoryLevel::memory, 1, 1024, 1 << 20, 10e9, 8e9, 16e9, 20, false},
                             {row_copy, MemoryLevel::llc, 1, 1024, 1 << 14, 40e9, 32e9, 50e9, 20, false},
                             {nt_row_copy, MemoryLevel::memory, 1, 1024, 1 << 20, 20e9, 16e9, 25e9, 20, true}};
    use.ceilings.write_allocate = {{row_copy, 1, 1024, 0.5, 0.4, 0.6, true, "uncore"},
                                   {nt_row_copy, 1, 1024, 0, {}, {}, false, "no PMU"}};
    return use;
}

Figure figure(double value, std::optional<double> low, std::optional<double> high, Tier tier, const char* source) {
    Figure out;
    out.estimate.value = value;
    out.estimate.ci_low = low;
    out.estimate.ci_high = high;
    out.tier = tier;
    out.source = source;
    return out;
}

SummaryRow row_of(const char* loop) {
    SummaryRow row;
    row.loop = loop;
    row.k = 2;
    row.metrics.emplace("requested_gbps", figure(4, 2, 6, Tier::timed, "trace"));
    row.metrics.emplace("dram_gbps", figure(5, 4, 6, Tier::simulated, "sim"));
    return row;
}

SummaryRow judged(const RunRecord& run, SummaryRow row = row_of("paired")) {
    put_ceilings(row, run);
    return row;
}

RunRecord calibrated_run() {
    RunRecord run = example_run();
    run.calibration = calibration();
    return run;
}

} // namespace

TEST_CASE("a requested bandwidth is set against row copies in the cache and in memory, by hand") {
    const SummaryRow row = judged(calibrated_run());
    REQUIRE(row.ceilings.size() == 3);
    const CeilingShare &llc = row.ceilings[0], &memory = row.ceilings[1];
    CHECK(llc.metric == "requested_gbps");
    CHECK(llc.level == MemoryLevel::llc);
    CHECK(llc.percent == Approx(10)); // 4 of 40 GB/s
    CHECK(*llc.ci_low == Approx(100 * 2 / 50.0));
    CHECK(*llc.ci_high == Approx(100 * 6 / 32.0));
    CHECK(memory.percent == Approx(40)); // 4 of 10 GB/s
    CHECK(memory.tier == Tier::timed);
    CHECK_FALSE(memory.write_allocate);
    CHECK(row.unavailable.count("ceilings") == 0);
}

TEST_CASE("DRAM bytes are set against the ceiling in DRAM bytes: load, write-back, and the factor's reads") {
    CHECK(dram_bytes_per_copied_byte(1) == 1.5);
    CHECK(dram_bytes_per_copied_byte(0) == 1);
    const SummaryRow row = judged(calibrated_run());
    const CeilingShare& dram = row.ceilings[2];
    CHECK(dram.metric == "dram_gbps");
    // 10 GB/s of program bytes are 5 loaded and 5 stored; 5 + 5 + 0.5 x 5 = 12.5 at the memory controller.
    CHECK(dram.ceiling_gbps == Approx(12.5));
    CHECK(dram.ceiling_low == Approx(8 * 1.2));
    CHECK(dram.ceiling_high == Approx(16 * 1.3));
    CHECK(dram.percent == Approx(40)); // 5 of 12.5
    CHECK(*dram.ci_low == Approx(100 * 4 / 20.8));
    CHECK(*dram.ci_high == Approx(100 * 6 / 9.6));
    CHECK(dram.tier == Tier::simulated);
    CHECK(dram.source == "sim");
    REQUIRE(dram.write_allocate);
    CHECK(dram.write_allocate->factor == 0.5);
}

TEST_CASE("rows copied by non-temporal stores have the ceiling of such copies, and its doubts") {
    RunRecord run = calibrated_run();
    for (ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == "paired") experiment.copy_method = "nt";
    const SummaryRow row = judged(run);
    CHECK(row.ceilings[2].kernel == StreamKernel::nt_row_copy);
    CHECK(row.ceilings[2].percent == Approx(25)); // 5 of 20: no stored line is read
    CHECK(row.ceilings[2].small_buffers);
    CHECK(judged(run, row_of("index")).ceilings[2].kernel == StreamKernel::row_copy);
    CHECK_FALSE(row.ceilings[0].percent);
    CHECK(row.ceilings[0].reason == "the calibration has no nt-row-copy of 1024 B in LLC with 1 thread: run bytebound "
                                    "calibrate --row-bytes 1024");
}

TEST_CASE("a bandwidth that could not be had has no percentage, but its reason and the ceiling") {
    SummaryRow row = row_of("paired");
    row.metrics.erase("dram_gbps");
    row.unavailable["dram_gbps"] = "nothing counts DRAM bytes";
    row = judged(calibrated_run(), row);
    CHECK_FALSE(row.ceilings[2].percent);
    CHECK(row.ceilings[2].reason == "nothing counts DRAM bytes");
    CHECK(row.ceilings[2].ceiling_gbps == Approx(12.5));
    const auto json = ceilings_json(row);
    CHECK(json[2]["percent"].is_null());
    CHECK(json[2]["tier"].is_null());
    CHECK(json[2]["ceiling_gbps"] == 12.5);
    CHECK(json[1]["percent"] == 40);
    CHECK(json[1]["write_allocate"].is_null());
}

TEST_CASE("without a calibration there is a reason and a remedy, in the row and in the report") {
    RunRecord run = example_run();
    run.calibration_reason = "no calibration of this host is saved";
    const SummaryRow row = judged(run);
    CHECK(row.ceilings.empty());
    CHECK(row.unavailable.at("ceilings") ==
          "no calibration of this host is saved; bytebound calibrate measures the ceilings");
    CHECK(ceilings_json(row).is_null());
    const std::string text = to_markdown(report_document(run, summarize(run, example_samples())));
    CHECK(text.find("## Bandwidth against this host's ceilings\n\nNot shown: no calibration of this host is saved; "
                    "bytebound calibrate measures the ceilings.\n") != std::string::npos);
    run.calibration_reason.clear();
    CHECK(why_no_ceilings(run) == "the run did not look for a calibration of its host");
}

TEST_CASE("the section of the ceilings is pinned") {
    const RunRecord run = calibrated_run();
    const std::string text = to_markdown(report_document(run, summarize(run, example_samples())));
    const auto begin = text.find("## Bandwidth against this host's ceilings");
    REQUIRE(begin != std::string::npos);
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    CHECK(golden("ceilings.md", section) == section);
}
