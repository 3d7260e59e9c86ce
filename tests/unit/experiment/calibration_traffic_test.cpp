#include <catch2/catch.hpp>

#include "counters/scripted_collector.hpp"
#include "experiment/calibrate/write_allocate.hpp"

using namespace bytebound;

namespace {

/// A counting with a single source that replays a script.
Counting counting_of(const std::vector<ScriptedEvent>& events, const std::string& source = "uncore") {
    Counting counting;
    auto collector = std::make_unique<ScriptedCollector>(events, source);
    std::vector<std::string> names;
    for (const ScriptedEvent& event : events) {
        EventRecord record;
        record.name = event.name;
        record.role = event.role;
        record.source = source;
        record.pass = event.pass;
        record.parts.resize(event.weights.size());
        counting.passes = std::max(counting.passes, event.pass + 1);
        counting.events.push_back(record);
        names.push_back(event.name);
    }
    CountingPlan plan = *collector->plan({names, false, 0, {}, {}});
    counting.sources.push_back({std::move(collector), std::move(plan)});
    return counting;
}

ScriptedEvent reads(std::vector<CounterValue> increments, Sharing sharing, std::vector<std::uint32_t> weights = {},
                    int pass = 0) {
    return {"ddr-read", std::move(increments), pass, 0, false, {}, {}, "dram_read_bytes", sharing, std::move(weights)};
}

double counted(ReadCounter& counter, std::uint64_t idle_ns, std::uint64_t took_ns) {
    const auto bytes = counter.during(idle_ns, [&] { return took_ns; });
    REQUIRE(bytes);
    REQUIRE(*bytes);
    return **bytes;
}

} // namespace

TEST_CASE("the write-allocate factor is the reads caused by stores, checked by hand") {
    // 100 bytes stored: all read first with write-allocate, none without, half of them with SpecI2M.
    CHECK(write_allocate_factor(100, {0, 100, 0}) == 1);
    CHECK(write_allocate_factor(0, {0, 100, 0}) == 0);
    CHECK(write_allocate_factor(50, {0, 100, 0}) == 0.5);
    // A copy loads 100 and stores 100; its list is also read.
    CHECK(write_allocate_factor(200, {100, 100, 0}) == 1);
    CHECK(write_allocate_factor(208, {100, 100, 8}) == 1);
    CHECK(write_allocate_factor(108, {100, 100, 8}) == 0);
    CHECK(assumed_factor(StreamKernel::write) == 1);
    CHECK(assumed_factor(StreamKernel::row_copy) == 1);
    CHECK(assumed_factor(StreamKernel::nt_write) == 0);
    CHECK(assumed_factor(StreamKernel::nt_row_copy) == 0);
}

TEST_CASE("the counts of all parts are weighted to bytes, and the idle machine's rate is subtracted") {
    // Two boxes with 64 bytes per count. Idle: 10 counts; kernel: 100 counts.
    Counting counting =
        counting_of({reads({{0, 1, 1}, {10, 1000, 1000}, {0, 1, 1}, {100, 2000, 2000}}, Sharing::socket, {64, 64})});
    ReadEvents events = find_read_events(counting, {});
    CHECK(events.source == "uncore");
    CHECK(events.columns == std::vector<std::size_t>{0});
    WorkerTeam team(2);
    ReadCounter counter(counting, events, team);
    counter.find_passes();
    CHECK(counter.passes() == std::vector<int>{0});
    REQUIRE(counter.open(0));
    // 2 x 100 x 64, minus 2 x 10 x 64 per 1000 ns, over 2000 ns. Only the leader's reading counts.
    CHECK(counted(counter, 1000, 2000) == 12800 - 2 * 1280);
}

TEST_CASE("per-thread counters are summed over the workers, without a background") {
    Counting counting = counting_of({reads({{0, 1, 1}, {3, 10, 10}}, Sharing::per_thread)}, "core-estimate");
    counting.events[0].bytes_per_count = 64;
    WorkerTeam team(2);
    ReadCounter counter(counting, find_read_events(counting, {}), team);
    counter.find_passes();
    REQUIRE(counter.open(0));
    CHECK(counted(counter, 1000, 2000) == 2 * 3 * 64);
}

TEST_CASE("a multiplexed count is extrapolated; one that never ran is not a count") {
    Counting counting =
        counting_of({reads({{0, 1, 1}, {50, 100, 50}, {0, 1, 1}, {0, 100, 0}}, Sharing::group)}, "resctrl");
    WorkerTeam team(1);
    ReadCounter counter(counting, find_read_events(counting, {}), team);
    counter.find_passes();
    REQUIRE(counter.open(0));
    CHECK(counted(counter, 1, 1) == 100);
    const auto nothing = counter.during(1, [] { return std::uint64_t{1}; });
    REQUIRE(nothing);
    CHECK_FALSE(*nothing);
}

TEST_CASE("reads that need two passes are counted in both") {
    Counting counting = counting_of(
        {reads({{0, 1, 1}, {1, 1, 1}}, Sharing::group),
         {"ddr-read-2", {{0, 1, 1}, {2, 1, 1}}, 1, 0, false, {}, {}, "dram_read_bytes", Sharing::group, {}}},
        "resctrl");
    WorkerTeam team(1);
    ReadCounter counter(counting, find_read_events(counting, {}), team);
    counter.find_passes();
    CHECK(counter.passes() == std::vector<int>{0, 1});
    REQUIRE(counter.open(1));
    CHECK(counted(counter, 1, 1) == 2);
}

TEST_CASE("a counter that cannot be read ends the calibration") {
    Counting counting = counting_of({reads({{0, 1, 1}, {1, 1, 1}}, Sharing::group)}, "resctrl");
    auto collector =
        std::make_unique<ScriptedCollector>(std::vector{reads({{0, 1, 1}, {1, 1, 1}}, Sharing::group)}, "resctrl");
    collector->fail_at_read(2);
    counting.sources[0].collector = std::move(collector);
    WorkerTeam team(1);
    ReadCounter counter(counting, find_read_events(counting, {}), team);
    counter.find_passes();
    REQUIRE(counter.open(0));
    const auto bytes = counter.during(1, [] { return std::uint64_t{1}; });
    REQUIRE_FALSE(bytes);
    CHECK(to_line(bytes.error()) == "read counters of the script: read 2 fails; change the script");
}

TEST_CASE("the reason for an assumed factor is that of the collector that could not count") {
    Counting none;
    CHECK(find_read_events(none, {}).reason == "no collector counts DRAM reads here");
    none.collectors = {{"perf", false, "no core PMU", ""}, {"uncore", false, "no PMU amd_df", ""}};
    CHECK(find_read_events(none, {}).reason == "uncore: no PMU amd_df");

    Counting both = counting_of({reads({{1, 1, 1}}, Sharing::socket)});
    both.events[0].role = "dram_bytes";
    CHECK(find_read_events(both, {}).reason == "ddr-read does not distinguish reads from writes");

    Counting failing = counting_of({reads({{1, 1, 1}}, Sharing::socket)});
    QualificationRecord qualification;
    QualifiedEvent failed;
    failed.name = "ddr-read";
    failed.verdict = QualificationVerdict::failed;
    failed.reason = "counted 0.50 x the least it can be";
    qualification.events = {failed};
    const ReadEvents events = find_read_events(failing, qualification);
    CHECK(events.source.empty());
    CHECK(events.columns.empty());
    CHECK(events.reason == "ddr-read failed qualification: counted 0.50 x the least it can be");
}
