#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "experiment/plan/plan.hpp"
#include "experiment/plan/plan_replay.hpp"
#include "experiment/plan/planned_records.hpp"
#include "record/samples.hpp"
#include "support/sizes.hpp"
#include "workload/trace.hpp"

using namespace bytebound;

namespace {

using test::mib;

/// Two CPUs below one L3 of 32 MiB and 16 ways.
Machine small_machine() {
    Machine machine;
    machine.online = machine.allowed = {0, 1};
    machine.cores = {{0, 0, {0}}, {0, 1, {1}}};
    machine.caches = {{3, "Unified", 32 * mib, 16, 64, {0, 1}, "sysfs"}};
    machine.nodes = {{0, {0, 1}, 1 << 30, {}}};
    machine.allowed_nodes = {0};
    return machine;
}

RunOptions small_options() {
    RunOptions options;
    options.loops = {LoopKind::paired, LoopKind::index};
    return options;
}

PlanFacts facts_with(std::uint64_t memory) {
    PlanFacts facts;
    facts.memory_available = memory;
    facts.preset.choice.llc_event = "LLC-load-misses";
    return facts;
}

RunPlan planned(const RunOptions& options) {
    auto plan = plan_run(options, small_machine(), facts_with(4096 * mib));
    if (!plan) FAIL(to_line(plan.error()));
    return *plan;
}

Error refused(const RunOptions& options, PlanFacts facts = facts_with(4096 * mib)) {
    const auto plan = plan_run(options, small_machine(), facts);
    REQUIRE_FALSE(plan);
    return plan.error();
}

std::vector<std::string> codes(const RunPlan& plan) {
    std::vector<std::string> list;
    for (const Warning& warning : plan.warnings)
        list.push_back(warning.code);
    return list;
}

/// According to the masks of segment 0.
std::vector<StepChange> changes_of(const Experiment& experiment) {
    return *count_trace(**make_source(experiment.trace), 0);
}

} // namespace

TEST_CASE("the automatic warm-up moves the cache's size once, within 20 and 2000 steps") {
    // C = 32 MiB, S = 8 KiB: 32 MiB / (8 rows * 8 KiB) = 512; / (32 rows) = 128; / (512 rows) = 8 -> 20.
    CHECK(automatic_warmup(32 * mib, 8, 8192, Between::none) == 512);
    CHECK(automatic_warmup(32 * mib, 32, 8192, Between::use) == 128);
    CHECK(automatic_warmup(32 * mib, 512, 8192, Between::none) == 20);
    CHECK(automatic_warmup(32 * mib, 1, 8192, Between::none) == 2000); // 4096
    CHECK(automatic_warmup(100, 1, 3, Between::none) == 34);           // ceil(100 / 3)
    CHECK(automatic_warmup(32 * mib, 0, 8192, Between::none) == 20);
    CHECK(automatic_warmup(32 * mib, 8, 8192, Between::evict) == 5);
}

TEST_CASE("the plan without options is that of the main use case") {
    const RunPlan plan = planned(small_options());
    REQUIRE(plan.experiments.size() == 4);
    CHECK(plan.layout.row_bytes() == 8192);
    CHECK(plan.experiments[0].trace.k() == 16);
    CHECK(plan.experiments[0].expected.added == 8);
    CHECK(plan.experiments[0].expected.removed == 8);
    CHECK(plan.experiments[0].trace.warmup_steps == 512);
    CHECK(plan.experiments[0].trace.steps() == 562);
    CHECK(plan.experiments[3].trace.warmup_steps == 20);
    CHECK(plan.workspace.mask_count == 563);
    CHECK(plan.workspace.oracle_pairs == 0);
    CHECK(plan.cache == CacheChoice{{32 * mib, 16, 64}, GeometryOrigin::sysfs, true, GeometryOrigin::sysfs});
    CHECK(plan.sweep_bytes == 128 * mib);
    CHECK(plan.warnings.empty());
    CHECK(plan.counting.events == std::vector<EventRequest>{{"cycles", "cycles"},
                                                            {"instructions", "instructions"},
                                                            {"LLC-load-misses", "llc_misses"},
                                                            {"task-clock", "task_clock_ns"},
                                                            {"page-faults", "page_faults"},
                                                            {"context-switches", "context_switches"},
                                                            {"cpu-migrations", "cpu_migrations"}});
}

TEST_CASE("--quick caps the automatic warm-up at 512 with a warning; an explicit one is kept") {
    RunOptions options = small_options();
    options.ks = {4};
    options.quick = true; // automatic: 32 MiB / (2 * 8 KiB) = 2048 -> 2000
    const RunPlan capped = planned(options);
    CHECK(capped.experiments[0].trace.warmup_steps == 512);
    REQUIRE(codes(capped) == std::vector<std::string>{"warmup_capped"});
    CHECK(text_of(capped.warnings[0]) ==
          "k 4: the cache needs 2000 steps of warm-up, 512 were done; give --warmup 2000");
    options.warmup = 700;
    CHECK(planned(options).experiments[0].trace.warmup_steps == 700);
    CHECK(planned(options).warnings.empty());
}

TEST_CASE("an odd k alternates, and its A and R are means over the measured steps") {
    RunOptions options = small_options();
    options.ks = {5};
    options.warmup = 1;
    options.steps_per_k = 3;
    const Experiment e = planned(options).experiments[0];
    // Warm-up 3,2; measured 2,3 3,2 2,3.
    CHECK(changes_of(e) == std::vector<StepChange>{{3, 2}, {2, 3}, {3, 2}, {2, 3}});
    CHECK(e.expected.added == Approx(7.0 / 3));
    CHECK(e.expected.removed == Approx(8.0 / 3));
    CHECK(e.expected.bound_rows == 3);
}

TEST_CASE("k beyond 2 min(m, N - m) is clipped, and equal ks are merged into the first") {
    RunOptions options = small_options();
    options.workload.pool_rows = 100;
    options.workload.active_rows = 10;
    options.ks = {50, 4, 20, 60, 4};
    const RunPlan plan = planned(options);
    REQUIRE(plan.experiments.size() == 2);
    CHECK(plan.experiments[0].trace.k() == 20);
    CHECK(plan.experiments[0].k_requested == 50);
    CHECK(plan.experiments[1].trace.k() == 4);
    CHECK(plan.experiments[1].k_requested == 4);
    REQUIRE(codes(plan) == std::vector<std::string>{"k_clipped", "k_merged", "k_merged"});
    CHECK(text_of(plan.warnings[0]) == "k 50, 60 clipped to 20: a step can change at most 2 min(m, N - m) rows");
    CHECK(text_of(plan.warnings[1]) == "k 20, 60 are the same experiment as k 50 (k = 20): one row");
    CHECK(text_of(plan.warnings[2]) == "k 4 was listed more than once: one row");
}

TEST_CASE("full and empty sets leave only k = 0") {
    RunOptions options = small_options();
    options.workload.pool_rows = options.workload.active_rows = 64;
    options.ks = {16, 0};
    const RunPlan full = planned(options);
    REQUIRE(full.experiments.size() == 1);
    CHECK(full.experiments[0].trace.k() == 0);
    CHECK(full.experiments[0].k_requested == 16);
    CHECK(full.experiments[0].trace.warmup_steps == 20);
    options.workload.active_rows = 0;
    CHECK(planned(options).experiments[0].trace.k() == 0);
}

TEST_CASE("--add and --remove replace --ks, and the default of each is 0") {
    RunOptions options = small_options();
    options.add = 3;
    options.warmup = 0;
    options.steps_per_k = 4;
    options.workload.pool_rows = 100;
    options.workload.active_rows = 90;
    const RunPlan plan = planned(options);
    REQUIRE(plan.experiments.size() == 1);
    // 90 -> 93 -> 96 -> 99, then 3 more do not fit: swapped.
    CHECK(changes_of(plan.experiments[0]) == std::vector<StepChange>{{3, 0}, {3, 0}, {3, 0}, {0, 3}});
    CHECK(plan.experiments[0].trace.k() == 3);
    options.add = 60;
    options.remove = 60;
    CHECK(refused(options).code == ExitCode::usage); // 90 active: there are never 60 inactive rows
    options.add = 101;
    CHECK(refused(options).cause == "the pool has only N = 100 rows");
}

TEST_CASE("impossible sizes are rejected with the wrong option") {
    const auto error = [](auto change) {
        RunOptions options = small_options();
        change(options);
        const Error e = refused(options);
        CHECK(e.code == ExitCode::usage);
        return e.operation + " " + e.object + ": " + e.cause;
    };
    CHECK(error([](RunOptions& o) { o.workload.pool_rows = 0; }) == "plan --N 0: the pool has no rows");
    CHECK(error([](RunOptions& o) { o.workload.active_rows = 8193; }) ==
          "plan --m 8193: the pool has only N = 8192 rows");
    CHECK(error([](RunOptions& o) { o.hidden_dim = o.up_cols = 0; }) == "plan rows: S = 0: a row has no columns");
    CHECK(error([](RunOptions& o) { o.steps_per_k = 0; }) == "plan --steps-per-k 0: nothing would be measured");
    CHECK(error([](RunOptions& o) { o.repeats = 0; }) == "plan --repeats 0: nothing would be measured");
    CHECK(error([](RunOptions& o) { o.threads = 0; }) == "plan --threads 0: must be at least 1");
    CHECK(error([](RunOptions& o) { o.tau = -1; }) == "plan --tau -1: it must be a fraction of m, 0 or more");
    CHECK(error([](RunOptions& o) {
              o.loops = {LoopKind::mask, LoopKind::paired, LoopKind::mask};
          }) == "plan --loops: 'mask' is listed twice");
    CHECK(error([](RunOptions& o) { o.ks.clear(); }) == "plan --ks: the list is empty");
    // 2 * 1000000 rows * 8 KiB = 15.3 GiB against 4 GiB.
    const std::string large = error([](RunOptions& o) { o.workload.pool_rows = 1'000'000; });
    CHECK(large.find("(arena 15.3 GiB, sweep 128 MiB,") != std::string::npos);
    CHECK(large.find("the machine has 4 GiB available") != std::string::npos);
    CHECK(error([](RunOptions& o) { o.hidden_dim = ~std::uint64_t{0}; }) ==
          "plan 18446744073709551615 columns: too many columns (limit 2^40)");
    RunOptions options = small_options();
    options.llc = CacheGeometry{1000, 3, 64}; // not a multiple of 192
    CHECK(refused(options).code == ExitCode::usage);
}

TEST_CASE("steps and repeats that fit in no memory are rejected before allocating anything of their size") {
    RunOptions options = small_options();
    options.loops = {LoopKind::paired};
    options.ks = {16};
    options.steps_per_k = 10'000'000;
    options.repeats = 100'000;
    const Error e = refused(options, facts_with(std::uint64_t{1} << 40));
    CHECK(e.code == ExitCode::usage);
    // 10^12 rows of samples and 10^12 ledgers of 16 bytes.
    CHECK(e.cause.find("the run needs ") == 0);
    const double tib = static_cast<double>(std::uint64_t{1} << 40);
    CHECK(e.cause.find("samples " + format_size(1e12 * (sizeof(Sample) + 7 * sizeof(std::optional<Reading>)))) !=
          std::string::npos);
    CHECK(e.cause.find("the machine has " + format_size(tib) + " available") != std::string::npos);
    // Masks alone: 2 million steps of 1 KiB are 1.9 GiB in the arena and again in a simulation.
    options = small_options();
    options.ks = {16};
    options.steps_per_k = 2'000'000;
    options.repeats = 1;
    CHECK(refused(options).object == "memory");
}

TEST_CASE("as many simulations run at once as fit in memory with arena and sweep") {
    RunOptions options = small_options();
    options.ks = {16};
    // 8192 rows of 8 KiB twice are 128 MiB, the sweep is 128 MiB. A simulation holds 563 masks of 1 KiB, two lists, two
    // tables and the ids (5 x 32 KiB) and 8 B for each of 524288 lines: 4.7 MiB.
    const auto threads = [&](std::uint64_t memory) {
        const auto plan = plan_run(options, small_machine(), facts_with(memory));
        return plan ? plan->simulation_threads : 0;
    };
    CHECK(threads(4096 * mib) == 64);
    CHECK(threads(0) == 64);
    CHECK(threads(320 * mib) == 3); // 48 (program) + 256 + 0.8 (arena) + 0.1 (figures) + 3 x 4.7 = 319.0
    CHECK(threads(304 * mib) == 0);
}

TEST_CASE("under valgrind the arena stays below 4 GiB") {
    RunOptions options = small_options();
    options.workload.pool_rows = 262144; // 2 * 2 GiB
    PlanFacts facts = facts_with(std::uint64_t{64} << 30);
    CHECK(plan_run(options, small_machine(), facts));
    facts.under_valgrind = true;
    CHECK(refused(options, facts).cause.find("not smaller than 4 GiB") != std::string::npos);
}

TEST_CASE("an emulated arena, including the sweep's buffer, has at most 2.5 GiB") {
    RunOptions options = small_options();
    options.counting.collectors = {"callgrind"};
    const PlanFacts facts = facts_with(std::uint64_t{64} << 30);
    options.workload.pool_rows = 150'000; // 2 x 1.14 GiB, and some 50 MiB of masks and lists
    CHECK(plan_run(options, small_machine(), facts));
    options.workload.pool_rows = 170'000;
    const Error large = refused(options, facts);
    CHECK(large.code == ExitCode::usage);
    CHECK(large.object == "memory");
    CHECK(large.cause == "the arena of 2.6 GiB is larger than 2.5 GiB: the low 32 bits of its addresses must differ "
                         "from those of stack, heap and code under callgrind");
    options.workload.pool_rows = 150'000;
    CHECK(plan_run(options, small_machine(), facts));
    options.between = Between::evict;
    options.llc = CacheGeometry{256 * mib, 16, 64};
    CHECK(refused(options, facts).cause.find(" and the buffer of 256 MiB to evict is larger than 2.5 GiB") !=
          std::string::npos);
    options.counting.collectors = {"sim"};
    CHECK(plan_run(options, small_machine(), facts));
}

TEST_CASE("--llc determines the simulated cache; it can lengthen the warm-up, but not shorten it or change the sweep") {
    RunOptions options = small_options();
    options.ks = {16};
    options.llc = CacheGeometry{8 * mib, 8, 64};
    const RunPlan plan = planned(options);
    CHECK(plan.cache == CacheChoice{{8 * mib, 8, 64}, GeometryOrigin::option, false, GeometryOrigin::option});
    CHECK(plan.experiments[0].trace.warmup_steps == 512); // 32 MiB / (8 * 8 KiB): the machine's LLC
    CHECK(plan.sweep_bytes == 128 * mib);
    options.llc = CacheGeometry{64 * mib, 16, 64};
    CHECK(planned(options).experiments[0].trace.warmup_steps == 1024); // 64 MiB / (8 * 8 KiB)
    CHECK(planned(options).sweep_bytes == 128 * mib);
}

TEST_CASE("without a known LLC, --llc smaller than 32 MiB leaves the warm-up of 32 MiB, with a warning") {
    Machine machine = small_machine();
    machine.caches.clear();
    RunOptions options = small_options();
    options.ks = {16};
    options.llc = CacheGeometry{8 * mib, 8, 64};
    const auto plan = plan_run(options, machine, facts_with(0));
    REQUIRE(plan);
    CHECK(plan->experiments[0].trace.warmup_steps == 512);
    CHECK(plan->sweep_bytes == 128 * mib);
    CHECK(codes(*plan) == std::vector<std::string>{"llc_unknown_when_timed"});
}

TEST_CASE("a line length is --llc's, else the LLC's, else that of the outermost cache with one, else 64 and assumed") {
    struct Case {
        std::uint32_t given, llc, l2, l1;
        std::uint32_t line;
        GeometryOrigin origin;
        std::vector<std::string> codes;
    };
    const auto option = GeometryOrigin::option, sysfs = GeometryOrigin::sysfs, assumed = GeometryOrigin::assumed;
    for (const Case& c : {Case{256, 128, 64, 64, 256, option, {}}, Case{0, 128, 64, 64, 128, sysfs, {}},
                          Case{0, 0, 256, 128, 256, sysfs, {}}, Case{0, 0, 0, 128, 128, sysfs, {}},
                          Case{0, 48, 0, 128, 128, sysfs, {}}, // no processor has lines of 48 bytes
                          Case{0, 0, 0, 0, 64, assumed, {"llc_line_assumed"}}}) {
        CAPTURE(c.given, c.llc, c.l2, c.l1);
        Machine machine = small_machine();
        machine.caches[0].line_bytes = c.llc;
        machine.caches.push_back({1, "Data", 32 * 1024, 8, c.l1, {0}, "sysfs"});
        machine.caches.push_back({1, "Instruction", 32 * 1024, 8, 16, {0}, "sysfs"});
        machine.caches.push_back({2, "Unified", 512 * 1024, 8, c.l2, {0}, "sysfs"});
        machine.caches.push_back({2, "Unified", 512 * 1024, 8, 32, {1}, "sysfs"}); // of another CPU
        RunOptions options = small_options();
        options.cpus = "0";
        options.llc = CacheGeometry{8 * mib, 8, c.given};
        const auto with_option = plan_run(options, machine, facts_with(0));
        REQUIRE(with_option);
        CHECK(with_option->cache == CacheChoice{{8 * mib, 8, c.line}, option, false, c.origin});
        CHECK(codes(*with_option) == c.codes);
        if (c.given != 0) continue;
        options.llc.reset();
        const auto without = plan_run(options, machine, facts_with(0));
        REQUIRE(without);
        CHECK(without->cache == CacheChoice{{32 * mib, 16, c.line}, c.origin, true, c.origin});
        CHECK(codes(*without) == c.codes);
    }
}

TEST_CASE("--llc with a size that the machine's own line does not divide is wrong usage") {
    RunOptions options = small_options();
    options.llc = CacheGeometry{192, 1, 0};
    CHECK(planned(options).cache.geometry == CacheGeometry{192, 1, 64});
    Machine machine = small_machine();
    machine.caches[0].line_bytes = 128;
    const auto plan = plan_run(options, machine, facts_with(0));
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ExitCode::usage);
    CHECK(plan.error().cause == "the size is not divisible by 128-byte lines times 1 ways");
}

TEST_CASE(
    "at least 6 segments are simulated, more while they have fewer than 2e9 line references, never more than timed") {
    RunOptions options = small_options();
    options.ks = {16, 1024};
    options.repeats = 40;
    const RunPlan plan = planned(options);
    // A segment of index touches 1024 rows of 130 lines twice, and at most 8192 list entries, in each of 562 steps:
    // 154 million line references; of paired 16 touches 2 x 8 rows: 5.8 million.
    CHECK(simulated_segments(plan, plan.experiments[0], LoopKind::index) == 12);
    CHECK(simulated_segments(plan, plan.experiments[0], LoopKind::paired) == 40);
    options.ks = {16};
    CHECK(simulated_segments(planned(options), planned(options).experiments[0], LoopKind::index) == 12);
    options.steps_per_k = 50000;
    CHECK(simulated_segments(planned(options), planned(options).experiments[0], LoopKind::index) == 6);
    options.repeats = 5;
    CHECK(simulated_segments(planned(options), planned(options).experiments[0], LoopKind::index) == 5);
}

TEST_CASE("a replay's arena is that of its own loop and k, whatever else the run has") {
    RunOptions options = small_options();
    options.loops = {LoopKind::oracle, LoopKind::paired};
    options.ks = {16};
    const RunPlan alone = planned(options);
    options.ks = {1024, 16};
    const RunPlan both = planned(options);
    CHECK(alone.workspace.oracle_pairs != both.workspace.oracle_pairs); // of the timed loops
    const Experiment& k16 = both.experiments[1];
    CHECK(replay_workspace(both, k16, LoopKind::oracle) ==
          replay_workspace(alone, alone.experiments[0], LoopKind::oracle));
    CHECK(replay_workspace(both, k16, LoopKind::oracle).oracle_pairs == 8 * 562);
    CHECK(replay_workspace(both, k16, LoopKind::paired) == WorkspaceSpec{8192, both.layout, 563, 0});
}

TEST_CASE("--llc may describe the host's own cache, which is detected if that is known") {
    RunOptions options = small_options();
    options.llc = CacheGeometry{32 * mib, 16, 64};
    CHECK(planned(options).cache ==
          CacheChoice{{32 * mib, 16, 64}, GeometryOrigin::option, true, GeometryOrigin::option});
    CHECK(workload_record(planned(options)).cache == planned(options).cache);
    for (const CacheGeometry& other : {CacheGeometry{16 * mib, 16, 64}, CacheGeometry{32 * mib, 8, 64}}) {
        options.llc = other;
        CHECK(planned(options).cache.is_host == false);
    }
    Machine machine = small_machine();
    machine.caches.clear();
    options.llc = CacheGeometry{32 * mib, 16, 64};
    const auto plan = plan_run(options, machine, facts_with(0));
    REQUIRE(plan);
    CHECK(plan->cache == CacheChoice{{32 * mib, 16, 64}, GeometryOrigin::option, std::nullopt, GeometryOrigin::option});
}

TEST_CASE("an unknown last-level cache is assumed to be 32 MiB, with a warning") {
    Machine machine = small_machine();
    machine.caches.clear();
    const auto plan = plan_run(small_options(), machine, facts_with(0));
    REQUIRE(plan);
    CHECK(plan->cache ==
          CacheChoice{{32 * mib, 16, 64}, GeometryOrigin::assumed, std::nullopt, GeometryOrigin::assumed});
    CHECK(codes(*plan) == std::vector<std::string>{"llc_unknown"});
    CHECK(plan->experiments[0].trace.warmup_steps == 512);
}

TEST_CASE("two last-level caches are added up for the model, and the sweep's buffer is 4 x one") {
    Machine machine = small_machine();
    machine.caches = {{3, "Unified", 16 * mib, 16, 64, {0}, "sysfs"}, {3, "Unified", 16 * mib, 16, 64, {1}, "sysfs"}};
    RunOptions options = small_options();
    options.threads = 2;
    const auto plan = plan_run(options, machine, facts_with(0));
    REQUIRE(plan);
    CHECK(plan->cache.geometry == CacheGeometry{32 * mib, 16, 64});
    CHECK(plan->sweep_bytes == 64 * mib);
}

TEST_CASE("a list of collectors determines which ones count and whether the model runs") {
    CHECK(*choose_collectors({"auto"}) == CollectorChoice{{"perf"}, true, true});
    CHECK(*choose_collectors({"none"}) == CollectorChoice{{}, false, false});
    CHECK(*choose_collectors({"sim"}) == CollectorChoice{{}, true, false});
    CHECK(*choose_collectors({"perf", "sim", "perf"}) == CollectorChoice{{"perf"}, true, false});
    CHECK(*choose_collectors({"papi", "perf"}) == CollectorChoice{{"papi", "perf"}, false, false});
    CHECK(*choose_collectors({"callgrind", "sim"}) == CollectorChoice{{}, true, false, "callgrind"});
    CHECK(choose_collectors({"none", "perf"}).error().code == ExitCode::usage);
    CHECK(choose_collectors({"perff"}).error().remedy == "did you mean perf?");
}

TEST_CASE("an event's role follows from its name, regardless of modifiers") {
    CHECK(event_role("cycles", "") == "cycles");
    CHECK(event_role("cycles:uk", "") == "cycles");
    CHECK(event_role("cpu_core/cpu-cycles/u", "") == "cycles");
    CHECK(event_role("faults", "") == "page_faults");
    CHECK(event_role("cs:k", "") == "context_switches");
    CHECK(event_role("msr/tsc/", "") == "");
    CHECK(event_role("uncore_imc_0/cycles/", "") == "");
    CHECK(event_role("cpu/event=0x2e,umask=0x41/u", "cpu/event=0x2e,umask=0x41/") == "llc_misses");
    CHECK(event_role("LLC-load-misses", "") == "");
}

TEST_CASE("an unknown event name is wrong usage, whichever collector would count it") {
    for (const std::string collector : {"auto", "perf", "sim", "none"}) {
        RunOptions options = small_options();
        options.counting.collectors = {collector};
        options.counting.events = {"cycles", "instructionz"};
        const Error e = refused(options);
        CHECK(e.code == ExitCode::usage);
        CHECK(e.object == "instructionz");
        CHECK(e.remedy == "did you mean instructions?");
        options.counting.events = {"uncore_nowhere/event=1/"}; // known, without hardware
        CHECK(planned(options).counting.events.size() == 1);
    }
}

TEST_CASE("the first event of a role supplies it; an event listed twice is counted once") {
    RunOptions options = small_options();
    options.counting.events = {"cycles:u", "cycles:k", "msr/tsc/", "cycles:u"};
    const RunPlan plan = planned(options);
    CHECK(plan.counting.events ==
          std::vector<EventRequest>{{"cycles:u", "cycles"}, {"cycles:k", ""}, {"msr/tsc/", ""}});
    CHECK(codes(plan) == std::vector<std::string>{"event_repeated"});
}

TEST_CASE("name= names the column of an event, and no two columns have the same name") {
    RunOptions options = small_options();
    options.counting.events = {"task-clock", "software/config=3,name=switches/"};
    CHECK(planned(options).counting.events ==
          std::vector<EventRequest>{{"task-clock", "task_clock_ns"},
                                    {"software/config=3,name=switches/", "", "switches"}});
    const auto cause = [&](const std::string& name) {
        options.counting.events = {"task-clock", name};
        const Error e = refused(options);
        CHECK(e.code == ExitCode::usage);
        return e.object + ": " + e.cause;
    };
    for (const std::string label : {"time_ns", "loop", "dram_bytes", "sim:x", "a:enabled"}) {
        const std::string name = "software/config=3,name=" + label + "/";
        CHECK(cause(name) == "--events " + name + ": " + label + " is the name of a metric or a column of its own");
    }
    CHECK(cause("software/config=3,name=task-clock/") ==
          "--events software/config=3,name=task-clock/: two events are shown as task-clock");
}

TEST_CASE("a dry run shows every experiment") {
    RunOptions options = small_options();
    options.ks = {16};
    const auto lines = describe(planned(options));
    CHECK(lines[0] == "workload   N 8192, m 1024, S 8192 bytes (f32), random, seed 1");
    CHECK(lines[1] == "loops      paired, index (copy memcpy, threads 1, between none)");
    CHECK(std::find(lines.begin(), lines.end(),
                    "k 16       A 8, R 8, warm-up 512, measured 5 x 50, bound 64 KiB per step") != lines.end());
    CHECK(std::find(lines.begin(), lines.end(), "collectors perf, sim") != lines.end());
}

TEST_CASE(
    "a plan on a machine whose cores differ says which kind it takes, and warns of a mixture or an unknown rank") {
    Machine machine = small_machine();
    machine.kinds = {{"cpu_core", {}, {0}}, {"cpu_atom", {}, {1}}};
    const auto one = plan_run(small_options(), machine, facts_with(4096 * mib));
    REQUIRE(one);
    CHECK(one->core_kinds == "cpu_core (CPU 0)");
    CHECK(codes(*one).empty());
    RunOptions both = small_options();
    both.threads = 2;
    const auto mixed = plan_run(both, machine, facts_with(4096 * mib));
    REQUIRE(mixed);
    CHECK(codes(*mixed) == std::vector<std::string>{"core_kinds_mixed"});
    machine.kinds = {{"armv8_pmuv3_0", {}, {0}}, {"armv8_pmuv3_1", {}, {1}}};
    const auto unranked = plan_run(small_options(), machine, facts_with(4096 * mib));
    REQUIRE(unranked);
    CHECK(codes(*unranked) == std::vector<std::string>{"core_kinds_unranked"});
}
