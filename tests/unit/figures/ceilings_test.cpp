#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "figures/ceilings.hpp"
#include "render/markdown.hpp"
#include "render/reports/ceilings_json.hpp"
#include "render/sections/report_document.hpp"
#include "support/example_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// Rows of 512 + 512 bytes at random places: 10 GB/s in memory, 40 in the LLC, 100 in L2; in ascending order 20 and 80.
/// Half of the stored lines are read first.
CalibrationUse calibration() {
    CalibrationUse use{"c.json", "2026-01-01T00:00:00Z", "0.1.0", "avx2", false, {}};
    using enum StreamKernel;
    use.ceilings.ceilings = {{row_copy, MemoryLevel::memory, 1, 512, 1 << 20, 10e9, 9e9, 11e9, 20, false},
                             {row_copy, MemoryLevel::llc, 1, 512, 1 << 14, 40e9, 36e9, 44e9, 20, false},
                             {row_copy, MemoryLevel::l2, 1, 512, 1 << 13, 100e9, 90e9, 110e9, 20, false},
                             {row_copy_ascending, MemoryLevel::memory, 1, 512, 1 << 20, 20e9, 18e9, 22e9, 20, false},
                             {row_copy_ascending, MemoryLevel::llc, 1, 512, 1 << 14, 80e9, 72e9, 88e9, 20, false},
                             {nt_row_copy, MemoryLevel::memory, 1, 512, 1 << 20, 20e9, 17e9, 23e9, 20, true}};
    use.ceilings.write_allocate = {{row_copy, 1, 512, 0.5, 0.4, 0.6, true, "uncore"},
                                   {row_copy_ascending, 1, 512, 1, {}, {}, false, "no PMU"},
                                   {nt_row_copy, 1, 512, 0, {}, {}, false, "no PMU"}};
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
    run.workload.cache->origin = GeometryOrigin::sysfs;
    run.workload.cache->is_host = true;
    return run;
}

} // namespace

TEST_CASE("a requested bandwidth is compared with row copies in the cache and in memory, by hand") {
    const SummaryRow row = judged(calibrated_run());
    REQUIRE(row.ceilings.size() == 5);
    const CeilingShare &llc = row.ceilings[2], &memory = row.ceilings[3];
    CHECK(llc.metric == "requested_gbps");
    CHECK(llc.level == MemoryLevel::llc);
    CHECK(llc.percent == Approx(10)); // 4 of 40 GB/s
    CHECK(*llc.ci_low == Approx(100 * 2 / 44.0));
    CHECK(*llc.ci_high == Approx(100 * 6 / 36.0));
    CHECK(memory.percent == Approx(40)); // 4 of 10 GB/s
    CHECK(memory.tier == Tier::timed);
    CHECK_FALSE(memory.write_allocate);
    CHECK(row.unavailable.count("ceilings") == 0);
}

TEST_CASE("DRAM bytes are compared with the ceiling in DRAM bytes: load, write-back, and the factor's reads") {
    CHECK(dram_bytes_per_copied_byte(1) == 1.5);
    CHECK(dram_bytes_per_copied_byte(0) == 1);
    const SummaryRow row = judged(calibrated_run());
    const CeilingShare& dram = row.ceilings[4];
    CHECK(dram.metric == "dram_gbps");
    // 10 GB/s of program bytes are 5 loaded and 5 stored; 5 + 5 + 0.5 x 5 = 12.5 at the memory controller.
    CHECK(dram.ceiling_gbps == Approx(12.5));
    CHECK(dram.ceiling_low == Approx(9 * 1.2));
    CHECK(dram.ceiling_high == Approx(11 * 1.3));
    CHECK(dram.percent == Approx(40)); // 5 of 12.5
    CHECK(*dram.ci_low == Approx(100 * 4 / 14.3));
    CHECK(*dram.ci_high == Approx(100 * 6 / 10.8));
    CHECK(dram.tier == Tier::simulated);
    CHECK(dram.source == "sim");
    REQUIRE(dram.write_allocate);
    CHECK(dram.write_allocate->factor == 0.5);
}

TEST_CASE("each loop is compared with copies in its own order: a rebuild ascends") {
    for (const char* loop : {"index", "mask", "torch", "index#2"}) {
        const SummaryRow row = judged(calibrated_run(), row_of(loop));
        CHECK(row.ceilings[3].kernel == StreamKernel::row_copy_ascending);
        CHECK(row.ceilings[3].order == RowOrder::ascending);
        CHECK(row.ceilings[3].percent == Approx(20)); // 4 of 20 GB/s
        CHECK(row.ceilings[2].percent == Approx(5));  // 4 of 80
    }
    for (const char* loop : {"paired", "oracle"}) {
        const SummaryRow row = judged(calibrated_run(), row_of(loop));
        CHECK(row.ceilings[3].kernel == StreamKernel::row_copy);
        CHECK(row.ceilings[3].order == RowOrder::random);
    }
    CHECK(judged(calibrated_run(), row_of("mine")).ceilings[3].reason ==
          "the order in which mine visits rows is unknown");
}

TEST_CASE("hybrid has the ceiling of what its steps did, and none if they did both") {
    SummaryRow row = row_of("hybrid");
    row.steps = 10;
    CHECK(judged(calibrated_run(), row).ceilings[3].reason == "which steps of hybrid rebuilt is not known");
    row.index_steps = 0;
    CHECK(judged(calibrated_run(), row).ceilings[3].percent == Approx(40));
    row.index_steps = 10;
    CHECK(judged(calibrated_run(), row).ceilings[3].percent == Approx(20));
    row.index_steps = 3;
    const CeilingShare mixed = judged(calibrated_run(), row).ceilings[3];
    CHECK_FALSE(mixed.percent);
    CHECK_FALSE(mixed.order);
    CHECK(mixed.reason ==
          "hybrid rebuilds in 3 of 10 steps: these copy rows in ascending order, the others at random places");
}

TEST_CASE("above 100 %, the farthest level whose ceiling is not exceeded is named") {
    const auto served = [](double gbps, std::size_t share) {
        SummaryRow row = row_of("paired");
        row.metrics.at("requested_gbps") = figure(gbps, {}, {}, Tier::timed, "trace");
        row = judged(calibrated_run(), row);
        const auto level = row.ceilings[share].served_from;
        return level ? std::string(name_of(*level)) : std::string("-");
    };
    // Memory 10, LLC 40, L2 100 GB/s; L1 was not calibrated.
    CHECK(served(10, 3) == "-"); // exactly 100 %
    CHECK(served(10.01, 3) == "LLC");
    CHECK(served(10.01, 2) == "-");
    CHECK(served(41, 3) == "L2");
    CHECK(served(41, 2) == "L2");
    CHECK(served(101, 3) == "-"); // above all
    SummaryRow row = row_of("paired");
    CHECK(farthest_reached(row) == nullptr);
    row = judged(calibrated_run(), row);
    REQUIRE(farthest_reached(row) != nullptr);
    CHECK(farthest_reached(row)->level == MemoryLevel::memory);
}

TEST_CASE("a ceiling whose interval is wider than 20 % on either side gives no percentage") {
    const auto memory = [](double low, double high) {
        RunRecord run = calibrated_run();
        run.calibration->ceilings.ceilings[0].ci_low = low * 1e9;
        run.calibration->ceilings.ceilings[0].ci_high = high * 1e9;
        return judged(run).ceilings[3];
    };
    CHECK(memory(8.01, 11.99).percent == Approx(40));
    for (const auto& [low, high] : {std::pair(7.99, 11.0), std::pair(9.0, 12.01), std::pair(0.3, 41.3)}) {
        const CeilingShare share = memory(low, high);
        CHECK_FALSE(share.percent);
        CHECK_FALSE(share.ci_low);
        CHECK(share.ceiling_gbps == Approx(10));
    }
    CHECK(memory(3, 41.3).reason == "the ceiling's interval, 3.0-41.3 GB/s, is wider than 10 +- 20 %: calibrate again "
                                    "when the machine is idle");
    // Then memory may have served even a row at 30 GB/s, and no level is named.
    RunRecord run = calibrated_run();
    run.calibration->ceilings.ceilings[0].ci_high = 30e9;
    SummaryRow row = row_of("paired");
    row.metrics.at("requested_gbps").estimate.value = 30;
    row = judged(run, row);
    CHECK(row.ceilings[2].percent == Approx(75)); // of the LLC's 40
    CHECK(farthest_reached(row) == nullptr);
}

TEST_CASE("rows copied by non-temporal stores are compared with the ceiling of such copies, with caveats") {
    RunRecord run = calibrated_run();
    for (ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == "paired") experiment.copy_method = "nt";
    const SummaryRow row = judged(run);
    CHECK(row.ceilings[4].kernel == StreamKernel::nt_row_copy);
    CHECK(row.ceilings[4].percent == Approx(25)); // 5 of 20: no stored line is read
    CHECK(row.ceilings[4].small_buffers);
    CHECK(judged(run, row_of("index")).ceilings[4].kernel == StreamKernel::row_copy_ascending);
    CHECK_FALSE(row.ceilings[2].percent);
    CHECK(row.ceilings[2].reason ==
          "no ceiling of nt-row-copy in LLC with 1 thread: run bytebound calibrate --threads 1");
}

TEST_CASE("each row group is copied separately: the ceiling of 256 + 768 bytes, by hand") {
    RunRecord run = calibrated_run();
    run.workload.layout.groups = {{"up", 256}, {"down", 768}};
    auto& ceilings = run.calibration->ceilings.ceilings;
    ceilings = {{StreamKernel::row_copy, MemoryLevel::memory, 1, 256, 1 << 20, 5e9, 4.5e9, 6e9, 20, false},
                {StreamKernel::row_copy, MemoryLevel::memory, 1, 768, 1 << 20, 15e9, 13.5e9, 18e9, 5, true},
                {StreamKernel::row_copy, MemoryLevel::memory, 1, 1024, 1 << 20, 99e9, 98e9, 100e9, 20, false}};
    const CeilingShare memory = judged(run).ceilings[3];
    // A quarter of the bytes at 5 GB/s, three at 15: 0.05 + 0.05 ns a byte.
    CHECK(memory.ceiling_gbps == Approx(10));
    CHECK(memory.ceiling_low == Approx(9));
    CHECK(memory.ceiling_high == Approx(12));
    CHECK(memory.ceiling_n == 5);
    CHECK(memory.small_buffers);
}

TEST_CASE("below the parallel threshold one worker's ceiling is used") {
    RunRecord run = calibrated_run();
    run.workload.threads = 2;
    run.workload.parallel_threshold = 64;
    run.calibration->ceilings.ceilings.push_back(
        {StreamKernel::row_copy, MemoryLevel::memory, 2, 512, 1 << 20, 16e9, 15e9, 17e9, 20, false});
    SummaryRow row = row_of("paired");
    row.metrics.emplace("rows_written", figure(63, {}, {}, Tier::computed, "trace"));
    CHECK(judged(run, row).ceilings[3].threads == 1);
    CHECK(judged(run, row).ceilings[3].percent == Approx(40)); // 4 of 10
    CHECK(judged(run, row).ceilings[4].write_allocate->threads == 1);
    row.metrics.at("rows_written").estimate.value = 64;
    CHECK(judged(run, row).ceilings[3].threads == 2);
    CHECK(judged(run, row).ceilings[3].percent == Approx(25)); // 4 of 16
    // With a calibration of two workers only, the team's ceilings are used.
    row.metrics.at("rows_written").estimate.value = 63;
    std::erase_if(run.calibration->ceilings.ceilings, [](const Ceiling& each) { return each.threads == 1; });
    CHECK(judged(run, row).ceilings[3].percent == Approx(25));
}

TEST_CASE("a negative measured factor counts as 0, and is shown as measured") {
    RunRecord run = calibrated_run();
    run.calibration->ceilings.write_allocate[0].factor = -0.1;
    run.calibration->ceilings.write_allocate[0].ci_low = -0.3;
    run.calibration->ceilings.write_allocate[0].ci_high = 0.1;
    const CeilingShare dram = judged(run).ceilings[4];
    CHECK(dram.ceiling_gbps == Approx(10)); // 5 loaded and 5 written back
    CHECK(dram.ceiling_low == Approx(9));
    CHECK(dram.write_allocate->factor == -0.1);
    const std::string text = to_markdown(report_document(run, summarize(run, example_samples())));
    CHECK(text.find("write-allocate factor -0.10 (-0.30-0.10), used as 0, uncore") != std::string::npos);
}

TEST_CASE(
    "DRAM bytes of another simulated cache have no percentage of this machine's memory bandwidth, counted ones do") {
    RunRecord run = calibrated_run();
    run.workload.cache = CacheChoice{{65536, 16, 64}, GeometryOrigin::option, false};
    SummaryRow row = judged(run);
    CHECK_FALSE(row.ceilings[4].percent);
    CHECK(row.ceilings[4].reason == "DRAM bytes are simulated for another cache (--llc)");
    CHECK(row.ceilings[3].percent);
    const std::string text = to_markdown(report_document(run, summarize(run, example_samples())));
    CHECK(text.find("- no percentage of dram_gbps in memory: DRAM bytes are simulated for another cache (--llc)\n") !=
          std::string::npos);
    row = row_of("paired");
    row.metrics.at("dram_gbps").tier = Tier::emulated;
    CHECK(judged(run, row).ceilings[4].reason == "DRAM bytes are emulated for another cache (--llc)");
    run.simulation.reset(); // the emulator alone
    CHECK(judged(run, row).ceilings[4].reason == "DRAM bytes are emulated for another cache (--llc)");
    row.metrics.at("dram_gbps").tier = Tier::shared;
    CHECK(judged(run, row).ceilings[4].percent == Approx(40));
}

TEST_CASE("--llc with the host's own geometry keeps the percentage; with an unknown host cache there is none") {
    RunRecord run = calibrated_run();
    SummaryRow emulated = row_of("paired");
    emulated.metrics.at("dram_gbps").tier = Tier::emulated;
    run.workload.cache = CacheChoice{{65536, 16, 64}, GeometryOrigin::option, true};
    CHECK(judged(run).ceilings[4].percent == Approx(40));
    CHECK(judged(run, emulated).ceilings[4].percent == Approx(40));
    run.workload.cache->is_host.reset();
    CHECK(judged(run).ceilings[4].reason == "DRAM bytes are simulated for another cache (--llc)");
    run.workload.cache->origin = GeometryOrigin::assumed; // without --llc
    CHECK(judged(run).ceilings[4].percent == Approx(40));
}

TEST_CASE("in a record of an older version, the simulation determines the modelled cache") {
    RunRecord run = calibrated_run();
    run.workload.cache.reset();
    run.simulation->origin = GeometryOrigin::option;
    CHECK(judged(run).ceilings[4].reason == "DRAM bytes are simulated for another cache (--llc)");
    run.simulation->origin = GeometryOrigin::sysfs;
    CHECK(judged(run).ceilings[4].percent == Approx(40));
    run.simulation.reset();
    SummaryRow emulated = row_of("paired");
    emulated.metrics.at("dram_gbps").tier = Tier::emulated;
    CHECK(judged(run, emulated).ceilings[4].reason ==
          "DRAM bytes are emulated, and the record does not say for which cache");
}

TEST_CASE("rows copied by a special instruction are compared with memcpy's ceiling, with a note") {
    RunRecord run = calibrated_run();
    for (ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == "paired") experiment.copy_method = "movsb";
    const auto text = [&] { return to_markdown(report_document(run, summarize(run, example_samples()))); };
    CHECK(text().find("Rows copied by movsb are compared with memcpy's ceiling.") != std::string::npos);
    CHECK(judged(run).ceilings[3].kernel == StreamKernel::row_copy);
    for (ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == "paired") experiment.copy_method = "prefetch:4x8"; // the default for rows of 512 bytes
    CHECK(judged(run).ceilings[3].kernel == StreamKernel::prefetch_row_copy);
    CHECK(judged(run).ceilings[3].reason ==
          "no ceiling of prefetch-row-copy in memory with 1 thread: run bytebound calibrate --threads 1");
    CHECK(text().find("are compared with") == std::string::npos);
    for (ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == "paired") experiment.copy_method = "prefetch:2x8";
    CHECK(text().find("Rows copied by prefetch:2x8 are compared with prefetch:4x8's ceiling.") != std::string::npos);
    run = calibrated_run();
    CHECK(text().find("compared with memcpy's") == std::string::npos);
}

TEST_CASE("ceilings of fewer than six rounds are flagged") {
    RunRecord run = calibrated_run();
    for (Ceiling& each : run.calibration->ceilings.ceilings)
        each.n = 5;
    const std::string text = to_markdown(report_document(run, summarize(run, example_samples())));
    CHECK(text.find("n = 5, few_blocks)") != std::string::npos);
}

TEST_CASE("a missing bandwidth has no percentage, but a reason and the ceiling") {
    SummaryRow row = row_of("paired");
    row.metrics.erase("dram_gbps");
    row.unavailable["dram_gbps"] = "nothing counts DRAM bytes";
    row = judged(calibrated_run(), row);
    CHECK_FALSE(row.ceilings[4].percent);
    CHECK(row.ceilings[4].reason == "nothing counts DRAM bytes");
    CHECK(row.ceilings[4].ceiling_gbps == Approx(12.5));
    const auto json = ceilings_json(row);
    CHECK(json[4]["percent"].is_null());
    CHECK(json[4]["tier"].is_null());
    CHECK(json[4]["ceiling_gbps"] == 12.5);
    CHECK(json[3]["percent"] == 40);
    CHECK(json[3]["write_allocate"].is_null());
}

TEST_CASE("without a calibration there is a reason and a remedy, in the row and in the report") {
    RunRecord run = example_run();
    run.calibration_reason = "no calibration is saved for this host";
    const SummaryRow row = judged(run);
    CHECK(row.ceilings.empty());
    CHECK(row.unavailable.at("ceilings") ==
          "no calibration is saved for this host; bytebound calibrate measures the ceilings");
    CHECK(ceilings_json(row).is_null());
    const std::string text = to_markdown(report_document(run, summarize(run, example_samples())));
    CHECK(text.find(
              "## Bandwidth compared with this host's ceilings\n\nNot shown: no calibration is saved for this host; "
              "bytebound calibrate measures the ceilings.\n") != std::string::npos);
    run.calibration_reason.clear();
    CHECK(why_no_ceilings(run) == "the run did not look for a calibration of its host");
}

TEST_CASE("the section on ceilings equals its golden file") {
    const RunRecord run = calibrated_run();
    const std::string text = to_markdown(report_document(run, summarize(run, example_samples())));
    const auto begin = text.find("## Bandwidth compared with this host's ceilings");
    REQUIRE(begin != std::string::npos);
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    CHECK(golden("ceilings.md", section) == section);
}
