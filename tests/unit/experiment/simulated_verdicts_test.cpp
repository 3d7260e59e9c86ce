#include <catch2/catch.hpp>

#include "experiment/schedule/stationarity.hpp"

using namespace bytebound;

namespace {

/// One (loop, k) with 2 warm-up and 4 measured steps: w = 5, W = 2; two lines of 128 bytes are dirty before them.
struct Judged {
    RunPlan plan;
    SimulatedRun simulation;
    RunRecord record;

    Judged() {
        plan.options.loops = {LoopKind::paired};
        plan.cache.geometry = {1024, 2, 128};
        ExperimentRecord experiment;
        experiment.loop = "paired";
        experiment.k = 16;
        experiment.warmup_steps = 2;
        record.experiments = {experiment};
        simulation.rows = {std::vector<SimulatedRow>(1)};
    }

    /// A segment whose steps read these lines and write back as many.
    void add(const std::vector<std::uint64_t>& lines) {
        Simulation& segment = simulation.rows[0][0].segments.emplace_back();
        for (const std::uint64_t each : lines) {
            LineCounts& step = segment.steps.emplace_back();
            step.fetched[0] = step.written_back[1] = each;
        }
        segment.dirty_before[1] = 2;
        segment.flushed[1] = 3;
    }

    const ExperimentRecord& judge() {
        judge_stationarity_of(plan, simulation, record);
        return record.experiments[0];
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> out;
        for (const Warning& warning : record.warnings)
            out.push_back(text_of(warning));
        return out;
    }
};

} // namespace

TEST_CASE("drift that one segment shows and the others do not is no drift") {
    Judged all, one;
    for (int segment = 0; segment < 3; ++segment) {
        all.add({9, 9, 10, 10, 15, 15});
        one.add(segment == 0 ? std::vector<std::uint64_t>{9, 9, 10, 10, 15, 15}
                             : std::vector<std::uint64_t>{9, 9, 10, 10, 10, 10});
    }
    CHECK(one.judge().stationary == true); // differences 5, 0, 0: 1.7 +- 7.2
    CHECK(one.record.warnings.empty());
    CHECK(all.judge().stationary == false);
    CHECK(all.record.experiments[0].stationary_reason ==
          "lines read per step went from 10.0 to 15.0 over the last 2 x 2 steps, on average over 3 segments; lines "
          "written back per step went from 10.0 to 15.0 over the last 2 x 2 steps, on average over 3 segments");
    CHECK(all.record.warnings.size() == 1);
}

TEST_CASE("the record has the number of simulated segments, and dirty bytes summed over them") {
    Judged judged;
    judged.add({1, 1, 1, 1, 1, 1});
    judged.add({1, 1, 1, 1, 1, 1});
    const ExperimentRecord& record = judged.judge();
    CHECK(record.simulated);
    CHECK(record.simulated_segments == 2);
    CHECK(record.dirty_before == DirtyBytes{0, 2 * 2 * 128, 0, 0, 0});
    CHECK(record.dirty_after == DirtyBytes{0, 2 * 3 * 128, 0, 0, 0});
    Judged none;
    none.simulation.rows[0][0].reason = "library code";
    CHECK_FALSE(none.judge().simulated);
    CHECK(none.record.experiments[0].simulated_segments == 0);
    CHECK(none.record.experiments[0].simulation_reason == "library code");
    CHECK_FALSE(none.record.experiments[0].dirty_before);
}

TEST_CASE("an expectation outside of the simulated interval over the segments is a warning") {
    // Means of the measured steps: 10, 20 and 30 lines, 1280 to 3840 bytes; on logarithms the interval of their mean
    // 2560 is 2560 x exp(-+ 4.3027 x 0.5555 / sqrt(3)) = 644 .. 10176.
    const auto judged_with = [](double read, double written) {
        Judged judged;
        for (const std::uint64_t lines : {10u, 20u, 30u})
            judged.add({0, 500, lines, lines, lines, lines});
        judged.record.experiments[0].closed_form.emplace();
        judged.record.experiments[0].closed_form->read_bytes = read;
        judged.record.experiments[0].closed_form->write_bytes = written;
        judged.judge();
        return judged.texts();
    };
    CHECK(judged_with(2560, 10151).empty());
    CHECK(judged_with(646, 2560).empty());
    CHECK(judged_with(640, 10200).empty()); // less than a line, or than 1 %, outside
    CHECK(judged_with(500, 20480) ==
          std::vector<std::string>{
              "paired at k 16: the closed form expects 500 B of dram_read_bytes per step, outside of the simulated "
              "interval of 644 B to 9.9 KiB: by chance (one figure in 20), or because of its approximations; "
              "compare them in Expected traffic",
              "paired at k 16: the closed form expects 20 KiB of dram_write_bytes per step, outside of the simulated "
              "interval of 644 B to 9.9 KiB: by chance (one figure in 20), or because of its approximations; "
              "compare them in Expected traffic"});
}

TEST_CASE("one segment has no interval for an expectation to be outside of") {
    Judged judged;
    judged.add({10, 10, 10, 10, 10, 10});
    judged.record.experiments[0].closed_form.emplace();
    judged.record.experiments[0].closed_form->read_bytes = 1e6;
    judged.judge();
    CHECK(judged.record.warnings.empty());
}
