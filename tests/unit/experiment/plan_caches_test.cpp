#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "experiment/plan/plan_replay.hpp"
#include "experiment/plan/planned_records.hpp"
#include "record/samples.hpp"
#include "support/small_plan.hpp"

using namespace bytebound;
using namespace bytebound::test;

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
    const auto plan = plan_run(options, machine, facts_with({}));
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
        const auto with_option = plan_run(options, machine, facts_with({}));
        REQUIRE(with_option);
        CHECK(with_option->cache == CacheChoice{{8 * mib, 8, c.line}, option, false, c.origin});
        CHECK(codes(*with_option) == c.codes);
        if (c.given != 0) continue;
        options.llc.reset();
        const auto without = plan_run(options, machine, facts_with({}));
        REQUIRE(without);
        CHECK(without->cache == CacheChoice{{32 * mib, 16, c.line}, c.origin, true, c.origin});
        CHECK(codes(*without) == c.codes);
    }
}

TEST_CASE("a cache with assumed ways is not said to be sysfs's") {
    Machine machine = small_machine();
    machine.caches[0].ways.reset();
    const auto plan = plan_run(small_options(), machine, facts_with({}));
    REQUIRE(plan);
    CHECK(plan->cache.geometry == CacheGeometry{32 * mib, 16, 64});
    CHECK(plan->cache.origin == GeometryOrigin::assumed);
    CHECK(plan->cache.line_origin == GeometryOrigin::sysfs);
    CHECK(codes(*plan) == std::vector<std::string>{"llc_ways_assumed"});
}

TEST_CASE("--llc with a size that the machine's own line does not divide is wrong usage") {
    RunOptions options = small_options();
    options.llc = CacheGeometry{192, 1, 0};
    CHECK(planned(options).cache.geometry == CacheGeometry{192, 1, 64});
    Machine machine = small_machine();
    machine.caches[0].line_bytes = 128;
    const auto plan = plan_run(options, machine, facts_with({}));
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ExitCode::usage);
    CHECK(plan.error().cause == "the size is not divisible by 128-byte lines times 1 ways");
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
    const auto plan = plan_run(options, machine, facts_with({}));
    REQUIRE(plan);
    CHECK(plan->cache == CacheChoice{{32 * mib, 16, 64}, GeometryOrigin::option, std::nullopt, GeometryOrigin::option});
}

TEST_CASE("an unknown last-level cache is assumed to be 32 MiB, with a warning") {
    Machine machine = small_machine();
    machine.caches.clear();
    const auto plan = plan_run(small_options(), machine, facts_with({}));
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
    const auto plan = plan_run(options, machine, facts_with({}));
    REQUIRE(plan);
    CHECK(plan->cache.geometry == CacheGeometry{32 * mib, 16, 64});
    CHECK(plan->sweep_bytes == 64 * mib);
}
