#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <signal.h>

#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "counters/scripted_collector.hpp"
#include "experiment/schedule/run.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;

namespace {

/// Every call is 100 ns after the previous one, so a step takes 100 ns.
std::uint64_t run_clock() {
    static std::uint64_t now = 0;
    return now += 100;
}

/// The table of collectors consists of plain functions, which replay this script.
std::vector<ScriptedEvent>& script() {
    static std::vector<ScriptedEvent> events;
    return events;
}
std::optional<std::uint64_t>& failing_read() {
    static std::optional<std::uint64_t> read;
    return read;
}
constexpr CollectorEntry scripted_table[] = {{"perf", "perf", Supplies::events, "scripted", [](Sys&, const SysRoot&) {
                                                  auto collector = std::make_unique<ScriptedCollector>(script());
                                                  collector->fail_at_read(failing_read());
                                                  return std::unique_ptr<Collector>(std::move(collector));
                                              }}};

/// Cycles in pass 0 (100 and 200 in the two steps), instructions in pass 1 (7, and 9 of which half was scheduled).
std::vector<ScriptedEvent> two_passes() {
    ScriptedEvent cycles{"cycles", {{10, 1, 1}, {100, 50, 50}, {10, 1, 1}, {200, 60, 60}}, 0, 0, false, {}, {}};
    ScriptedEvent instructions{"instructions", {{1, 1, 1}, {7, 40, 40}, {1, 1, 1}, {9, 40, 20}}, 1, 0, true, {}, {}};
    return {cycles, instructions};
}

/// N = 16 rows of 16 + 16 bytes, m = 8; k = 4: two rows removed, two added.
RunOptions tiny_options(const test::TemporaryDirectory& directory) {
    RunOptions options;
    options.workload.pool_rows = 16;
    options.workload.active_rows = 8;
    options.hidden_dim = options.up_cols = 4;
    options.ks = {4};
    options.steps_per_k = 2;
    options.repeats = 2;
    options.warmup = 1;
    options.loops = {LoopKind::paired, LoopKind::index};
    options.counting.collectors = {"perf", "sim"};
    options.counting.events = {"cycles", "instructions"};
    options.llc = CacheGeometry{4096, 4, 64};
    options.out = (directory / "run").string();
    options.command = {"bytebound", "run", "--ks", "4"};
    options.qualify = Qualify::off; // see qualification_test.cpp
    return options;
}

/// The running machine with caches small enough to be swept quickly.
RunSeams tiny_seams() {
    RunSeams seams;
    seams.collectors = scripted_table;
    seams.clock = run_clock;
    seams.machine = *discover(seams.root);
    seams.machine->caches = {{3, "Unified", 65536, 16, 64, seams.machine->online, "sysfs"}};
    seams.facts = PlanFacts{};
    seams.capture_environment = false;
    script() = two_passes();
    failing_read().reset();
    return seams;
}

KernelSys run_kernel;
StopFlag never_stopped{0};

Run prepared(const RunOptions& options, RunSeams seams) {
    auto run = Run::prepare(run_kernel, options, std::move(seams));
    if (!run) FAIL(to_line(run.error()));
    return std::move(*run);
}

/// The cells of a row that do not depend on the machine.
std::string cells(const Sample& s) {
    std::string text = fmt::format("{} k{} r{} s{} p{} A{} R{} w{} m{} [{}] {}", s.loop, s.k, s.repeat, s.step, s.pass,
                                   s.added, s.removed, s.rows_written, s.min_rows, fmt::join(s.flags, " "), s.time_ns);
    for (const auto& reading : s.readings)
        text += reading ? fmt::format(" {}/{}/{}", reading->count, reading->enabled_ns, reading->running_ns) : " -";
    return text + (s.simulated.empty() || !s.simulated[0] ? " -" : " sim");
}

std::vector<std::string> all_cells(const SampleTable& table) {
    std::vector<std::string> list;
    for (const Sample& sample : table.rows)
        list.push_back(cells(sample));
    return list;
}

/// A loop that reports wrong rows or corrupts the slab in its last step.
class BadLoop final : public UpdateLoop {
public:
    BadLoop(std::unique_ptr<UpdateLoop> loop, Workspace& workspace, bool corrupt)
        : loop_(std::move(loop)), workspace_(workspace), corrupt_(corrupt) {}
    void reset(std::span<const StepChange> changes) override {
        last_ = static_cast<std::uint32_t>(changes.size()) - 1;
        loop_->reset(changes);
    }
    StepOutcome step(std::uint32_t step) noexcept override {
        StepOutcome outcome = loop_->step(step);
        if (step != last_) return outcome;
        if (corrupt_)
            *workspace_.slab_row(1, 3) ^= std::byte{1};
        else
            ++outcome.rows_written;
        return outcome;
    }
    std::uint32_t active_rows() const override { return loop_->active_rows(); }
    std::span<const std::uint32_t> ids() const override { return loop_->ids(); }

private:
    std::unique_ptr<UpdateLoop> loop_;
    Workspace& workspace_;
    bool corrupt_;
    std::uint32_t last_ = 0;
};

RunSeams bad_index_seams(bool corrupt) {
    RunSeams seams = tiny_seams();
    seams.make_loop = [corrupt](LoopKind kind, Workspace& workspace, WorkerTeam& team, const LoopOptions& options) {
        auto loop = make_loop(kind, workspace, team, options);
        if (kind != LoopKind::index) return loop;
        return std::unique_ptr<UpdateLoop>(std::make_unique<BadLoop>(std::move(loop), workspace, corrupt));
    };
    return seams;
}

} // namespace

TEST_CASE("a whole run without hardware has every phase, pass and cell") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    CHECK_FALSE(std::filesystem::exists(run.path())); // preparing writes nothing
    const auto measured = run.measure({}, never_stopped);
    if (!measured) FAIL(to_line(measured.error()));

    const auto table = read_samples(run.path() / "samples.csv");
    REQUIRE(table);
    CHECK(table->events == std::vector<std::string>{"cycles", "instructions"});
    // Repeat 1 starts with the other loop. A pass fills only its own events; its second instruction reading ran for 20
    // of 40 ns. Simulated cells are filled in pass 0 of both repeats.
    const std::vector<std::string> expected = {"paired k4 r0 s0 p0 A2 R2 w2 m2 [] 100 100/50/50 - sim",
                                               "paired k4 r0 s1 p0 A2 R2 w2 m2 [] 100 200/60/60 - sim",
                                               "paired k4 r0 s0 p1 A2 R2 w2 m2 [] 100 - 7/40/40 -",
                                               "paired k4 r0 s1 p1 A2 R2 w2 m2 [multiplexed] 100 - 9/40/20 -",
                                               "index k4 r0 s0 p0 A2 R2 w8 m2 [] 100 100/50/50 - sim",
                                               "index k4 r0 s1 p0 A2 R2 w8 m2 [] 100 200/60/60 - sim",
                                               "index k4 r0 s0 p1 A2 R2 w8 m2 [] 100 - 7/40/40 -",
                                               "index k4 r0 s1 p1 A2 R2 w8 m2 [multiplexed] 100 - 9/40/20 -",
                                               "index k4 r1 s0 p0 A2 R2 w8 m2 [] 100 100/50/50 - sim",
                                               "index k4 r1 s1 p0 A2 R2 w8 m2 [] 100 200/60/60 - sim",
                                               "index k4 r1 s0 p1 A2 R2 w8 m2 [] 100 - 7/40/40 -",
                                               "index k4 r1 s1 p1 A2 R2 w8 m2 [multiplexed] 100 - 9/40/20 -",
                                               "paired k4 r1 s0 p0 A2 R2 w2 m2 [] 100 100/50/50 - sim",
                                               "paired k4 r1 s1 p0 A2 R2 w2 m2 [] 100 200/60/60 - sim",
                                               "paired k4 r1 s0 p1 A2 R2 w2 m2 [] 100 - 7/40/40 -",
                                               "paired k4 r1 s1 p1 A2 R2 w2 m2 [multiplexed] 100 - 9/40/20 -"};
    CHECK(all_cells(*table) == expected);
    for (const Sample& sample : table->rows)
        CHECK(sample.cpu_before == run.plan().placement.cpus[0]);
    // The parts by buffer add up to the total.
    const Sample& first = table->rows[0];
    std::uint64_t read = 0;
    for (std::size_t i = 3; i < 13; i += 2)
        read += *first.simulated[i];
    CHECK(read == *first.simulated[0]);
    CHECK(*first.simulated[2] * 64 == *first.simulated[0]);
}

TEST_CASE("the simulated bytes of a k do not depend on the other ks and loops of the run") {
    const auto bytes_of_k4 = [](const std::vector<std::uint32_t>& ks, const std::vector<LoopKind>& loops) {
        const test::TemporaryDirectory directory;
        RunOptions options = tiny_options(directory);
        options.ks = ks;
        options.loops = loops;
        options.steps_per_k = 400; // oracle's list is 802 pairs at k = 4 and 1604 at k = 8: two pages and four
        options.llc = CacheGeometry{2048, 2, 64};
        Run run = prepared(options, tiny_seams());
        if (const auto measured = run.measure({}, never_stopped); !measured) FAIL(to_line(measured.error()));
        const auto table = read_samples(run.path() / "samples.csv");
        REQUIRE(table);
        std::vector<std::vector<std::optional<std::uint64_t>>> cells;
        for (const Sample& sample : table->rows)
            if (sample.loop == "oracle" && sample.k == 4 && sample.pass == 0) cells.push_back(sample.simulated);
        return cells;
    };
    const auto alone = bytes_of_k4({4}, {LoopKind::oracle});
    REQUIRE(alone.size() == 2 * 400);
    CHECK(*alone[100].front() > 0);
    CHECK(bytes_of_k4({4, 8}, {LoopKind::oracle}) == alone);
    CHECK(bytes_of_k4({8, 4}, {LoopKind::index, LoopKind::oracle}) == alone);
}

TEST_CASE("a run generates every segment of every k once, for all its loops, passes, replays and trials") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.ks = {2, 4};
    options.loops = {LoopKind::paired, LoopKind::index, LoopKind::oracle};
    RunSeams seams = tiny_seams();
    seams.traces = std::make_shared<TraceStore>(std::uint64_t{1} << 20);
    const auto traces = seams.traces;
    Run run = prepared(options, std::move(seams));
    REQUIRE(run.measure({}, never_stopped));
    // 2 ks of 2 segments, shared by 12 ledgers, 6 simulations, 2 trials of oracle and 24 phases. A mask is one word.
    CHECK(traces->generated() == 4);
    CHECK(traces->kept_bytes() == 4 * (1 + 3) * 8);
    CHECK(run.record().experiments.size() == 6);
}

TEST_CASE("run.json of a finished run records what was done and the hashes of all files") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    std::string status_during;
    const auto measured = run.measure(
        [&](const Progress& progress) {
            if (progress.stage == "measure" && progress.done == 1)
                status_during = name_of(read_run_record(run.path())->status);
        },
        never_stopped);
    if (!measured) FAIL(to_line(measured.error()));
    CHECK(status_during == "running");
    CHECK(read_run_record(run.path())->status == RunStatus::running); // nothing is sealed yet
    CHECK(run.record().status == RunStatus::complete);
    std::ofstream(run.path() / "report.md") << "report";
    std::ofstream(run.path() / "letter.txt") << "dear reader";
    REQUIRE(run.finish());
    const auto record = read_run_record(run.path());
    REQUIRE(record);
    CHECK(record->status == RunStatus::complete);
    CHECK(record->files.count("letter.txt") == 0);
    CHECK_FALSE(std::filesystem::exists(run.path() / "run.json.new"));
    CHECK_FALSE(record->failure);
    CHECK(record->passes == 2);
    CHECK(record->events[1].pass == 1);
    CHECK(record->events[1].multiplexed);
    CHECK(record->events[0].source == "perf");
    REQUIRE(record->experiments.size() == 2);
    CHECK(record->experiments[0].loop == "paired");
    CHECK(record->experiments[0].simulated);
    CHECK(record->experiments[0].warmup_steps == 1);
    CHECK(record->simulation->geometry == CacheGeometry{4096, 4, 64});
    CHECK(record->placement.steps == 16);
    CHECK(record->placement.affinity_read_back.size() == 1);
    REQUIRE(record->read_cost.size() == 2);
    // One pair is one increment: 10, 100, 10, 200 in turn. A pair is two reads of the script.
    CHECK(record->read_cost[0].counts_mean.at("cycles") == 150);
    CHECK(record->read_cost[0].time_ns_median == 100);
    CHECK(record->files.count("samples.csv") == 1);
    CHECK(record->files.at("report.md").bytes == 6);
    CHECK(record->files.count("run.json") == 0);
    // cycles and instructions are in different passes.
    const auto cpi = std::find_if(record->unavailable.begin(), record->unavailable.end(),
                                  [](const UnavailableRecord& u) { return u.metric == "cpi"; });
    REQUIRE(cpi != record->unavailable.end());
    CHECK(cpi->reason == "cycles and instructions do not fit into one group of counters");
}

TEST_CASE("a slab that differs from the pool ends the run with the position, and keeps the finished phases") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), bad_index_seams(true));
    const auto measured = run.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::internal);
    CHECK(measured.error().object.find("index k 4, repeat 0, pass 0") != std::string::npos);
    CHECK(to_line(measured.error()).find("slot 3") != std::string::npos);
    const auto record = read_run_record(run.path());
    REQUIRE(record);
    CHECK(record->status == RunStatus::failed);
    CHECK(record->failure->exit_code == 1);
    CHECK(read_samples(run.path() / "samples.csv")->rows.size() == 4); // paired, both passes
    REQUIRE(run.finish());
    CHECK(read_run_record(run.path())->status == RunStatus::failed);
}

TEST_CASE("a loop that reports more rows than its replay stores is detected") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), bad_index_seams(false));
    const auto measured = run.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(to_line(measured.error()) ==
          "verify index k 4, repeat 0, pass 0: step 2 stored 9 rows, its replay 8; report this with the command");
}

TEST_CASE("a stop during a phase discards that phase and keeps the previous ones") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    StopFlag stop{0};
    const auto measured = run.measure(
        [&](const Progress& progress) {
            if (progress.stage == "measure" && progress.done == 3) stop = SIGTERM;
        },
        stop);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::terminated);
    CHECK(to_line(measured.error()) == "run " + run.path().string() +
                                           ": terminated by SIGTERM; finished phases are kept; bytebound report shows "
                                           "them");
    CHECK(read_run_record(run.path())->status == RunStatus::failed);
    CHECK(read_run_record(run.path())->failure->exit_code == 143);
    CHECK(read_samples(run.path() / "samples.csv")->rows.size() == 6);
}

TEST_CASE("a stop before the first phase ended promises no phase") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    StopFlag stop{0};
    const auto measured = run.measure(
        [&](const Progress& progress) {
            if (progress.stage == "measure") stop = SIGINT;
        },
        stop);
    REQUIRE_FALSE(measured);
    CHECK(to_line(measured.error()) ==
          "run " + run.path().string() + ": interrupted by SIGINT; no phase had finished; run it again");
}

TEST_CASE("a run that cannot be sealed is a failed run") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    std::filesystem::create_directory(run.path() / "report.md"); // can be opened, but not read
    const auto finished = run.finish();
    REQUIRE_FALSE(finished);
    CHECK(finished.error().operation == "hash");
    const auto record = read_run_record(run.path());
    REQUIRE(record);
    CHECK(record->status == RunStatus::failed);
    CHECK(record->failure->operation == "hash");
    CHECK(record->files.empty());
    CHECK(run.record().status == RunStatus::failed);
}

TEST_CASE("a run whose reports could not be written is a failed run; the first failure stays") {
    const test::TemporaryDirectory directory;
    Run run = prepared(tiny_options(directory), tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    REQUIRE(run.give_up({ExitCode::internal, "write", "report.md", "no space left", "free some space", ENOSPC}));
    REQUIRE(run.give_up({ExitCode::internal, "hash", "samples.csv", "another cause", ""}));
    REQUIRE(run.finish());
    const auto record = read_run_record(run.path());
    CHECK(record->status == RunStatus::failed);
    CHECK(record->failure->cause == "no space left (ENOSPC)");
}

TEST_CASE("a failed read of planned counters ends the phase and the run") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.counting.collectors = {"perf"};
    options.repeats = 1;
    Run run = prepared(options, tiny_seams());
    // Reads 1 and 2 of the second phase's open() are its first step; measuring the read cost makes 2000 reads of its
    // own open().
    failing_read() = 2003;
    options.steps_per_k = 1;
    const auto enough = run.measure({}, never_stopped);
    CHECK(enough); // no phase makes that many reads
    const test::TemporaryDirectory other;
    options = tiny_options(other);
    Run failing = prepared(options, tiny_seams());
    failing_read() = 3;
    const auto measured = failing.measure({}, never_stopped);
    REQUIRE_FALSE(measured);
    CHECK(measured.error().code == ExitCode::internal);
    CHECK(read_run_record(failing.path())->status == RunStatus::failed);
}

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
    CHECK_FALSE(run.directory_exists());
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
    Run run = prepared(tiny_options(directory), shared_seams({{10, 1000, 1000}, {90, 1000, 1000}, {20, 1000, 1000}}));
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
