#include <catch2/catch.hpp>

#include "experiment/plan/plan_parts.hpp"
#include "experiment/schedule/batching.hpp"

using namespace bytebound;

namespace {

/// k = 16 on rows of 8192 bytes: 8 rows added, 8 removed, bound 64 KiB per step.
RunPlan plan_of(std::uint32_t steps) {
    RunPlan plan;
    plan.options.ks = {16};
    plan.options.steps_per_k = steps;
    plan.options.repeats = 1;
    plan.options.warmup = 3;
    plan.options.loops = {LoopKind::paired};
    plan.layout = make_layout(Dtype::f32, 1024, 1024, 0);
    plan.placement.cpus = {0};
    plan.cache.geometry = {1 << 20, 16, 64};
    plan.workspace = {plan.options.workload.pool_rows, plan.options.workload.active_rows, plan.layout, 1, 0};
    REQUIRE(plan_experiments(plan));
    return plan;
}

} // namespace

TEST_CASE("the smallest volume of a reading is Currie's detection limit for the background during that time") {
    // 3.29 * sqrt(100 B^2/ns * (46.4 ns + 2 * 65536 B / 10 B/ns)) = 3.29 * sqrt(100 * 13153.6)
    const BackgroundProbe probe{{0, 100, 20e6, 0}, 46.4};
    CHECK(smallest_volume(probe, 65536, 2) == Approx(3.29 * 1146.892).epsilon(1e-6));
}

TEST_CASE("a quiet machine needs no batches") {
    RunPlan plan = plan_of(10);
    REQUIRE(enlarge_batches(plan, {{1.0, 0, 20e6, 0}, 1000}, {}));
    CHECK(plan.experiments[0].batch == 1);
    CHECK(plan.experiments[0].trace.steps() == 13);
    CHECK(plan.warnings.empty());
}

TEST_CASE("a noisy machine doubles the batch until one reading shows its bound, on a longer trace") {
    // Hidden: 3.29 * sqrt(v * (1000 + b * 6553.6)). With v = 150 000: b = 1: 110.7 kB > 65.5 kB; b = 2: 151.2 > 131.1;
    // b = 4: 210.2 < 262.1.
    RunPlan plan = plan_of(10);
    REQUIRE(enlarge_batches(plan, {{0, 150000, 20e6, 0}, 1000}, {}));
    CHECK(plan.experiments[0].batch == 4);
    CHECK(plan.experiments[0].trace.steps() == 3 + 40);
    CHECK(plan.workspace.mask_count == 44);
    CHECK(plan.experiments[0].expected.added == 8);
    CHECK(plan.experiments[0].expected.bound_rows == 8);
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].code == "batched");
    CHECK(text_of(plan.warnings[0]) ==
          "k 16: one step moves 64 KiB; background traffic masks anything below 108.1 KiB: "
          "counters are read every 4 steps of a longer trace");
}

TEST_CASE("batches are limited by the run's time, with a warning") {
    RunPlan plan = plan_of(1000);
    plan.options.quick = true;
    // A rebuild of 2 * 1024 * 8192 B at 10 GB/s is 1.678 ms: 1000 readings of 4 steps are 6.7 s, of 8 are 13.4 s > 8 s.
    REQUIRE(enlarge_batches(plan, {{0, 1e12, 20e6, 0}, 1000}, {}));
    CHECK(plan.experiments[0].batch == 4);
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].code == "batch_too_small");
    // Divided over two passes over the same trace, the time limit is halved.
    RunPlan two_passes = plan_of(1000);
    two_passes.options.quick = true;
    REQUIRE(enlarge_batches(two_passes, {{0, 1e12, 20e6, 0}, 1000}, {}, 2));
    CHECK(two_passes.experiments[0].batch == 2);
}

TEST_CASE("steps with work between them are not batched") {
    RunPlan plan = plan_of(10);
    plan.options.between = Between::use;
    REQUIRE(enlarge_batches(plan, {{0, 150000, 20e6, 0}, 1000}, {}));
    CHECK(plan.experiments[0].batch == 1);
    CHECK(plan.warnings[0].code == "batch_too_small");
    CHECK(text_of(plan.warnings[0]).find("--between") != std::string::npos);
}

TEST_CASE("batches are limited by memory, so that a run that fits without them still fits") {
    RunPlan plan = plan_of(10000);
    plan.options.steps_per_k = 10000;
    // Masks of 1 KiB: 10 003 steps hold 10 MiB in the arena and as much in a simulation; four times that does not fit.
    REQUIRE(fit_memory(plan, {}));
    const std::uint64_t now = plan.arena_bytes + (std::uint64_t{88} << 20); // 48 of them for the program itself
    REQUIRE(fit_memory(plan, MemoryRoom(now)));
    REQUIRE(enlarge_batches(plan, {{0, 150000, 20e6, 0}, 1000}, MemoryRoom(now)));
    CHECK(plan.experiments[0].batch < 4);
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].code == "batch_too_small");
}

TEST_CASE("a reading covers the fewest steps that keep its own cost below 1 %, all readings alike") {
    CHECK(units_per_reading(1600, 160'001, 50) == 1);
    CHECK(units_per_reading(1600, 160'000, 50) == 2); // 1 % is not below it
    CHECK(units_per_reading(1600, 20'000, 50) == 10); // 9 would do, but 50 readings are not a multiple
    CHECK(units_per_reading(1600, 5'000, 50) == 50);  // 33 would do
    CHECK(units_per_reading(1600, 10, 50) == 50);     // the phase is too short
    CHECK(units_per_reading(1600, 0, 50) == 50);
    CHECK(units_per_reading(1600, 100'000, 47) == 47);
    CHECK(units_per_reading(1600, 10, 1) == 1);
}

TEST_CASE("a given batch is not enlarged for background, with a warning where it is too small") {
    RunPlan plan = plan_of(12);
    plan.options.batch = 2;
    plan.experiments[0].batches = {2};
    REQUIRE(enlarge_batches(plan, {{0, 150000, 20e6, 0}, 1000}, {})); // 4 would be needed
    CHECK(plan.experiments[0].batch_of(0) == 2);
    CHECK(plan.experiments[0].trace.steps() == 3 + 12);
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].code == "batch_too_small");
    CHECK(text_of(plan.warnings[0]).find("batches of 2 steps are the most that --batch allows") != std::string::npos);
}
