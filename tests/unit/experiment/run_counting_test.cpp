#include <catch2/catch.hpp>

#include <signal.h>

#include <fstream>
#include <sstream>

#include "archive/samples_csv.hpp"
#include "support/tiny_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("without a simulation the DRAM metrics are unavailable with a reason, and have no column") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.counting.collectors = {"perf"};
    Run run = prepared(options, tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    const auto table = read_samples(run.path() / "samples.csv");
    CHECK(table->simulated.empty());
    const RunRecord& record = run.record();
    CHECK_FALSE(record.simulation);
    CHECK_FALSE(record.experiments[0].stationary);
    CHECK(record.experiments[0].simulation_reason == "--collector does not list sim");
    CHECK(record.unavailable[0].metric == "dram_read_bytes");
    CHECK(record.unavailable[0].reason ==
          "core-estimate: no preset contains one; no simulation: --collector does not list sim");
}

TEST_CASE("an explicit collector that cannot open anything ends the run before anything is written; auto continues") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.counting.events = {"cycles"};
    RunSeams seams = tiny_seams();
    script() = {{"cycles", {}, 0, 0, false, "no core PMU", "use bare metal"}};
    Run run = prepared(options, seams);
    const auto measured = run.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::not_possible);
    CHECK(to_line(measured.error()) ==
          "count with --collector perf: it can open none of the events; cycles: no core PMU; use bare metal");
    CHECK(run.directory() == nullptr);
    CHECK_FALSE(std::filesystem::exists(run.path()));

    options.counting.collectors = {"auto"};
    Run automatic = prepared(options, seams);
    REQUIRE(automatic.measure({}, never_stopped));
    CHECK(automatic.record().events[0].reason == "no core PMU");
    CHECK(automatic.record().events[0].pass == -1);
    options.out = (directory / "strict").string();
    options.counting.strict = true;
    Run strict = prepared(options, seams);
    const auto refused = strict.measure({}, never_stopped);
    REQUIRE_FALSE(refused);
    CHECK(to_line(refused.error()) == "count cycles: no core PMU (--strict); use bare metal");
}

TEST_CASE("a collector that this build lacks is not possible, an unknown one is wrong usage") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.counting.collectors = {"callgrind"};
    Run run = prepared(options, tiny_seams());
    const auto measured = run.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::not_possible);
    CHECK(measured.error().cause == "this build does not have it");
    options.counting.collectors = {"pappi"};
    const auto unknown = Run::prepare(run_kernel, options, tiny_seams());
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == ExitCode::usage);
}

TEST_CASE("events that perf refuses and the operating system counts come from there, with that source") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.counting.collectors = {"auto"};
    options.counting.events = {"context-switches", "page-faults", "task-clock"};
    RunSeams seams = tiny_seams();
    script().clear();
    for (const std::string& name : options.counting.events)
        script().push_back({name, {}, 0, 0, false, "paranoid", ""});
    Run run = prepared(options, seams);
    REQUIRE(run.measure({}, never_stopped));
    const RunRecord& record = run.record();
    for (const EventRecord& event : record.events) {
        CHECK(event.source == "os");
        CHECK(event.pass == 0);
        CHECK(event.reason.empty());
    }
    const auto table = read_samples(run.path() / "samples.csv");
    for (const Sample& sample : table->rows)
        for (const auto& reading : sample.readings)
            CHECK(reading->state == ReadingState::counted);
    CHECK(table->rows[0].readings[2]->count > 0); // a step takes CPU time
}

TEST_CASE("with two workers rows contain the sums, and workers.csv the parts") {
    RunSeams seams = tiny_seams();
    if (seams.machine->allowed.size() < 2) {
        WARN("this machine has one CPU");
        return;
    }
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.threads = 2;
    options.repeats = 1;
    options.loops = {LoopKind::index};
    options.counting.events = {"cycles"};
    Run run = prepared(options, seams);
    const auto measured = run.measure({}, never_stopped);
    if (!measured) FAIL(to_line(measured.error()));
    const auto table = read_samples(run.path() / "samples.csv");
    REQUIRE(table->rows.size() == 2);
    // The step is serial: only the leader works.
    CHECK(*table->rows[1].readings[0] == Reading{200, 60, 60, ReadingState::counted});
    const auto workers = read_samples(run.path() / "workers.csv");
    REQUIRE(workers);
    REQUIRE(workers->rows.size() == 4);
    CHECK(workers->rows[3].worker == 1);
    CHECK(workers->rows[3].worker_cpu == run.plan().placement.cpus[1]);
    CHECK(*workers->rows[2].readings[0] == Reading{200, 60, 60, ReadingState::counted});
    CHECK_FALSE(workers->rows[3].readings[0]);
    CHECK(workers->rows[2].time_ns == 100);
    CHECK(workers->rows[3].time_ns == 0);
    // The other worker's empty parts cost one increment each, but this run has no part.
    const auto& costs = run.record().read_cost.at(0).counters;
    REQUIRE(costs.size() == 2);
    CHECK(costs[1].worker == 1);
    CHECK(costs[1].cost.median == 150);
    CHECK(run.record().experiments[0].worker_parts == std::vector<double>{0});
}

TEST_CASE("--between fills the gap's columns") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.between = Between::evict;
    options.warmup.reset();
    Run run = prepared(options, tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    const auto table = read_samples(run.path() / "samples.csv");
    REQUIRE(table->simulated.back() == "gap_dram_write_bytes");
    const Sample& first = table->rows[0];
    // Sweep: 4 x 4096 bytes read. Every dirty line is evicted: the two rows of 16 bytes in two groups dirty at least 2
    // lines.
    CHECK(*first.simulated[first.simulated.size() - 2] == 16384);
    CHECK(*first.simulated.back() >= 128);
    CHECK(run.record().experiments[0].warmup_steps == 5);
}

namespace {

/// Reads and writes at two boxes, 64 bytes per count; the test sets the replayed increments.
std::vector<ScriptedEvent>& boxes() {
    static std::vector<ScriptedEvent> events;
    return events;
}
constexpr CollectorEntry shared_table[] = {
    {"perf", "perf", Supplies::events, "scripted",
     [](Sys&, const SysRoot&) { return std::unique_ptr<Collector>(std::make_unique<ScriptedCollector>(script())); }},
    {"uncore", "perf", Supplies::dram, "scripted", [](Sys&, const SysRoot&) {
         return std::unique_ptr<Collector>(std::make_unique<ScriptedCollector>(boxes(), "uncore"));
     }}};

RunSeams shared_seams(std::vector<CounterValue> increments) {
    RunSeams seams = tiny_seams();
    seams.collectors = shared_table;
    seams.facts->preset.memory.counters = {MemoryCounter{}};
    script() = {{"cycles", {{5, 9, 9}}, 0, 0, false, {}, {}}, {"instructions", {{5, 9, 9}}, 0, 0, false, {}, {}}};
    boxes() = {{"ddr-read", increments, 0, 0, false, {}, {}, "dram_read_bytes", Sharing::socket, {64, 64}},
               {"ddr-write", increments, 0, 0, false, {}, {}, "dram_write_bytes", Sharing::socket, {64, 64}}};
    return seams;
}

} // namespace

TEST_CASE("with --between the DRAM bytes of the gap are counted at a third reading") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.between = Between::use;
    options.counting.events = {"cycles"};
    RunSeams seams = shared_seams({});
    script() = {{"cycles", {{5, 9, 9}}, 0, 0, false, {}, {}}};
    // Before the step, after it, and after the gap: the step reads 3 lines and the gap 50.
    boxes() = {{"ddr-read",
                {{1000, 10, 10}, {3, 10, 10}, {50, 30, 30}},
                0,
                0,
                false,
                {},
                {},
                "dram_read_bytes",
                Sharing::group,
                {64}}};
    Run run = prepared(options, seams);
    if (const auto measured = run.measure({}, never_stopped); !measured) FAIL(to_line(measured.error()));
    const auto table = read_samples(run.path() / "samples.csv");
    REQUIRE(table);
    CHECK(table->events == std::vector<std::string>{"cycles", "ddr-read", "gap:ddr-read"});
    REQUIRE(table->rows.size() == 2 * 2 * 2); // loops, repeats, steps
    for (const Sample& sample : table->rows) {
        CHECK(*sample.readings[1] == Reading{3 * 64, 10, 10, ReadingState::counted});
        CHECK(*sample.readings[2] == Reading{50 * 64, 30, 30, ReadingState::counted});
    }
}

TEST_CASE("shared counters are read on the idle machine around every phase, into a separate file") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), shared_seams({{10, 1000, 1000}}));
    REQUIRE(run.measure({}, never_stopped));
    REQUIRE(run.finish());
    const auto background = read_samples(run.path() / "background.csv", FileEnd::whole, SampleFile::background);
    REQUIRE(background);
    CHECK(background->rows.size() == 2 * 2 * 10); // loops, repeats, 5 windows on either side
    CHECK(*background->rows[9].readings[2] == Reading{10 * 64 * 2, 2000, 2000, ReadingState::counted});
    CHECK_FALSE(background->rows[9].readings[0]); // cycles of the leader do not describe the machine
    const auto samples = read_samples(run.path() / "samples.csv");
    CHECK(*samples->rows[0].readings[3] == Reading{10 * 64 * 2, 2000, 2000, ReadingState::counted});
    CHECK(samples->rows[0].batch == 1); // an even background hides nothing
    CHECK(run.record().files.contains("background.csv"));
}

TEST_CASE("an uneven background leads to longer traces with one reading per several steps") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.batch.reset();
    RunSeams seams = shared_seams({{10, 1000, 1000}, {90, 1000, 1000}, {20, 1000, 1000}});
    seams.make_loop = lasting([] { return 1000; }); // so long that the cost of a reading needs no batch
    Run run = prepared(options, seams);
    REQUIRE(run.measure({}, never_stopped));
    const std::uint32_t batch = run.record().experiments[0].batch;
    CHECK(batch > 1);
    const auto samples = read_samples(run.path() / "samples.csv");
    REQUIRE(samples->rows.size() == 8); // steps_per_k readings of 2 loops in 2 repeats
    for (const Sample& sample : samples->rows) {
        CHECK(sample.batch == batch);
        CHECK(sample.added == 2 * batch); // k = 4
        CHECK(sample.bound_rows == 2 * batch);
    }
    CHECK(samples->rows[1].step == batch);
}

TEST_CASE("a frozen shared counter ends the run with a remedy") {
    const test::TemporaryDirectory directory;
    // The 24th reading after an opening is the 8th of a phase or later, and never one of the probes, which read 23
    // times.
    std::vector<CounterValue> increments(8, CounterValue{10, 1000, 1000});
    increments[7] = {0, 0, 0}; // readings: 6 idle ones, before, after
    RunOptions options = tiny_options(directory);
    options.counting.collectors = {"perf", "sim"};
    Run run = prepared(options, shared_seams(increments));
    const auto measured = run.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::internal);
    CHECK(to_line(measured.error()) == "read event ddr-read: one of its counters stopped at reading 0; check whether a "
                                       "CPU went offline or a PMU driver was unloaded; finished phases are kept");
    CHECK(read_run_record(run.path())->status == RunStatus::failed);
}
