#include <catch2/catch.hpp>

#include "experiment/calibrate/calibration_plan.hpp"
#include "loops/stream_kernels.hpp"
#include "support/sizes.hpp"

using namespace bytebound;

namespace {

using test::gib, test::kib, test::mib;

/// Two cores, each with its own caches, below one L3.
Machine two_cores(std::uint64_t llc_bytes = 32 * mib) {
    Machine machine;
    machine.online = machine.allowed = {0, 1};
    machine.cores = {{0, 0, {0}}, {0, 1, {1}}};
    machine.caches = {{1, "Data", 32 * kib, 8, 64, {0}, "sysfs"}, {1, "Instruction", 32 * kib, 8, 64, {0}, "sysfs"},
                      {1, "Data", 32 * kib, 8, 64, {1}, "sysfs"}, {2, "Unified", mib, 8, 64, {0}, "sysfs"},
                      {2, "Unified", mib, 8, 64, {1}, "sysfs"},   {3, "Unified", llc_bytes, 16, 64, {0, 1}, "sysfs"}};
    machine.nodes = {{0, {0, 1}, 16 * gib, {}}};
    machine.allowed_nodes = {0};
    return machine;
}

CalibrationPlan planned(const CalibrationOptions& options, const Machine& machine = two_cores()) {
    auto plan = plan_calibration(options, machine, MemoryRoom(16 * gib));
    if (!plan) FAIL(to_line(plan.error()));
    return *plan;
}

std::string refused(const CalibrationOptions& options, std::uint64_t memory = 16 * gib) {
    const auto plan = plan_calibration(options, two_cores(), MemoryRoom(memory));
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ExitCode::usage);
    return to_line(plan.error());
}

CalibrationOptions rows(std::vector<std::uint64_t> row_bytes) {
    CalibrationOptions options;
    options.row_bytes = std::move(row_bytes);
    return options;
}

/// Buffer size of the first request for this kernel and level; 0 if there is none.
LevelBuffers buffers(const TeamPlan& team, StreamKernel kernel, MemoryLevel level) {
    for (const CeilingRequest& request : team.requests)
        if (request.kernel == kernel && request.buffers.level == level) return request.buffers;
    return {level, 0, false};
}

std::string absences(const CalibrationPlan& plan) {
    std::string text;
    for (const CeilingAbsence& each : plan.absent)
        text += each.level + " [" + each.kernel + "] " + std::to_string(each.threads) + ": " + each.reason + "\n";
    return text;
}

} // namespace

TEST_CASE("buffers are half of a cache, and for memory more than 4 x all last-level caches together") {
    const CalibrationPlan plan = planned(rows({8192}));
    CHECK(plan.options.threads == std::vector<std::uint32_t>{1, 2});
    REQUIRE(plan.teams.size() == 2);
    using enum MemoryLevel;
    const TeamPlan &one = plan.teams[0], &two = plan.teams[1];
    CHECK(one.placement.cpus == std::vector<int>{0});
    CHECK(buffers(one, StreamKernel::copy, l1).worker_bytes == 16 * kib);
    CHECK(buffers(one, StreamKernel::copy, l2).worker_bytes == 512 * kib);
    CHECK(buffers(one, StreamKernel::copy, llc).worker_bytes == 16 * mib);
    // 4 x 32 MiB is not more than 4 x 32 MiB: one huge page beyond.
    CHECK(buffers(one, StreamKernel::copy, memory).worker_bytes == 130 * mib);
    CHECK(one.arena_bytes == 130 * mib);
    // Two workers share the L3; each has its own L1 and L2.
    CHECK(two.placement.cpus == std::vector<int>{0, 1});
    CHECK(buffers(two, StreamKernel::read, l1).worker_bytes == 16 * kib);
    CHECK(buffers(two, StreamKernel::read, llc).worker_bytes == 8 * mib);
    CHECK(buffers(two, StreamKernel::read, memory).worker_bytes == 66 * mib);
    CHECK(two.arena_bytes == 132 * mib);
    CHECK(plan.capacities == std::vector<LevelCapacity>{{l1, 1, 32 * kib},
                                                        {l2, 1, mib},
                                                        {llc, 1, 32 * mib},
                                                        {l1, 2, 64 * kib},
                                                        {l2, 2, 2 * mib},
                                                        {llc, 2, 32 * mib}});
}

TEST_CASE(
    "every kernel is measured in the last-level cache and in memory, rows of every size with both kinds of stores") {
    const CalibrationPlan plan = planned(rows({8192, 4096, 8192}));
    CHECK(plan.options.row_bytes == std::vector<std::uint64_t>{4096, 8192});
    const bool nt = why_no_nt_kernels().empty();
    for (const MemoryLevel level : {MemoryLevel::llc, MemoryLevel::memory}) {
        std::vector<std::string> names;
        for (const CeilingRequest& request : plan.teams[0].requests)
            if (request.buffers.level == level)
                names.push_back(std::string(name_of(request.kernel)) + std::to_string(request.row_bytes));
        if (nt)
            CHECK(names == std::vector<std::string>{
                               "read0", "write0", "nt-write0", "copy0", "nt-copy0", "row-copy4096", "nt-row-copy4096",
                               "prefetch-row-copy4096", "row-copy-ascending4096", "nt-row-copy-ascending4096",
                               "prefetch-row-copy-ascending4096", "row-copy8192", "nt-row-copy8192",
                               "prefetch-row-copy8192", "row-copy-ascending8192", "nt-row-copy-ascending8192",
                               "prefetch-row-copy-ascending8192"});
        else
            CHECK(names == std::vector<std::string>{"read0", "write0", "copy0", "row-copy4096", "prefetch-row-copy4096",
                                                    "row-copy-ascending4096", "prefetch-row-copy-ascending4096",
                                                    "row-copy8192", "prefetch-row-copy8192", "row-copy-ascending8192",
                                                    "prefetch-row-copy-ascending8192"});
    }
}

TEST_CASE("rows that fit are copied in L1 and L2, too, in both orders and with ordinary stores only") {
    CalibrationOptions options = rows({64, 1024, 2048, 4096});
    options.threads = {1};
    const CalibrationPlan plan = planned(options);
    const auto names = [&](MemoryLevel level) {
        std::vector<std::string> out;
        for (const CeilingRequest& request : plan.teams[0].requests)
            if (request.buffers.level == level && copies_rows(request.kernel))
                out.push_back(std::string(name_of(request.kernel)) + std::to_string(request.row_bytes));
        return out;
    };
    // Half of 32 KiB: 8 rows of 1 KiB from 8 KiB to 8 KiB.
    CHECK(names(MemoryLevel::l1) ==
          std::vector<std::string>{"row-copy64", "prefetch-row-copy64", "row-copy-ascending64",
                                   "prefetch-row-copy-ascending64", "row-copy1024", "prefetch-row-copy1024",
                                   "row-copy-ascending1024", "prefetch-row-copy-ascending1024"});
    CHECK(names(MemoryLevel::l2).size() == 16);
    CHECK(absences(plan) == "L1 [row-copy of 2048, 4096 B] 1: fewer than 8 rows fit a worker's part of 16 KiB\n");
}

TEST_CASE("with two last-level caches, buffers exceed both, and each worker's part exceeds its own") {
    Machine machine = two_cores();
    machine.caches[5] = {3, "Unified", 8 * mib, 16, 64, {0}, "sysfs"};
    machine.caches.push_back({3, "Unified", 24 * mib, 16, 64, {1}, "sysfs"});
    const CalibrationPlan plan = planned(rows({8192}), machine);
    // The part of worker 1 must exceed 4 x 24 MiB; that of both 4 x 32 MiB.
    CHECK(buffers(plan.teams[1], StreamKernel::read, MemoryLevel::memory).worker_bytes == 98 * mib);
    // Within caches, the smaller one determines the size.
    CHECK(buffers(plan.teams[1], StreamKernel::read, MemoryLevel::llc).worker_bytes == 4 * mib);
    CHECK(buffers(plan.teams[0], StreamKernel::read, MemoryLevel::memory).worker_bytes == 34 * mib);
}

TEST_CASE("a last-level cache hardly larger than the private ones is left out with a reason") {
    const CalibrationPlan plan = planned(rows({8192}), two_cores(6 * mib));
    CHECK(buffers(plan.teams[0], StreamKernel::read, MemoryLevel::llc).worker_bytes == 3 * mib);
    CHECK(buffers(plan.teams[1], StreamKernel::read, MemoryLevel::llc).worker_bytes == 0);
    CHECK(absences(plan) ==
          "L1 [row-copy of 8192 B] 1: fewer than 8 rows fit a worker's part of 16 KiB\n"
          "L1 [row-copy of 8192 B] 2: fewer than 8 rows fit a worker's part of 16 KiB\n"
          "LLC [] 2: half of it is 1.5 MiB per worker, less than twice the 1 MiB of a worker's own cache\n");
}

TEST_CASE("without known caches memory is still measured, on more than 4 x an assumed 32 MiB") {
    Machine machine = two_cores();
    machine.caches.clear();
    CalibrationOptions options = rows({8192});
    options.threads = {1};
    const CalibrationPlan plan = planned(options, machine);
    CHECK(buffers(plan.teams[0], StreamKernel::read, MemoryLevel::memory).worker_bytes == 130 * mib);
    CHECK(absences(plan) == "L1 [] 1: there is no L1 of known size before the last-level cache\n"
                            "L2 [] 1: there is no L2 of known size before the last-level cache\n"
                            "LLC [] 1: no last-level cache of known size: see bytebound topology\n");
}

TEST_CASE("rows are left out of working sets that only a few of them fit") {
    CalibrationOptions options = rows({4 * mib});
    options.threads = {1};
    const CalibrationPlan plan = planned(options);
    CHECK(absences(plan) == "L1 [row-copy of 4194304 B] 1: fewer than 8 rows fit a worker's part of 16 KiB\n"
                            "L2 [row-copy of 4194304 B] 1: fewer than 8 rows fit a worker's part of 512 KiB\n"
                            "LLC [row-copy of 4194304 B] 1: fewer than 8 rows fit a worker's part of 16 MiB\n");
}

TEST_CASE("--quick uses smaller buffers for large caches, marks them and warns") {
    CalibrationOptions options = rows({8192});
    options.quick = true;
    CHECK(buffers(planned(options).teams[0], StreamKernel::read, MemoryLevel::memory) ==
          LevelBuffers{MemoryLevel::memory, 130 * mib, false});
    options.threads = {1};
    const CalibrationPlan plan = planned(options, two_cores(768 * mib));
    // Twice the cache, not 4 x.
    CHECK(buffers(plan.teams[0], StreamKernel::read, MemoryLevel::memory) ==
          LevelBuffers{MemoryLevel::memory, 1536 * mib, true});
    CHECK_FALSE(buffers(plan.teams[0], StreamKernel::read, MemoryLevel::llc).small_buffers);
    REQUIRE(plan.warnings.size() == 1);
    CHECK(text_of(plan.warnings[0]) ==
          "1 thread: buffers of 1.5 GiB are not larger than 4 x the 768 MiB of last-level "
          "cache, which may contain part of them (--quick); ceilings of memory are marked");
}

TEST_CASE("fewer than six rounds are flagged") {
    CalibrationOptions options = rows({8192});
    options.rounds = 6;
    CHECK(planned(options).warnings.empty());
    options.rounds = 5;
    const CalibrationPlan plan = planned(options);
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].code == "few_blocks");
    CHECK(text_of(plan.warnings[0]) ==
          "5 rounds, fewer than 6: the intervals of the ceilings are wide; give --repeats 6 or more");
}

TEST_CASE("an impossible calibration is a one-line error") {
    CHECK(refused(rows({8192}), 131 * mib) ==
          "plan memory: 2 workers need buffers of 132 MiB (4 x the last-level caches), but the machine has 131 MiB "
          "available; free memory");
    CHECK(refused(rows({63})) == "plan --row-bytes 63: it is smaller than a line of 64 bytes; give 64 or more");
    CHECK(refused(rows({16 * mib + 1})) == "plan --row-bytes 16777217: it is more than 16 MiB; give shorter rows");
    CalibrationOptions options;
    options.rounds = 2;
    CHECK(refused(options) == "plan --repeats 2: fewer than 3 samples give no interval; give 3 or more");
    options = {};
    options.threads = {0};
    CHECK(refused(options) == "plan --threads 0: must be at least 1; give 1 or more");
}

TEST_CASE("collectors that model a machine are rejected when planning a calibration, at any position") {
    for (const std::string name : {"sim", "callgrind"}) {
        CalibrationOptions options;
        options.counting.collectors = {"perf", name};
        const auto plan = plan_calibration(options, two_cores(), {});
        REQUIRE_FALSE(plan);
        CHECK(plan.error().code == ExitCode::not_possible);
        CHECK(to_line(plan.error()) == "count with --collector " + name +
                                           ": it models a cache and does not count on this machine; give --collector "
                                           "auto, or none");
    }
}

TEST_CASE("more workers than CPUs are not possible") {
    CalibrationOptions options;
    options.threads = {1, 3};
    const auto plan = plan_calibration(options, two_cores(), {});
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ExitCode::not_possible);
}

TEST_CASE("limits of threads and of files are refused at planning, with the number needed") {
    const auto planned_with = [](const Limits& limits) {
        Machine machine = two_cores();
        machine.limits = limits;
        return plan_calibration(rows({4096}), machine, MemoryRoom(16 * gib));
    };
    Limits limits;
    limits.user_tasks = 2;
    limits.tasks_left = {true, 1};
    limits.file_bytes = mib;
    CHECK(planned_with(limits));
    const auto refused_with = [&](const Limits& each) {
        const auto plan = planned_with(each);
        REQUIRE_FALSE(plan);
        CHECK(plan.error().code == ExitCode::not_possible);
        return to_line(plan.error());
    };
    Limits few = limits;
    few.user_tasks = 1;
    CHECK(refused_with(few) == "plan threads: 2 workers need 1 more threads, and ulimit -u allows 1 for all processes "
                               "of this user; raise ulimit -u, or give fewer --threads");
    few = limits;
    few.tasks_left = {true, 0};
    CHECK(refused_with(few) == "plan threads: 2 workers need 1 more threads, and the pids cgroup allows 0; "
                               "raise its limit, or give fewer --threads");
    few = limits;
    few.file_bytes = 4 * kib;
    CHECK(refused_with(few).ends_with(
        "and ulimit -f allows 4 KiB; raise ulimit -f, or give fewer --threads or --row-bytes"));
    CHECK(refused_with(few).starts_with("plan files: the calibration has about "));
}
