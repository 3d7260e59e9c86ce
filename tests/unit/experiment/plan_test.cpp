#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "experiment/plan/plan_replay.hpp"
#include "experiment/plan/planned_records.hpp"
#include "record/samples.hpp"
#include "support/small_plan.hpp"

using namespace bytebound;
using namespace bytebound::test;

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

TEST_CASE("prefetch is fitted to the rows, and more lines than the longest row has are refused") {
    RunOptions options = small_options();
    options.copy = CopyMethod::prefetch;
    CHECK(name_of(planned(options).options.copy) == "prefetch:4x8");
    options.dtype = Dtype::i8;
    options.up_cols = 65;
    options.hidden_dim = 200; // 4 lines
    CHECK(name_of(planned(options).options.copy) == "prefetch:4x4");
    options.copy = CopyMethod::prefetching(2, 4);
    CHECK(name_of(planned(options).options.copy) == "prefetch:2x4");
    options.copy = CopyMethod::prefetching(2, 5);
    CHECK(to_line(refused(options)) ==
          "plan --copy prefetch:2x5: the longest row of a group has 4 lines of 64 bytes; give "
          "prefetch, or at most prefetch:2x4");
}

TEST_CASE("--quick shortens the warm-up of a workload that copies more than 10^9 lines in all") {
    RunOptions options;
    options.out = "x";
    options.counting.collectors = {"sim"};
    options.quick = true;
    options.steps_per_k = 20;
    // A step of all loops and ks copies 4 * 3 * 1024 + 2 * (8 + 32 + 128 + 512) rows of 2 * 128 lines, 6 times:
    // 10^9 / 20.96 million = 47 steps, less 20.
    CHECK(planned(options).experiments[0].trace.warmup_steps == 27);
    CHECK(planned(options).experiments[3].trace.warmup_steps == 20);
    options.loops = {LoopKind::paired};
    CHECK(planned(options).experiments[0].trace.warmup_steps == 512);
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
    CHECK(error([](RunOptions& o) {
              o.batch = 3;
              o.steps_per_k = 10;
          }) == "plan --batch 3: --steps-per-k 10 is not a multiple of it");
    CHECK(error([](RunOptions& o) {
              o.batch = 2;
              o.steps_per_k = 10;
              o.between = Between::use;
          }) == "plan --batch 2: with --between use every step is read by itself");
    CHECK(error([](RunOptions& o) { o.repeats = 0; }) == "plan --repeats 0: nothing would be measured");
    CHECK(error([](RunOptions& o) { o.threads = 0; }) == "plan --threads 0: must be at least 1");
    CHECK(error([](RunOptions& o) { o.tau = -1; }) == "plan --tau -1: it must be a fraction of m, 0 or more");
    CHECK(error([](RunOptions& o) { o.ks.clear(); }) == "plan --ks: the list is empty");
    // 2000000 rows of 8 KiB are 15.3 GiB, against 4 GiB.
    const std::string large = error([](RunOptions& o) { o.workload.pool_rows = 2'000'000; });
    CHECK(large.find("(arena 15.3 GiB, sweep 128 MiB,") != std::string::npos);
    CHECK(large.find("the machine has 4 GiB available") != std::string::npos);
    CHECK(error([](RunOptions& o) { o.hidden_dim = ~std::uint64_t{0}; }) ==
          "plan 18446744073709551615 columns: too many columns (limit 2^40)");
    RunOptions options = small_options();
    options.llc = CacheGeometry{1000, 3, 64}; // not a multiple of 192
    CHECK(refused(options).code == ExitCode::usage);
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
    CHECK(replay_workspace(both, k16, LoopKind::paired) == WorkspaceSpec{8192, 1024, both.layout, 563, 0});
}

TEST_CASE("the slab has room for the most rows that the trace has active at once, not for the pool") {
    RunOptions options = small_options(); // N 8192, m 1024
    options.ks = {17, 16};
    CHECK(planned(options).workspace.slab_rows == 1025); // 9 rows in, 8 out, then the other way round
    CHECK(planned(options).arena_bytes < (8192 + 1025) * planned(options).layout.row_bytes() + (1 << 20) * 40);
    options.ks = {};
    options.add = 3;
    options.warmup = 7;
    options.steps_per_k = 2;
    CHECK(planned(options).workspace.slab_rows == 1024 + 9 * 3);
}

TEST_CASE("a dry run shows every experiment") {
    RunOptions options = small_options();
    options.ks = {16};
    const auto lines = describe(planned(options));
    CHECK(lines[0] == "workload   N 8192, m 1024, S 8192 bytes (f32), random, seed 1");
    CHECK(lines[1] == "loops      paired, index (copy memcpy, threads 1, between none)");
    CHECK(std::find(lines.begin(), lines.end(),
                    "k 16       A 8, R 8, warm-up 512, measured 6 or more x 50, bound 64 KiB per step") != lines.end());
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
