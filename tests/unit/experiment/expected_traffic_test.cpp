#include <catch2/catch.hpp>

#include "experiment/plan/expected_traffic.hpp"
#include "experiment/plan/planned_records.hpp"
#include "support/sizes.hpp"
#include "workload/trace_store.hpp"

using namespace bytebound;

namespace {

using test::mib;

/// Two CPUs with 256 KiB of L2 each, below one L3 of 2 MiB and 16 ways.
Machine expected_machine() {
    Machine machine;
    machine.online = machine.allowed = {0, 1};
    machine.cores = {{0, 0, {0}}, {0, 1, {1}}};
    machine.caches = {{2, "Unified", mib / 4, 8, 64, {0}, "sysfs"},
                      {2, "Unified", mib / 4, 8, 64, {1}, "sysfs"},
                      {3, "Unified", 2 * mib, 16, 64, {0, 1}, "sysfs"}};
    machine.nodes = {{0, {0, 1}, 1 << 30, {}}};
    machine.allowed_nodes = {0};
    return machine;
}

/// N = 4096 and m = 512 rows of 2 x 512 bytes.
RunOptions expected_options() {
    RunOptions options;
    options.workload.pool_rows = 4096;
    options.workload.active_rows = 512;
    options.dtype = Dtype::i8;
    options.up_cols = options.hidden_dim = 512;
    options.ks = {64};
    options.loops = {LoopKind::paired, LoopKind::index, LoopKind::hybrid};
    return options;
}

/// Row copies have the same rate in both levels, so that time is proportional to the rows copied. Masks and lists cost
/// almost nothing at 1e18 bytes per second.
Ceilings even_ceilings() {
    Ceilings ceilings;
    for (const MemoryLevel level : {MemoryLevel::llc, MemoryLevel::memory}) {
        Ceiling rows, reads;
        rows.kernel = StreamKernel::row_copy;
        reads.kernel = StreamKernel::read;
        rows.level = reads.level = level;
        rows.row_bytes = 512;
        rows.bytes_per_second = 1e9;
        reads.bytes_per_second = 1e18;
        Ceiling ascending = rows;
        ascending.kernel = StreamKernel::row_copy_ascending;
        ceilings.ceilings.insert(ceilings.ceilings.end(), {rows, reads, ascending});
    }
    return ceilings;
}

/// Of row copies in memory, in either order.
void set_in_memory(Ceilings& ceilings, double Ceiling::*rate, double value) {
    for (Ceiling& each : ceilings.ceilings)
        if (copies_rows(each.kernel) && each.level == MemoryLevel::memory) each.*rate = value;
}

Result<RunPlan> plan_with(const RunOptions& options, std::optional<Ceilings> ceilings, std::string why = {}) {
    PlanFacts facts;
    facts.memory_available = MemoryRoom(4096 * mib);
    facts.ceilings = std::move(ceilings);
    facts.no_ceilings = std::move(why);
    return plan_run(options, expected_machine(), facts);
}

/// With the changes of one segment per experiment.
std::vector<ExperimentRecord> records_of(const RunPlan& plan) {
    TraceStore store(0);
    std::vector<Segments> traces;
    for (const Experiment& experiment : plan.experiments)
        traces.push_back({*store.changes(experiment.trace, 0)});
    return experiment_records(plan, traces);
}

} // namespace

TEST_CASE("adaptive tau is the k from which a rebuild copies no more rows, by m") {
    RunOptions options = expected_options();
    options.adaptive_tau = true;
    // Paired copies k/2 rows, index 512: equal at k = 1024 = 2m, the largest possible k. Tau is half a row below it.
    const RunPlan plan = *plan_with(options, even_ceilings());
    CHECK(plan.options.tau == 1023.5 / 512);
    const ExpectedRecord expected = expected_record(plan);
    REQUIRE(expected.crossover);
    CHECK(expected.crossover->k == 1024u);
    CHECK(expected.crossover->paired_ns == Approx(512 * 2048));
    CHECK(expected.crossover_reason.empty());
    CHECK(workload_record(plan).tau == 1023.5 / 512);
    CHECK(workload_record(plan).tau_source == "adaptive");
}

TEST_CASE("slower memory moves the crossover to the k where paired misses as much as a rebuild") {
    RunOptions options = expected_options();
    options.adaptive_tau = true;
    Ceilings ceilings = even_ceilings();
    set_in_memory(ceilings, &Ceiling::bytes_per_second, 0.2e9);
    const RunPlan plan = *plan_with(options, ceilings);
    CHECK(plan.options.tau < 1023.5 / 512);
    CHECK(plan.options.tau > 0.1);
}

TEST_CASE("the crossover's interval comes from the interval ends of memory and cache") {
    Ceilings ceilings = even_ceilings();
    for (Ceiling& each : ceilings.ceilings)
        each.ci_low = each.ci_high = each.bytes_per_second;
    const ExpectedRecord sharp = expected_record(*plan_with(expected_options(), ceilings));
    CHECK(sharp.k_low == 1024u);
    CHECK(sharp.k_high == 1024u);
    // If memory may be five times slower than the cache, the crossover may be at a smaller k, as in the case above.
    set_in_memory(ceilings, &Ceiling::ci_low, 0.2e9);
    Ceilings slow = even_ceilings();
    set_in_memory(slow, &Ceiling::bytes_per_second, 0.2e9);
    const ExpectedRecord wide = expected_record(*plan_with(expected_options(), ceilings));
    CHECK(wide.crossover->k == 1024u);
    CHECK(wide.k_low == expected_record(*plan_with(expected_options(), slow)).crossover->k);
    CHECK(wide.k_low < 1024u);
    CHECK(wide.k_high == 1024u);
}

TEST_CASE("rebuilds are expected to copy at the ceiling of ascending rows, replacements at that of random places") {
    // Ascending copies are twice as fast: rebuilding 512 rows costs as much as replacing 256 of them.
    Ceilings ceilings = even_ceilings();
    for (Ceiling& each : ceilings.ceilings)
        if (each.kernel == StreamKernel::row_copy_ascending) each.bytes_per_second *= 2;
    const ExpectedRecord expected = expected_record(*plan_with(expected_options(), ceilings));
    CHECK(expected.crossover->k == 512u);
    CHECK(expected.crossover->paired_ns == Approx(256 * 2048));
}

TEST_CASE("a given tau is kept, and the crossover is recorded with it") {
    const RunPlan plan = *plan_with(expected_options(), even_ceilings());
    CHECK(plan.options.tau == 0.5);
    CHECK(expected_record(plan).crossover->k == 1024u);
    CHECK(workload_record(plan).tau_source == "given");
}

TEST_CASE("adaptive tau without a calibration or a model is impossible") {
    RunOptions options = expected_options();
    options.adaptive_tau = true;
    const auto line = [](const Result<RunPlan>& plan) {
        REQUIRE_FALSE(plan);
        CHECK(plan.error().code == ExitCode::not_possible);
        return to_line(plan.error());
    };
    CHECK(line(plan_with(options, {})) == "plan --tau adaptive: no calibration of this host; run bytebound calibrate");
    CHECK(line(plan_with(options, {}, "the saved calibration is not used: the kernel changed")) ==
          "plan --tau adaptive: the saved calibration is not used: the kernel changed; run bytebound calibrate");
    Ceilings other_rows = even_ceilings();
    for (Ceiling& each : other_rows.ceilings)
        each.row_bytes *= 2;
    CHECK(line(plan_with(options, other_rows)) ==
          "plan --tau adaptive: the ceilings of row-copy in LLC with 1 thread reach no rows of 512 bytes; run "
          "bytebound calibrate --row-bytes 512");
    options.workload.pattern.name = "block";
    CHECK(line(plan_with(options, even_ceilings())) ==
          "plan --tau adaptive: the rows that a block trace draws depend on each other, and the closed form assumes "
          "independent draws; use the simulator (--collector sim)");
    CHECK(expected_record(*plan_with(expected_options(), {}, "--calibration none")).crossover_reason ==
          "--calibration none; run bytebound calibrate");
}

TEST_CASE("every loop and k has its expected traffic, or the reason why not") {
    RunOptions options = expected_options();
    options.steps_per_k = 20;
    const std::vector<ExperimentRecord> records = records_of(*plan_with(options, {}));
    REQUIRE(records.size() == 3);
    REQUIRE(records[0].closed_form);
    CHECK(records[0].closed_form->requested_load_bytes == 32 * 1024);
    CHECK(records[0].closed_form->requested_store_bytes == 32 * 1024);
    CHECK(records[0].closed_form->metadata_bytes() == 16 * 64 + 20 * 64);
    CHECK(records[0].closed_form_reason.empty());
    CHECK(records[1].closed_form->requested_bytes() == 2 * 512 * 1024);

    options.between = Between::use;
    const std::vector<ExperimentRecord> used = records_of(*plan_with(options, {}));
    CHECK_FALSE(used[0].closed_form);
    CHECK(used[0].closed_form_reason ==
          "the slab is read between two steps (--between use); use the simulator (--collector sim)");
}

TEST_CASE("the capacity of an exclusive last level includes the second levels of all workers, in its own sets") {
    RunOptions options = expected_options();
    options.threads = 2;
    CHECK(expected_cache(*plan_with(options, {})) == CacheBelow{64, 2 * mib, 16, 1});
    options.cache_model = LlcPolicy::exclusive;
    CHECK(expected_cache(*plan_with(options, {})) == CacheBelow{64, 2 * mib + mib / 2, 20, 1});
    options.cache_model = LlcPolicy::inclusive;
    CHECK(expected_cache(*plan_with(options, {})) == CacheBelow{64, 2 * mib, 16, 1});
}

TEST_CASE("there is no closed form for large private levels above a last level that is not exclusive") {
    RunOptions options = expected_options();
    options.cache_model = LlcPolicy::victim; // 256 KiB of L2 compared with 2 MiB
    const std::vector<ExperimentRecord> records = records_of(*plan_with(options, {}));
    CHECK_FALSE(records[0].closed_form);
    CHECK(records[0].closed_form_reason ==
          "the closed form covers one cache, and the private levels of --cache-model victim are larger than a "
          "sixteenth of the LLC; use the simulator (--collector sim)");
    options.llc = CacheGeometry{16 * mib, 16, 64};
    CHECK(records_of(*plan_with(options, {}))[0].closed_form);
    options.llc.reset();
    options.cache_model = LlcPolicy::exclusive;
    options.l2 = {true, std::nullopt};
    options.l1 = {true, CacheGeometry{mib / 2, 8, 64}};
    CHECK(expected_cache(*plan_with(options, {})).capacity_bytes == 2 * mib + mib / 2);
}

TEST_CASE("expected times use the host's cache, regardless of --llc") {
    RunOptions options = expected_options();
    Ceilings ceilings = even_ceilings();
    set_in_memory(ceilings, &Ceiling::bytes_per_second, 0.2e9);
    const ExpectedRecord host = expected_record(*plan_with(options, ceilings));
    options.llc = CacheGeometry{64 << 10, 16, 64};
    options.warmup = 100;
    RunOptions same = expected_options();
    same.warmup = 100;
    CHECK(expected_record(*plan_with(options, ceilings)).crossover ==
          expected_record(*plan_with(same, ceilings)).crossover);
    CHECK(host.crossover->k < 1024u);
}

TEST_CASE("the measured write-allocate factor of the nearest row size is used, an assumed one is not") {
    Ceilings ceilings = even_ceilings();
    const auto factor = [](std::uint64_t row_bytes, double value, bool measured) {
        WriteAllocateFactor each;
        each.kernel = StreamKernel::row_copy;
        each.row_bytes = row_bytes;
        each.factor = value;
        each.measured = measured;
        each.source = measured ? "uncore" : "nothing counts";
        return each;
    };
    ceilings.write_allocate = {factor(512, 0.1, false), factor(1024, 0.7, true), factor(4096, 0.3, true)};
    const ExpectedRecord expected = expected_record(*plan_with(expected_options(), ceilings));
    CHECK(expected.cache.write_allocate_factor == 0.7);
    CHECK(expected.write_allocate_source == "uncore");
    // Noise made it negative: nothing is read back.
    ceilings.write_allocate = {factor(512, -0.02, true)};
    CHECK(expected_record(*plan_with(expected_options(), ceilings)).cache.write_allocate_factor == 0);
    CHECK(expected_record(*plan_with(expected_options(), {})).write_allocate_source ==
          "assumed: an ordinary store that misses reads its line first");
}
