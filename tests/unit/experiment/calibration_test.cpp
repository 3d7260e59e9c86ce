#include <catch2/catch.hpp>

#include <cmath>

#include <signal.h>

#include "archive/calibration_store.hpp"
#include "archive/record_json.hpp"
#include "counters/scripted_collector.hpp"
#include "experiment/calibrate/calibration.hpp"
#include "experiment/calibrate/team_ceilings.hpp"
#include "loops/stream_kernels.hpp"
#include "support/sizes.hpp"
#include "support/temporary_directory.hpp"

using namespace bytebound;

namespace {

using test::kib, test::mib;
/// The memory working set of the machine below: the first huge page beyond 4 x 64 KiB.
constexpr double arena = 2 * mib;
/// Bytes that the scripted memory controller counts for every kernel.
constexpr std::uint64_t counted_bytes = 1536 * kib;

/// Every call is 2 ms after the previous one, so every kernel takes 2 ms.
std::uint64_t ticking_clock() {
    static std::uint64_t now = 0;
    return now += 2'000'000;
}

constexpr CollectorEntry counting_table[] = {
    {"resctrl", "resctrl", Supplies::dram, "scripted", [](Sys&, const SysRoot&) {
         return std::unique_ptr<Collector>(
             std::make_unique<ScriptedCollector>(std::vector<ScriptedEvent>{{"mbm-read",
                                                                             {{1, 1, 1}, {counted_bytes, 9, 9}},
                                                                             0,
                                                                             0,
                                                                             false,
                                                                             {},
                                                                             {},
                                                                             "dram_read_bytes",
                                                                             Sharing::group,
                                                                             {}}},
                                                 "resctrl"));
     }}};

ScriptedEvent read_event(const char* name, int pass) {
    return {name, {{1, 1, 1}, {counted_bytes, 9, 9}}, pass, 0, false, {}, {}, "dram_read_bytes", Sharing::group, {}};
}

constexpr CollectorEntry three_passes_table[] = {
    {"resctrl", "resctrl", Supplies::dram, "scripted", [](Sys&, const SysRoot&) {
         return std::unique_ptr<Collector>(std::make_unique<ScriptedCollector>(
             std::vector{read_event("mbm-read", 0), read_event("mbm-read-1", 1), read_event("mbm-read-2", 2)},
             "resctrl"));
     }}};

/// The running machine with one small cache.
CalibrationSeams small_seams(bool counts) {
    CalibrationSeams seams;
    seams.collectors = counts ? std::span<const CollectorEntry>(counting_table) : std::span<const CollectorEntry>();
    seams.clock = ticking_clock;
    seams.machine = *discover(seams.root);
    seams.machine->caches = {{3, "Unified", 64 * kib, 16, 64, seams.machine->online, "sysfs"}};
    seams.kernel_amounts.stream_bytes = counted_bytes; // its count is correct, so that the event qualifies
    return seams;
}

CalibrationOptions small_options(const test::TemporaryDirectory& directory) {
    CalibrationOptions options;
    options.threads = {1};
    options.row_bytes = {1000};
    options.rounds = 4;
    options.out = (directory / "c.json").string();
    options.force = true; // with this clock small buffers are slow, and the cache seems slower than memory
    options.command = {"bytebound", "calibrate"};
    return options;
}

KernelSys kernel;
StopFlag never{0};

CalibrationRecord measured(const CalibrationOptions& options, CalibrationSeams seams) {
    auto calibration = Calibration::prepare(kernel, options, std::move(seams));
    if (!calibration) FAIL(to_line(calibration.error()));
    auto record = calibration->measure({}, never);
    if (!record) FAIL(to_line(record.error()));
    if (auto saved = calibration->save(*record); !saved) FAIL(to_line(saved.error()));
    return *record;
}

} // namespace

TEST_CASE("a ceiling is the bytes loaded and stored divided by the time of the whole team") {
    const test::TemporaryDirectory directory;
    const CalibrationRecord record = measured(small_options(directory), small_seams(false));
    using enum StreamKernel;
    const auto rate = [&](StreamKernel each, MemoryLevel level) {
        const Ceiling* ceiling = record.ceilings.find(each, level, 1, 1000);
        REQUIRE(ceiling != nullptr);
        CHECK(ceiling->n == 4);
        CHECK(ceiling->ci_low == ceiling->bytes_per_second); // every sample took 2 ms
        CHECK(ceiling->ci_high == ceiling->bytes_per_second);
        return ceiling->bytes_per_second;
    };
    // A pass of 2 MiB in 2 ms, regardless of how much of it is loaded and stored.
    for (const StreamKernel each : {read, write, copy})
        CHECK(rate(each, MemoryLevel::memory) == Approx(arena / 0.002));
    // 1048 whole rows of 1000 bytes fit 1 MiB; each is loaded and stored.
    CHECK(rate(row_copy, MemoryLevel::memory) == Approx(2 * 1048 * 1000 / 0.002));
    // Half of 64 KiB; 16 rows on each side.
    CHECK(rate(copy, MemoryLevel::llc) == Approx(32 * kib / 0.002));
    CHECK(rate(row_copy, MemoryLevel::llc) == Approx(2 * 16 * 1000 / 0.002));
    CHECK(rate(row_copy_ascending, MemoryLevel::memory) == Approx(2 * 1048 * 1000 / 0.002));
    CHECK(rate(row_copy_ascending, MemoryLevel::llc) == Approx(2 * 16 * 1000 / 0.002));
    CHECK(record.ceilings.find(read, MemoryLevel::memory, 2) == nullptr);
    CHECK(record.ceilings.find(row_copy, MemoryLevel::memory, 1, 999) == nullptr);
    CHECK(record.ceilings.find(read, MemoryLevel::memory, 1)->buffer_bytes == 2 * mib);
    REQUIRE(record.ceilings.compute.size() == 2);
    CHECK(record.ceilings.compute[0].dtype == "f32");
    CHECK(record.ceilings.compute[1].n == 4);
    CHECK(record.qualification.done); // software events, by getrusage
    CHECK(record.threads == std::vector<std::uint32_t>{1});
    CHECK(to_json_text(*read_calibration(directory / "c.json")) == to_json_text(record));
}

TEST_CASE("each round is a block of its own: six samples reach from the least to the most") {
    // All six on one side of the median: 2/64 = 3.1 %.
    const Estimate six = estimate_rounds({1, 2, 3, 4, 5, 6}, Stat::median);
    CHECK(six.value == 3.5);
    CHECK(six.ci_low == 1);
    CHECK(six.ci_high == 6);
    CHECK(six.n == 6);
    CHECK(six.blocks == 6);
    // Of five: 6.3 %, which is too often. Student's interval reaches farther.
    const Estimate five = estimate_rounds({1, 2, 3, 4, 5}, Stat::median);
    CHECK(five.value == 3);
    CHECK(*five.ci_high > 5);
    const Estimate factor = estimate_rounds({-0.1, 0, 0.1}, Stat::mean);
    CHECK(factor.value == Approx(0).margin(1e-15));
    CHECK(*factor.ci_low == Approx(-0.1 * 4.302652729749462 / std::sqrt(3)));
    const Estimate one = estimate_rounds({7}, Stat::mean);
    CHECK(one.ci_low == 7);
}

TEST_CASE("write-allocate factors follow from counted reads: per store kind and row length, with their source") {
    const test::TemporaryDirectory directory;
    const CalibrationRecord record = measured(small_options(directory), small_seams(true));
    using enum StreamKernel;
    const auto factor = [&](StreamKernel each) {
        const WriteAllocateFactor* found = record.ceilings.find_factor(each, 1, 1000);
        REQUIRE(found != nullptr);
        CHECK(found->measured);
        CHECK(found->source == "resctrl");
        CHECK(found->ci_low == found->factor);
        return found->factor;
    };
    // 1.5 MiB read for 2 MiB stored; for 1 MiB loaded and 1 MiB stored.
    CHECK(factor(write) == Approx(0.75));
    CHECK(factor(copy) == Approx(0.5));
    // 1 048 000 bytes of rows and a list of 1048 x 8 bytes are loaded.
    CHECK(factor(row_copy) == Approx((1536 * 1024 - 1048000 - 8384) / 1048000.0));
    if (why_no_nt_kernels().empty()) {
        CHECK(factor(nt_write) == Approx(0.75));
        CHECK(factor(nt_copy) == Approx(0.5));
    }
    CHECK(record.ceilings.find_factor(read, 1) == nullptr);
    REQUIRE(record.qualification.done);
    CHECK(failure_of(record.qualification, "mbm-read") == nullptr);
}

TEST_CASE("factors are assumed, with a reason, if nothing counts or the counter fails qualification") {
    const test::TemporaryDirectory directory;
    const CalibrationRecord none = measured(small_options(directory), small_seams(false));
    const WriteAllocateFactor* assumed = none.ceilings.find_factor(StreamKernel::write, 1);
    REQUIRE(assumed != nullptr);
    CHECK_FALSE(assumed->measured);
    CHECK(assumed->factor == 1);
    CHECK_FALSE(assumed->ci_low);
    CalibrationSeams wrong = small_seams(true);
    wrong.kernel_amounts.stream_bytes = 2 * counted_bytes;
    CalibrationOptions options = small_options(directory);
    options.force = true;
    const CalibrationRecord failed = measured(options, std::move(wrong));
    assumed = failed.ceilings.find_factor(StreamKernel::copy, 1);
    REQUIRE(assumed != nullptr);
    CHECK_FALSE(assumed->measured);
    CHECK(assumed->source == "mbm-read failed qualification: counted 0.50 x the known 3 145 728 bytes");
}

TEST_CASE("fewer rounds than two of every pass: the factor is assumed, and the cause is the rounds") {
    const test::TemporaryDirectory directory;
    CalibrationSeams seams = small_seams(true);
    seams.collectors = three_passes_table;
    CalibrationOptions options = small_options(directory);
    options.rounds = 4;
    const CalibrationRecord record = measured(options, std::move(seams));
    const WriteAllocateFactor* assumed = record.ceilings.find_factor(StreamKernel::copy, 1);
    REQUIRE(assumed != nullptr);
    CHECK_FALSE(assumed->measured);
    CHECK(
        assumed->source ==
        "resctrl counts reads in 3 passes, one per round; 4 rounds are fewer than 2 of each: give --repeats 6 or more");
}

TEST_CASE("a stopped calibration writes nothing") {
    const test::TemporaryDirectory directory;
    auto calibration = Calibration::prepare(kernel, small_options(directory), small_seams(false));
    REQUIRE(calibration);
    StopFlag stop{0};
    std::uint64_t calls = 0;
    const auto record = calibration->measure(
        [&](const Progress& progress) {
            if (progress.stage == "qualify") return;
            CHECK(progress.total == 4);
            if (++calls == 2) stop = SIGINT;
        },
        stop);
    REQUIRE_FALSE(record);
    CHECK(record.error().code == ExitCode::interrupted);
    CHECK(to_line(record.error()) == "calibrate this host: interrupted by SIGINT; nothing was written; run it again");
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a calibration that other work disturbed is saved only with --force") {
    const test::TemporaryDirectory directory;
    CalibrationOptions options = small_options(directory);
    options.force = false;
    auto calibration = Calibration::prepare(kernel, options, small_seams(false));
    REQUIRE(calibration);
    CalibrationRecord record = *calibration->measure({}, never);
    for (Ceiling& each : record.ceilings.ceilings)
        if (each.kernel == StreamKernel::read && each.level == MemoryLevel::llc)
            each.bytes_per_second = each.ci_low = each.ci_high = 1e8;
        else if (each.kernel == StreamKernel::read)
            each.bytes_per_second = each.ci_low = each.ci_high = 1e9;
    const auto saved = calibration->save(record);
    REQUIRE_FALSE(saved);
    CHECK(saved.error().code == ExitCode::not_possible);
    CHECK(
        to_line(saved.error()) ==
        "save calibration " + options.out +
            ": the machine was busy: read with 1 thread reached 0.1 GB/s in LLC and 1 GB/s in memory; calibrate again "
            "when it is idle, or give --force to save it");
    CHECK_FALSE(std::filesystem::exists(options.out));
    options.force = true;
    calibration = Calibration::prepare(kernel, options, small_seams(false));
    REQUIRE(calibration->save(record));
    CHECK(read_calibration(options.out)->ceilings == record.ceilings);
}

TEST_CASE("without an output location nothing is measured") {
    const test::TemporaryDirectory directory;
    CalibrationOptions options = small_options(directory);
    options.out.clear();
    const auto calibration = Calibration::prepare(kernel, options, small_seams(false));
    REQUIRE_FALSE(calibration);
    CHECK(calibration.error().code == ExitCode::usage);
    CHECK(
        to_line(calibration.error()) ==
        "write calibration file: neither XDG_CACHE_HOME nor HOME is set to a directory to save it in; give --out FILE");
    CalibrationSeams elsewhere = small_seams(false);
    elsewhere.root = SysRoot(directory.path());
    const auto recorded = Calibration::prepare(kernel, small_options(directory), std::move(elsewhere));
    REQUIRE_FALSE(recorded);
    CHECK(recorded.error().code == ExitCode::usage);
}
