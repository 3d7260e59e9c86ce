#include <catch2/catch.hpp>

#include <signal.h>

#include <fstream>
#include <sstream>

#include "archive/samples_csv.hpp"
#include "support/tiny_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

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

TEST_CASE("a reading covers so many steps that its own cost is below 1 % of it") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.batch.reset();
    options.steps_per_k = 12;
    options.counting.events = {"cycles"};
    RunSeams seams = tiny_seams();
    script() = {{"cycles", {{10, 1, 1}, {100, 50, 50}}, 0, 0, false, {}, {}}};
    // paired's steps take 99 ns, index's 400, and an empty reading 3: 4 steps of paired are 396 ns, one of index is
    // 400.
    seams.make_loop = [](LoopKind kind, Workspace& workspace, WorkerTeam& team, const LoopOptions& o) {
        return lasting([kind] { return kind == LoopKind::index ? 400 : 99; })(kind, workspace, team, o);
    };
    Run run = prepared(options, seams);
    if (const auto measured = run.measure({}, never_stopped); !measured) FAIL(to_line(measured.error()));
    const auto table = read_samples(run.path() / "samples.csv");
    REQUIRE(table);
    std::map<std::string, std::vector<std::uint32_t>> steps;
    std::map<std::string, std::uint64_t> bytes;
    for (const Sample& sample : table->rows) {
        if (sample.repeat != 0) continue;
        steps[sample.loop].push_back(sample.step);
        bytes[sample.loop] += *sample.simulated[0];
        CHECK(sample.time_ns == (sample.loop == "index" ? 401 : 4 * 99 + 1));
        CHECK(sample.batch == (sample.loop == "index" ? 1 : 4));
        CHECK(sample.rows_written == (sample.loop == "index" ? 8 : 4 * 2));
    }
    CHECK(steps["paired"] == std::vector<std::uint32_t>{0, 4, 8});
    CHECK(steps["index"] == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    REQUIRE(run.record().experiments.size() == 2);
    CHECK(run.record().experiments[0].batch == 4);
    CHECK(run.record().experiments[0].readings == 3u);
    CHECK(run.record().experiments[1].readings == 12u);
    // The bytes of a loop are those of the same trace, however it is read.
    options.batch = 6;
    options.out = (directory / "again").string();
    Run other = prepared(options, seams);
    if (const auto measured = other.measure({}, never_stopped); !measured) FAIL(to_line(measured.error()));
    std::map<std::string, std::uint64_t> again;
    const auto other_table = read_samples(other.path() / "samples.csv");
    REQUIRE(other_table);
    for (const Sample& sample : other_table->rows)
        if (sample.repeat == 0) again[sample.loop] += *sample.simulated[0];
    CHECK(again == bytes);
}

TEST_CASE("a step between whose neighbours other work is done is read by itself") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.batch.reset();
    options.between = Between::use;
    Run run = prepared(options, tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    CHECK(run.record().experiments[0].batch == 1);
}

TEST_CASE("the simulated bytes of a k do not depend on the other ks and loops of the run, nor on oracle's trial") {
    // Read and written in a step of oracle at k = 4, with ordinary and with non-temporal stores.
    using Bytes = std::array<double, 4>;
    const auto bytes_of_k4 = [](const std::vector<std::uint32_t>& ks, const std::vector<LoopKind>& loops) {
        const test::TemporaryDirectory directory;
        RunOptions options = tiny_options(directory);
        options.ks = ks;
        options.loops = loops;
        options.hidden_dim = options.up_cols = 16; // whole lines
        options.steps_per_k = 400; // oracle's list is 802 pairs at k = 4 and 1604 at k = 8: two pages and four
        options.llc = CacheGeometry{2048, 2, 64};
        Run run = prepared(options, tiny_seams());
        if (const auto measured = run.measure({}, never_stopped); !measured) FAIL(to_line(measured.error()));
        const auto table = read_samples(run.path() / "samples.csv");
        REQUIRE(table);
        double read = 0, written = 0, steps = 0;
        for (const Sample& sample : table->rows) {
            if (sample.loop != "oracle" || sample.k != 4 || sample.pass != 0) continue;
            read += static_cast<double>(*sample.simulated[0]);
            written += static_cast<double>(*sample.simulated[1]);
            ++steps;
        }
        REQUIRE(steps == 2 * 400);
        for (const ExperimentRecord& record : run.record().experiments) {
            if (record.loop != "oracle") {
                CHECK_FALSE(record.other_stores);
                continue;
            }
            REQUIRE(record.other_stores);
            const bool chose_nt = record.copy_method == "nt";
            CHECK(record.other_stores->stores == (chose_nt ? "ordinary" : "non-temporal"));
            const double other_read = record.other_stores->read_bytes, other_written = record.other_stores->write_bytes;
            if (record.k == 4)
                return chose_nt ? Bytes{other_read, other_written, read / steps, written / steps}
                                : Bytes{read / steps, written / steps, other_read, other_written};
        }
        FAIL("no oracle");
        return Bytes{};
    };
    const Bytes alone = bytes_of_k4({4}, {LoopKind::oracle});
    // Two rows of two lines are stored in each step: non-temporal stores write each once and fetch none.
    CHECK(alone[3] == 4 * 64);
    CHECK(alone[0] > alone[2] + 64);
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
    // 2 ks of 2 segments, shared by 6 simulations, 2 trials of oracle and 24 phases. A mask is one word.
    CHECK(traces->generated() == 4);
    CHECK(traces->kept_bytes() == 4 * (1 + 3) * 8);
    CHECK(run.record().experiments.size() == 6);
}

TEST_CASE("the same loop twice is measured as two, and the second is called index#2") {
    const test::TemporaryDirectory directory;
    RunOptions options = tiny_options(directory);
    options.loops = {LoopKind::index, LoopKind::index};
    Run run = prepared(options, tiny_seams());
    REQUIRE(run.measure({}, never_stopped));
    CHECK(run.record().workload.loops == std::vector<std::string>{"index", "index#2"});
    CHECK(run.record().experiments[1].loop == "index#2");
    const auto samples = read_samples(run.path() / "samples.csv", FileEnd::whole);
    REQUIRE(samples);
    CHECK(std::count_if(samples->rows.begin(), samples->rows.end(),
                        [](const Sample& sample) { return sample.loop == "index#2"; }) == 2 * 2 * 2);
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
    CHECK(read_run_record(run.path())->measured);
    REQUIRE(run.directory()->write_file("report.md", "report") == 0);
    std::ofstream(run.path() / "letter.txt") << "dear reader";
    REQUIRE(run.finish());
    const auto record = read_run_record(run.path());
    REQUIRE(record);
    CHECK(record->status == RunStatus::complete);
    CHECK(record->files.count("letter.txt") == 0);
    for (const auto& entry : std::filesystem::directory_iterator(run.path()))
        CHECK_FALSE(is_temporary_name(entry.path().filename().string()));
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
    // An empty reading is one increment: 100 and 200 in turn.
    REQUIRE(record->read_cost[0].counters.size() == 1);
    CHECK(record->read_cost[0].counters[0].event == "cycles");
    CHECK(record->read_cost[0].counters[0].cost == ReadingCost{1000, 150, 100, 200, 100, 200});
    CHECK(record->read_cost[0].clock_ns == ReadingCost{1000, 1, 1, 1, 1, 1});
    // The clock is read before, twice between, and after the reads.
    CHECK(record->read_cost[0].reading_ns == ReadingCost{1000, 3, 3, 3, 3, 3});
    // 7, and 9 of which half was scheduled.
    REQUIRE(record->read_cost[1].counters.size() == 1);
    CHECK(record->read_cost[1].counters[0].event == "instructions");
    CHECK(record->read_cost[1].counters[0].cost == ReadingCost{1000, 12.5, 7, 18, 7, 18});
    CHECK(record->files.count("samples.csv") == 1);
    CHECK(record->files.at("report.md").bytes == 6);
    CHECK(record->files.count("run.json") == 0);
    // cycles and instructions are in different passes.
    const auto cpi = std::find_if(record->unavailable.begin(), record->unavailable.end(),
                                  [](const UnavailableRecord& u) { return u.metric == "cpi"; });
    REQUIRE(cpi != record->unavailable.end());
    CHECK(cpi->reason == "cycles and instructions do not fit into one group of counters");
}
