#include "support/example_run.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace bytebound::test {
namespace {

constexpr std::uint32_t repeats = 2, steps = 3;

/// Results of one loop at one k; the inner arrays are per step of repeat 0, then of repeat 1.
struct Phase {
    const char* loop;
    std::uint32_t k;
    std::uint64_t time_ns[repeats * steps];
    std::uint64_t cycles[repeats * steps];
    std::uint32_t added[steps], removed[steps], rows_written[steps], min_rows[steps];
    /// Simulated bytes of repeat 0: slab reads, pool reads, slab writes. All 0 and `simulated` false for hybrid.
    bool simulated;
    std::uint64_t pool_read[steps], slab_read[steps], slab_write[steps];
};

constexpr Phase phases[] = {
    {"paired",
     2,
     {100, 110, 120, 90, 100, 130},
     {200, 220, 240, 180, 200, 260},
     {1, 1, 1},
     {1, 1, 1},
     {1, 1, 1},
     {1, 1, 1},
     true,
     {1024, 1024, 1024},
     {0, 1024, 0},
     {0, 64, 128}},
    {"index",
     2,
     {800, 810, 820, 790, 800, 900},
     {1600, 1600, 1600, 1600, 1600, 1600},
     {1, 1, 1},
     {1, 1, 1},
     {8, 8, 8},
     {1, 1, 1},
     true,
     {512, 512, 512},
     {0, 0, 0},
     {0, 0, 0}},
    {"hybrid",
     2,
     {100, 100, 100, 100, 100, 100},
     {200, 200, 200, 200, 200, 200},
     {1, 1, 1},
     {1, 1, 1},
     {1, 1, 1},
     {1, 1, 1},
     false,
     {},
     {},
     {}},
    // Odd k: A and R alternate. With R > A, in step 1, the one survivor above the new end also moves: min = 1 + 1.
    {"paired",
     3,
     {200, 200, 200, 200, 200, 200},
     {400, 400, 400, 400, 400, 400},
     {2, 1, 2},
     {1, 2, 1},
     {2, 2, 2},
     {2, 2, 2},
     true,
     {2048, 1024, 2048},
     {0, 0, 0},
     {0, 0, 0}},
    {"index",
     3,
     {800, 800, 800, 800, 800, 800},
     {1600, 1600, 1600, 1600, 1600, 1600},
     {2, 1, 2},
     {1, 2, 1},
     {9, 8, 9},
     {2, 2, 2},
     true,
     {512, 512, 512},
     {0, 0, 0},
     {0, 0, 0}},
    {"hybrid",
     3,
     {800, 800, 200, 800, 800, 200},
     {1600, 1600, 400, 1600, 1600, 400},
     {2, 1, 2},
     {1, 2, 1},
     {9, 8, 2},
     {2, 1, 2},
     false,
     {},
     {},
     {}},
    {"paired",
     0,
     {10, 10, 10, 10, 10, 10},
     {20, 20, 20, 20, 20, 20},
     {0, 0, 0},
     {0, 0, 0},
     {0, 0, 0},
     {0, 0, 0},
     true,
     {0, 0, 0},
     {0, 0, 0},
     {0, 0, 0}},
    {"index",
     0,
     {800, 800, 800, 800, 800, 800},
     {1600, 1600, 1600, 1600, 1600, 1600},
     {0, 0, 0},
     {0, 0, 0},
     {8, 8, 8},
     {0, 0, 0},
     true,
     {0, 0, 0},
     {0, 0, 0},
     {0, 0, 0}},
    {"hybrid",
     0,
     {10, 10, 10, 10, 10, 10},
     {20, 20, 20, 20, 20, 20},
     {0, 0, 0},
     {0, 0, 0},
     {0, 0, 0},
     {0, 0, 0},
     false,
     {},
     {},
     {}},
};

Reading counted(std::uint64_t count) { return {count, 1000, 1000, ReadingState::counted}; }

Sample sample_of(const Phase& phase, std::uint32_t repeat, std::uint32_t step, int pass) {
    Sample out;
    out.loop = phase.loop;
    out.k = phase.k;
    out.repeat = repeat;
    out.step = step;
    out.pass = pass;
    out.added = phase.added[step];
    out.removed = phase.removed[step];
    out.rows_written = phase.rows_written[step];
    out.min_rows = phase.min_rows[step];
    out.metadata_bytes = 48;
    out.bound_rows = std::max(out.added, out.removed);
    out.cpu_before = out.cpu_after = 1;
    const std::size_t at = std::size_t{repeat} * steps + step;
    out.time_ns = phase.time_ns[at] + (pass == 1 ? 7 : 0); // pass 1 is slower and must not be published
    out.readings.resize(4);
    out.simulated.resize(15);
    if (pass == 1) {
        out.readings[3] = counted(5);
        return out;
    }
    out.readings[0] = counted(phase.cycles[at]);
    out.readings[1] = counted(100);
    out.readings[2] = counted(0);
    if (repeat == 0 && phase.simulated) {
        const std::uint64_t read = phase.pool_read[step] + phase.slab_read[step], write = phase.slab_write[step];
        // All pool reads except the last step's are cold; slab reads are write-allocates.
        const std::uint64_t cold = step + 1 == steps ? 0 : phase.pool_read[step];
        const std::uint64_t columns[15] = {
            read, write, read / 64, phase.pool_read[step], 0, phase.slab_read[step], write, 0, 0, 0, 0,
            0,    0,     cold,      phase.slab_read[step]};
        for (std::size_t i = 0; i < 15; ++i)
            out.simulated[i] = columns[i];
    }
    return out;
}

EventRecord event(const char* name, const char* role, int pass, int group) {
    EventRecord out;
    out.name = name;
    out.role = role;
    out.pass = pass;
    out.group = group;
    out.source = "perf";
    out.pmu = "cpu";
    out.domain = "u";
    out.type = "0x0";
    out.config = "0x0";
    return out;
}

} // namespace

RunRecord example_run() {
    RunRecord run;
    run.status = RunStatus::complete;
    run.version = "0.1.0";
    run.git_revision = "0123abc";
    run.command = {"bytebound", "run", "--ks", "2,3,0", "--out", "my run"};
    run.host = "example";
    run.started = "2026-01-02T03:04:05Z";
    run.finished = "2026-01-02T03:04:06Z";
    WorkloadRecord& w = run.workload;
    w.spec.pool_rows = 64;
    w.spec.active_rows = 8;
    w.up_cols = w.hidden_dim = 128;
    w.dtype = "f32";
    w.spec.pattern.name = "random";
    w.layout.groups = {{"up", 512}, {"down", 512}};
    w.spec.seed = 1;
    w.steps_per_k = steps;
    w.repeats = repeats;
    w.between = "none";
    w.loops = {"paired", "index", "hybrid"};
    w.tau = 0.25;
    w.copy = "memcpy";
    for (const Phase& phase : phases) {
        ExperimentRecord experiment;
        experiment.loop = phase.loop;
        experiment.k = phase.k;
        experiment.k_requested = phase.k;
        experiment.copy_method = "memcpy";
        experiment.simulated = phase.simulated;
        experiment.stationary_source = "sim";
        if (phase.simulated) {
            experiment.dirty_before = DirtyBytes{0, 4096, 64};
            experiment.dirty_after = DirtyBytes{0, 4480, 0};
            experiment.stationary = true;
        } else {
            experiment.simulation_reason = "left out of this example";
            experiment.stationary_reason = "no traffic figure";
        }
        run.experiments.push_back(experiment);
    }
    run.placement.requested = {"auto", "local", {1}, MemoryPolicy::local, {0}};
    run.placement.bound_cpus = true;
    run.placement.bind_memory_reason = "one node";
    run.placement.affinity_read_back = {{1}};
    run.placement.pages_before = {{"pool.up", 8, {{0, 8}}, 0, 8}};
    run.placement.pages_after = {{"pool.up", 8, {{0, 6}, {1, 2}}, 0, 6}};
    run.placement.arena_bytes = 4194304;
    run.placement.huge_page_bytes = 2097152;
    run.placement.steps = 54;
    run.environment = {{"cpu", "model", "Example CPU", ""}, {"kernel", "microcode", "", "hidden by the hypervisor"}};
    run.collectors = {{"perf", true, "counts", ""}, {"sim", true, "DRAM bytes", ""}};
    run.events = {event("cycles", "cycles", 0, 0), event("instructions", "instructions", 0, 0),
                  event("page-faults", "page_faults", 0, 1), event("LLC-load-misses", "llc_misses", 1, 0)};
    EventRecord refused = event("context-switches", "context_switches", -1, -1);
    refused.reason = "kernel events are refused";
    refused.remedy = "sysctl kernel.perf_event_paranoid=1";
    run.events.push_back(refused);
    run.passes = 2;
    run.read_cost = {{0, {}, ReadingCost{1000, 900, 898, 903, 880, 1020}, {}}};
    run.workload.cache = CacheChoice{{65536, 16, 64}, GeometryOrigin::option, false};
    run.simulation = SimulationRecord{{65536, 16, 64}, GeometryOrigin::option, 0.5, 12345, {}};
    run.unavailable = {{"task_clock_ns", "not asked for", "--events task-clock"},
                       {"cpu_migrations", "not asked for", "--events cpu-migrations"}};
    run.qualification.reason = "not part of this run";
    run.expected.emplace();
    run.expected->crossover_reason = "no calibration of this host; run bytebound calibrate";
    run.warnings = {{"governor", std::nullopt, "the governor is powersave; set performance"}};
    return run;
}

SampleTable example_samples() {
    SampleTable table;
    table.comments = {"schema: bytebound.samples/1"};
    table.events = {"cycles", "instructions", "page-faults", "LLC-load-misses"};
    table.simulated = {"dram_read_bytes", "dram_write_bytes", "llc_misses"};
    for (const char* buffer : {"pool", "slab", "mask", "index", "meta"}) {
        table.simulated.push_back(std::string(buffer) + "_read_bytes");
        table.simulated.push_back(std::string(buffer) + "_write_bytes");
    }
    table.simulated.insert(table.simulated.end(), {"cold_read_bytes", "write_allocate_bytes"});
    for (std::uint32_t repeat = 0; repeat < repeats; ++repeat) {
        for (const Phase& phase : phases) {
            for (const int pass : {0, 1}) {
                for (std::uint32_t step = 0; step < steps; ++step) {
                    table.rows.push_back(sample_of(phase, repeat, step, pass));
                }
            }
        }
    }
    return table;
}

void drop_counters(RunRecord& run, SampleTable& samples) {
    run.events.clear();
    run.passes = 1;
    run.read_cost.clear();
    run.unavailable = {{"cycles", "no core PMU: the hypervisor gives none", "run on bare metal"},
                       {"instructions", "no core PMU: the hypervisor gives none", "run on bare metal"}};
    samples.events.clear();
    std::vector<Sample> rows;
    for (Sample& sample : samples.rows) {
        sample.readings.clear();
        if (sample.pass == 0) rows.push_back(sample);
    }
    samples.rows = rows;
}

void drop_simulation(RunRecord& run, SampleTable& samples, const std::string& reason) {
    for (ExperimentRecord& experiment : run.experiments)
        experiment.simulation_reason = reason;
    for (Sample& sample : samples.rows)
        sample.simulated.clear();
}

std::string golden(const std::string& name, const std::string& actual) {
    const std::string file = std::string(golden_path) + "/" + name;
    if (std::getenv("BYTEBOUND_WRITE_GOLDEN") != nullptr) std::ofstream(file, std::ios::binary) << actual;
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace bytebound::test
