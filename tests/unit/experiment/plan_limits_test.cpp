#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "experiment/plan/plan_replay.hpp"
#include "experiment/plan/planned_records.hpp"
#include "record/samples.hpp"
#include "support/small_plan.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("steps and repeats that fit in no memory are rejected before allocating anything of their size") {
    RunOptions options = small_options();
    options.loops = {LoopKind::paired};
    options.ks = {16};
    options.steps_per_k = 10'000'000;
    options.repeats = 100'000;
    const Error e = refused(options, facts_with(std::uint64_t{1} << 40));
    CHECK(e.code == ExitCode::usage);
    // 10^12 rows of samples.
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

TEST_CASE("a smaller workload is the remedy for too little memory only where the sweep fits") {
    // The sweep reads 4 x 32 MiB, the program takes 48 MiB, and an arena of 8192 + 1024 rows 72 MiB.
    PlanFacts facts = facts_with(176 * mib);
    CHECK(refused(small_options(), facts).remedy ==
          "free memory: the sweep reads 4 x the last-level cache whatever the workload is");
    facts.memory_available.of = RoomOf::group;
    CHECK(refused(small_options(), facts).remedy ==
          "raise the limit: the sweep reads 4 x the last-level cache whatever the workload is");
    facts.memory_available.bytes = 177 * mib;
    CHECK(refused(small_options(), facts).remedy ==
          "raise the limit, or give a smaller --N, shorter rows, fewer steps (also of --warmup) or fewer repeats");
}

TEST_CASE("under --repeats auto memory is needed for 6 repeats, and limits how many more there are") {
    RunOptions options = small_options();
    options.repeats.reset();
    options.ks = {16};
    options.loops = {LoopKind::paired, LoopKind::index};
    options.steps_per_k = 100'000;
    const std::uint64_t gib = std::uint64_t{1} << 30;
    const RunPlan plan = planned(options, 64 * gib);
    CHECK(least_repeats(plan) == 6);
    CHECK(plan.most_repeats > 6);
    CHECK(plan.most_repeats < 1000); // a repeat has 200'000 rows of some 500 bytes
    CHECK(planned(options, {}).most_repeats == 1000);
    CHECK(simulated_segments(plan, plan.experiments[0], LoopKind::paired) == 6);
    options.repeats = 40;
    CHECK(least_repeats(planned(options, 64 * gib)) == 40);
    CHECK(planned(options, 64 * gib).most_repeats == 40);
}

TEST_CASE("as many simulations run at once as fit in memory with arena and sweep") {
    RunOptions options = small_options();
    options.ks = {16};
    // 8192 + 1024 rows of 8 KiB are 72 MiB, the sweep is 128 MiB. A simulation holds 563 masks of 1 KiB, two lists and
    // id_at (3 x 4 KiB), slot_of and the ids (2 x 32 KiB), and 8 B for each of 524288 lines: 4.6 MiB.
    const auto threads = [&](std::optional<std::uint64_t> memory) {
        const auto plan = plan_run(options, small_machine(), facts_with(memory));
        return plan ? plan->simulation_threads : 0;
    };
    CHECK(threads(4096 * mib) == 64);
    CHECK(threads({}) == 64);       // unknown
    CHECK(threads(0) == 0);         // a control group may allow nothing
    CHECK(threads(264 * mib) == 3); // 48 (program) + 200 + 0.6 (arena) + 0.1 (figures) + 3 x 4.6 = 262.5
    CHECK(threads(248 * mib) == 0);
}

TEST_CASE("a run that simulates nothing needs no memory for a simulation") {
    RunOptions options = small_options();
    options.ks = {16};
    options.counting.collectors = {"sim"};
    // 48 (program) + 200 (pool, slab, sweep) + 0.6 (masks and lists) + 0.1 (figures) fit in 250 MiB; with 4.6 more they
    // do not fit in 253.
    const Error simulated = refused(options, facts_with(253 * mib));
    CHECK(simulated.object == "memory");
    CHECK(simulated.cause.find("sweep 128 MiB, simulation 4.6 MiB, figures") != std::string::npos);
    for (const char* collector : {"none", "perf"}) {
        options.counting.collectors = {collector};
        CHECK(plan_run(options, small_machine(), facts_with(250 * mib)));
        CHECK(refused(options, facts_with(248 * mib)).cause.find("sweep 128 MiB, figures") != std::string::npos);
    }
}

TEST_CASE("under valgrind the arena stays below 4 GiB") {
    RunOptions options = small_options();
    options.workload.pool_rows = 524288; // 4 GiB
    PlanFacts facts = facts_with(std::uint64_t{64} << 30);
    CHECK(plan_run(options, small_machine(), facts));
    facts.under_valgrind = true;
    CHECK(refused(options, facts).cause.find("not smaller than 4 GiB") != std::string::npos);
}

TEST_CASE("an emulated arena, including the sweep's buffer, has at most 2.5 GiB") {
    RunOptions options = small_options();
    options.counting.collectors = {"callgrind"};
    const PlanFacts facts = facts_with(std::uint64_t{64} << 30);
    options.workload.pool_rows = 300'000; // 2.3 GiB
    CHECK(plan_run(options, small_machine(), facts));
    options.workload.pool_rows = 340'000;
    const Error large = refused(options, facts);
    CHECK(large.code == ExitCode::usage);
    CHECK(large.object == "memory");
    CHECK(large.cause == "the arena of 2.6 GiB is larger than 2.5 GiB: the low 32 bits of its addresses must differ "
                         "from those of stack, heap and code under callgrind");
    options.workload.pool_rows = 300'000;
    CHECK(plan_run(options, small_machine(), facts));
    options.between = Between::evict;
    options.llc = CacheGeometry{256 * mib, 16, 64};
    CHECK(refused(options, facts).cause.find(" and the buffer of 256 MiB to evict is larger than 2.5 GiB") !=
          std::string::npos);
    options.counting.collectors = {"sim"};
    CHECK(plan_run(options, small_machine(), facts));
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

TEST_CASE("limits of threads are refused at planning, with the number needed") {
    RunOptions options = small_options();
    options.threads = 2;
    PlanFacts facts = facts_with(4096 * mib);
    facts.limits.tasks_left = {true, 1};
    facts.limits.user_tasks = 2;
    CHECK(plan_run(options, small_machine(), facts));
    facts.limits.tasks_left = {true, 0};
    CHECK(refused(options, facts).code == ExitCode::not_possible);
    CHECK(to_line(refused(options, facts)) ==
          "plan threads: 2 workers need 1 more threads, and the pids cgroup allows 0; "
          "raise its limit, or give fewer --threads");
    facts.limits.tasks_left = {true, {}}; // "max"
    facts.limits.user_tasks = 1;
    CHECK(to_line(refused(options, facts)) ==
          "plan threads: 2 workers need 1 more threads, and ulimit -u allows 1 for all "
          "processes of this user; raise ulimit -u, or give fewer --threads");
    options.threads = 1;
    CHECK(plan_run(options, small_machine(), facts));
}

TEST_CASE("a limit of open files below those of a run is refused at planning, whatever it counts") {
    RunOptions options = small_options();
    options.counting.collectors = {"sim"};
    PlanFacts facts = facts_with(4096 * mib);
    facts.limits.descriptors = 15;
    CHECK(refused(options, facts).code == ExitCode::not_possible);
    CHECK(to_line(refused(options, facts)) ==
          "plan file descriptors: 16 are needed, and the process may open 15; raise the hard limit (ulimit -Hn)");
    facts.limits.descriptors = 16;
    CHECK(plan_run(options, small_machine(), facts));
}

TEST_CASE("a file-size limit below the raw steps is refused at planning") {
    RunOptions options = small_options();
    options.ks = {16};
    options.repeats = 100;
    options.steps_per_k = 1000;
    options.counting.collectors = {};
    PlanFacts facts = facts_with(4096 * mib);
    facts.limits.file_bytes = 1 << 20;
    const Error error = refused(options, facts);
    CHECK(error.code == ExitCode::not_possible);
    CHECK(error.object == "files");
    CHECK(error.remedy == "raise ulimit -f, or give fewer steps, repeats or --threads");
    facts.limits.file_bytes = 1 << 30;
    CHECK(plan_run(options, small_machine(), facts));
    options.repeats = 2;
    options.steps_per_k = 10;
    facts.limits.file_bytes = 100 << 10; // less than run.json
    CHECK(refused(options, facts).cause ==
          "the largest file of the run has about 128 KiB, and ulimit -f allows 100 KiB");
}

TEST_CASE("the planned time grows with the repeats, and --max-time bounds automatic ones") {
    RunOptions options = small_options();
    options.repeats = 10;
    const double ten = planned(options).time.measuring_s;
    options.repeats = 1000;
    CHECK(planned(options).time.measuring_s == Approx(100 * ten));
    options.repeats.reset();
    options.max_seconds = 5000;
    CHECK(planned(options).time.measuring_s == 5000);
    CHECK(planned(options).time.at_most);
    options.max_seconds = 0.001; // the first repeats take longer
    CHECK(planned(options).time.measuring_s == Approx(ten * 6 / 10));
    CHECK_FALSE(planned(options).time.at_most);
}

TEST_CASE("the sweep of the LLC alone gives the planned time its lower end") {
    RunOptions options = small_options();
    options.ks = {0};
    options.loops = {LoopKind::paired};
    options.repeats = 1;
    // 4 x 32 MiB at 10 GB/s are 13.4 ms.
    CHECK(planned(options).time.measuring_s > 0.0134);
    CHECK(planned(options).time.measuring_s < 0.03);
}

TEST_CASE("levels above the simulated cache make the planned simulation ten times longer") {
    RunOptions options = small_options();
    options.repeats = 6;
    const double alone = planned(options).time.simulating_s;
    options.cache_model = LlcPolicy::inclusive;
    CHECK(planned(options).time.simulating_s == Approx(10 * alone));
}

TEST_CASE("a planned time is written in seconds, minutes or hours") {
    CHECK(describe(PlannedTime{5, 20, true}) == "about 25 s: 5 s to simulate, at most 20 s to measure");
    CHECK(describe(PlannedTime{0, 600, false}) == "about 10 min: 10 min to measure");
    CHECK(describe(PlannedTime{0.01, 9000, false}) == "about 2.5 h: 1 s to simulate, 2.5 h to measure");
}
