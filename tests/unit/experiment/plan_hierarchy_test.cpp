#include <catch2/catch.hpp>

#include "archive/record_json.hpp"
#include "experiment/plan/plan.hpp"
#include "support/sizes.hpp"

using namespace bytebound;

namespace {

using test::kib, test::mib;

/// Two cores: L1d 32 KiB, L1i, L2 512 KiB each, one L3.
Machine three_levels() {
    Machine machine;
    machine.online = machine.allowed = {0, 1};
    machine.cores = {{0, 0, {0}}, {0, 1, {1}}};
    machine.caches = {
        {1, "Instruction", 64 * kib, 16, 64, {0}, "sysfs"}, {1, "Data", 32 * kib, 8, 64, {0}, "sysfs"},
        {1, "Data", 48 * kib, 12, 64, {1}, "sysfs"},        {2, "Unified", 512 * kib, 8, 64, {0}, "sysfs"},
        {2, "Unified", 512 * kib, 8, 64, {1}, "sysfs"},     {3, "Unified", 32 * mib, 16, 64, {0, 1}, "sysfs"}};
    machine.nodes = {{0, {0, 1}, 1 << 30, {}}};
    machine.allowed_nodes = {0};
    return machine;
}

RunOptions options_of(std::optional<LlcPolicy> model) {
    RunOptions options;
    options.ks = {16};
    options.loops = {LoopKind::paired};
    options.cache_model = model;
    return options;
}

Result<RunPlan> plan_of(const RunOptions& options, const Machine& machine = three_levels(),
                        std::optional<std::uint64_t> memory = {}) {
    PlanFacts facts;
    facts.memory_available = memory;
    facts.preset.choice.llc_event = "LLC-load-misses";
    return plan_run(options, machine, facts);
}

std::vector<std::string> hierarchy_warnings(const RunPlan& plan) {
    std::vector<std::string> list;
    for (const Warning& warning : plan.warnings)
        list.push_back(warning.code);
    return list;
}

std::string refusal(const RunOptions& options) {
    const auto plan = plan_of(options);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ExitCode::usage);
    return to_line(plan.error());
}

std::string hierarchy_line(const RunPlan& plan) {
    for (const std::string& line : describe(plan))
        if (line.starts_with("hierarchy")) return line;
    return {};
}

} // namespace

TEST_CASE("without a cache model the LLC is simulated alone") {
    const RunPlan plan = *plan_of(options_of({}));
    CHECK_FALSE(plan.hierarchy);
    CHECK(hierarchy_line(plan).empty());
}

TEST_CASE("a cache model uses the private levels of the first chosen CPU and one worker per thread") {
    RunOptions options = options_of(LlcPolicy::exclusive);
    options.threads = 2;
    options.prefetch = Prefetch::next_line;
    const RunPlan plan = *plan_of(options);
    REQUIRE(plan.hierarchy);
    CHECK(plan.hierarchy->spec == HierarchySpec{CacheGeometry{32 * kib, 8, 64}, CacheGeometry{512 * kib, 8, 64},
                                                CacheGeometry{32 * mib, 16, 64}, LlcPolicy::exclusive,
                                                Prefetch::next_line, 2});
    CHECK(plan.hierarchy->l1_source == "sysfs");
    CHECK(hierarchy_line(plan) == "hierarchy  exclusive LLC below L1 32 KiB 8 ways (sysfs), L2 512 KiB 8 ways (sysfs); "
                                  "prefetch next-line; workers 2");
    options.threads = 1;
    options.cpus = "1";
    CHECK(plan_of(options)->hierarchy->spec.l1 == CacheGeometry{48 * kib, 12, 64});
}

TEST_CASE("--l1 and --l2 replace the machine's levels or remove them") {
    RunOptions options = options_of(LlcPolicy::non_inclusive);
    options.l1 = {true, CacheGeometry{64 * kib, 4, 64}};
    options.l2 = {true, {}};
    const RunPlan plan = *plan_of(options);
    CHECK(plan.hierarchy->spec.l1 == CacheGeometry{64 * kib, 4, 64});
    CHECK(plan.hierarchy->l1_source == "--l1");
    CHECK_FALSE(plan.hierarchy->spec.l2);
    CHECK(plan.hierarchy->l2_source.empty());
    CHECK(plan.warnings.empty());
}

TEST_CASE("levels and prefetching are rejected for the LLC alone") {
    RunOptions options = options_of({});
    options.l1 = {true, CacheGeometry{64 * kib, 4, 64}};
    CHECK_THAT(refusal(options), Catch::Contains("plan --l1: the cache model llc has neither private levels nor a "
                                                 "prefetcher; give --cache-model non-inclusive, inclusive, exclusive "
                                                 "or victim"));
    options = options_of({});
    options.l2 = {true, {}};
    CHECK_THAT(refusal(options), Catch::Contains("plan --l2: "));
    options = options_of({});
    options.prefetch = Prefetch::next_line;
    CHECK_THAT(refusal(options), Catch::Contains("plan --prefetch next-line: "));
}

TEST_CASE("an exclusive LLC without private levels is refused") {
    RunOptions options = options_of(LlcPolicy::victim);
    options.l1 = options.l2 = {true, {}};
    CHECK_THAT(refusal(options),
               Catch::Contains("use cache hierarchy victim: this LLC is filled only from a private cache"));
}

TEST_CASE("a level that the machine does not report, or that is its last one, is omitted with a warning") {
    Machine machine = three_levels();
    std::erase_if(machine.caches, [](const CacheInfo& cache) { return cache.level != 2; }); // the L2 is the LLC
    RunOptions options = options_of(LlcPolicy::inclusive);
    const RunPlan plan = *plan_of(options, machine);
    CHECK(plan.cache.geometry.size_bytes == 512 * kib);
    CHECK_FALSE(plan.hierarchy->spec.l1);
    CHECK_FALSE(plan.hierarchy->spec.l2);
    CHECK(hierarchy_warnings(plan) == std::vector<std::string>{"private_level_unknown", "private_level_unknown"});
    CHECK(hierarchy_line(plan) == "hierarchy  inclusive LLC below no private level; prefetch none; workers 1");
}

TEST_CASE("an L1 larger than the L2 is simulated with a warning") {
    RunOptions options = options_of(LlcPolicy::non_inclusive);
    options.l1 = {true, CacheGeometry{1 * mib, 8, 64}};
    CHECK(hierarchy_warnings(*plan_of(options)) == std::vector<std::string>{"l1_above_l2"});
}

TEST_CASE("the memory check includes the tables of a hierarchy") {
    // One thread: the LLC's 2^19 lines at 4 bytes, small private levels, a bit per line of the arena. 64 threads: each
    // simulation has 64 L2 of 1 GiB (2^24 lines, 64 MiB of words), 4 GiB in all.
    RunOptions options = options_of(LlcPolicy::non_inclusive);
    options.l2 = {true, CacheGeometry{1024 * mib, 16, 64}};
    CHECK(plan_of(options, three_levels(), 1024 * mib));
    Machine wide = three_levels();
    wide.online.clear();
    wide.cores.clear();
    for (int cpu = 0; cpu < 64; ++cpu) {
        wide.online.push_back(cpu);
        wide.cores.push_back({0, cpu, {cpu}});
    }
    wide.allowed = wide.online;
    options.threads = 64;
    const auto refused = plan_of(options, wide, 2048 * mib);
    REQUIRE_FALSE(refused);
    CHECK_THAT(to_line(refused.error()), Catch::Contains("plan memory: the run needs"));
    CHECK(plan_of(options, wide, 8192 * mib));
}

TEST_CASE("run.json keeps the hierarchy and its lines, and reads records without one") {
    RunRecord record;
    record.simulation = SimulationRecord{{32 * mib, 16, 64}, GeometryOrigin::sysfs, 1, 2, {}};
    ExperimentRecord experiment;
    experiment.loop = "paired";
    record.workload.loops = {"paired"};
    record.experiments = {experiment};
    const auto again = [](const RunRecord& written) { return parse_run_record(to_json_text(written), "run.json"); };
    auto read = again(record);
    REQUIRE(read);
    CHECK_FALSE(read->simulation->hierarchy);
    CHECK_FALSE(read->experiments[0].levels);

    HierarchyRecord hierarchy;
    hierarchy.spec = {
        CacheGeometry{32 * kib, 8, 64}, {}, {32 * mib, 16, 64}, LlcPolicy::victim, Prefetch::next_line, 4};
    hierarchy.l1_source = "--l1";
    record.simulation->hierarchy = hierarchy;
    LevelRecord levels;
    levels.steps = 7;
    levels.lines.levels = {LevelLines{1, 2, 3, 4, 5}, LevelLines{}, LevelLines{6, 7, 8, 9, 10}};
    levels.lines.prefetched = 11;
    levels.lines.handed_over = 12;
    levels.lines.invalidated = 13;
    levels.lines.back_invalidated = 14;
    record.experiments[0].levels = levels;
    read = again(record);
    REQUIRE(read);
    CHECK(read->simulation->hierarchy == hierarchy);
    CHECK(read->experiments[0].levels == levels);

    std::string text = to_json_text(record);
    text.replace(text.find("\"victim\""), 8, "\"vicitm\"");
    const auto broken = parse_run_record(text, "run.json");
    REQUIRE_FALSE(broken);
    CHECK(broken.error().code == ExitCode::bad_data);
    CHECK_THAT(to_line(broken.error()), Catch::Contains("vicitm"));
}
