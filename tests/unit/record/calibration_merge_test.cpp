#include "record/calibration_merge.hpp"

#include <catch2/catch.hpp>

#include "record/calibration_judgement.hpp"
#include "support/example_calibration.hpp"

using namespace bytebound;
using test::calibrated;

namespace {

Ceiling rate(StreamKernel kernel, MemoryLevel level, double low, double value, double high, std::uint32_t threads = 1) {
    Ceiling c{kernel, level, threads, copies_rows(kernel) ? 1024u : 0u, 4096, value * 1e9, low * 1e9, high * 1e9, 20};
    return c;
}

constexpr const char* monday = "2026-01-05T00:00:00Z";
constexpr const char* tuesday = "2026-01-06T00:00:00Z";

} // namespace

TEST_CASE("of each figure the narrower interval stays, relative to its value, with its own date") {
    CalibrationRecord saved = calibrated(monday), fresh = calibrated(tuesday);
    saved.git_revision = "0123abc";
    saved.quick = true;
    saved.rounds = 5;
    saved.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9.5, 10, 10.5),
                               rate(StreamKernel::copy, MemoryLevel::memory, 5, 10, 11)};
    // 4 of 100 is narrower than 0.5 of 10; the second one is narrower on its wider side.
    fresh.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 96, 100, 104),
                               rate(StreamKernel::copy, MemoryLevel::memory, 6, 10, 14)};
    CalibrationRecord both = merged(fresh, saved);
    CHECK(both.ceilings.ceilings == fresh.ceilings.ceilings);
    CHECK(both.kept.empty());
    CHECK(both.measured == tuesday);

    both = merged(saved, fresh);
    CHECK(both.ceilings.ceilings[0].bytes_per_second == 100e9);
    CHECK(both.ceilings.ceilings[0].date == tuesday);
    CHECK(both.ceilings.ceilings[1].date == tuesday);

    fresh.ceilings.ceilings[0] = rate(StreamKernel::read, MemoryLevel::memory, 3, 100, 413);
    both = merged(fresh, saved);
    CHECK(both.ceilings.ceilings[0].bytes_per_second == 10e9);
    CHECK(both.ceilings.ceilings[0].date == monday);
    CHECK(both.ceilings.ceilings[1].date.empty());
    CHECK(both.kept == std::vector<KeptCalibration>{{monday, "0.1.0", "0123abc", {"bytebound", "calibrate"}, true, 5}});
}

TEST_CASE("a figure keeps its date through several calibrations, and a source without figures is dropped") {
    CalibrationRecord first = calibrated(monday), second = calibrated(tuesday),
                      third = calibrated("2026-01-07T00:00:00Z");
    first.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9.9, 10, 10.1)};
    second.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 8, 10, 12)};
    third.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9, 10, 11)};
    CalibrationRecord now = merged(third, merged(second, first));
    CHECK(now.ceilings.ceilings[0].date == monday);
    REQUIRE(now.kept.size() == 1);
    CHECK(now.kept[0].measured == monday);
    third.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9.95, 10, 10.05)};
    now = merged(third, merged(second, first));
    CHECK(now.ceilings.ceilings[0].date.empty());
    CHECK(now.kept.empty());
}

TEST_CASE("two calibrations that end in the same second are listed once") {
    CalibrationRecord first = calibrated(monday), second = calibrated(monday), third = calibrated(tuesday);
    first.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9.9, 10, 10.1)};
    second.ceilings.ceilings = {rate(StreamKernel::copy, MemoryLevel::memory, 9.9, 10, 10.1)};
    third.ceilings.ceilings = {rate(StreamKernel::write, MemoryLevel::memory, 9.9, 10, 10.1)};
    const CalibrationRecord now = merged(third, merged(second, first));
    CHECK(now.ceilings.ceilings.size() == 3);
    REQUIRE(now.kept.size() == 1);
    CHECK(now.kept[0].measured == monday);
}

TEST_CASE("buffers that exceed the caches precede small ones, however wide, and counted factors assumed ones") {
    CalibrationRecord saved = calibrated(monday), fresh = calibrated(tuesday);
    saved.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9.99, 10, 10.01)};
    saved.ceilings.ceilings[0].small_buffers = true;
    fresh.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 5, 9, 13)};
    saved.ceilings.write_allocate = {{StreamKernel::copy, 1, 0, 0.5, 0.1, 0.9, true, "uncore"}};
    fresh.ceilings.write_allocate = {{StreamKernel::copy, 1, 0, 1, {}, {}, false, "no PMU"}};
    const CalibrationRecord both = merged(fresh, saved);
    CHECK(both.ceilings.ceilings == fresh.ceilings.ceilings);
    CHECK(both.ceilings.write_allocate[0].factor == 0.5);
    CHECK(both.ceilings.write_allocate[0].date == monday);
    CHECK(merged(saved, fresh).ceilings.ceilings[0].bytes_per_second == 9e9);
}

TEST_CASE("figures for other numbers of workers and row sizes stay beside the new ones") {
    CalibrationRecord saved = calibrated(monday), fresh = calibrated(tuesday);
    fresh.placement.cpus = {3};
    fresh.threads = {1};
    saved.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9, 10, 11, 2)};
    saved.ceilings.compute = {{"f32", "avx2", 2, 1e11, 9e10, 1.1e11, 20}};
    saved.ceilings.capacities = {{MemoryLevel::llc, 1, 1}, {MemoryLevel::llc, 2, 33554432}};
    saved.absent = {{"L1", "", 2, "too small"}};
    fresh.ceilings.ceilings = {rate(StreamKernel::read, MemoryLevel::memory, 9, 10, 11, 1)};
    fresh.ceilings.capacities = {{MemoryLevel::llc, 1, 33554432}};
    REQUIRE(can_merge(fresh, saved));
    const CalibrationRecord both = merged(fresh, saved);
    CHECK(both.threads == std::vector<std::uint32_t>{1, 2});
    CHECK(both.placement.cpus == std::vector<int>{3, 5});
    REQUIRE(both.ceilings.ceilings.size() == 2);
    CHECK(both.ceilings.ceilings[1].threads == 2);
    CHECK(both.ceilings.ceilings[1].date == monday);
    CHECK(both.ceilings.compute[0].date == monday);
    CHECK(both.ceilings.capacities ==
          std::vector<LevelCapacity>{{MemoryLevel::llc, 1, 33554432}, {MemoryLevel::llc, 2, 33554432}});
    CHECK(both.absent == saved.absent);
}

TEST_CASE("figures of another machine, placement, vector width or program are not kept") {
    const CalibrationRecord saved = calibrated(monday);
    const auto can = [&](auto change) {
        CalibrationRecord fresh = calibrated(tuesday);
        change(fresh);
        return can_merge(fresh, saved) || can_merge(saved, fresh);
    };
    CHECK(can([](auto&) {}));
    CHECK(can([](auto& r) { r.placement.cpus = {3}; }));
    CHECK_FALSE(can([](auto& r) { r.host.kernel = "6.5.0"; }));
    CHECK_FALSE(can([](auto& r) { r.host.thp = "never"; }));
    CHECK_FALSE(can([](auto& r) { r.placement.cpus = {5, 3}; }));
    CHECK_FALSE(can([](auto& r) { r.placement.cpus = {4}; }));
    CHECK_FALSE(can([](auto& r) { r.placement.policy = MemoryPolicy::interleave; }));
    CHECK_FALSE(can([](auto& r) { r.caches[0].size_bytes = 1 << 20; }));
    CHECK_FALSE(can([](auto& r) { r.isa = "avx512"; }));
    CHECK_FALSE(can([](auto& r) { r.version = "0.2.0"; }));
}

TEST_CASE("a level slower than the next one shows that the machine was busy") {
    Ceilings c;
    c.ceilings = {rate(StreamKernel::read, MemoryLevel::l1, 24, 25, 26),
                  rate(StreamKernel::read, MemoryLevel::l2, 30, 31, 32),
                  rate(StreamKernel::read, MemoryLevel::memory, 9, 10, 11)};
    CHECK(why_disturbed(c).empty()); // 25 of 31: more than four fifths
    c.ceilings[0] = rate(StreamKernel::read, MemoryLevel::l1, 23, 24, 25);
    CHECK(why_disturbed(c) == "read with 1 thread reached 24 GB/s in L1 and 31 GB/s in L2");
    // Levels that were not measured are skipped; another kernel or team is no comparison.
    c.ceilings = {rate(StreamKernel::write, MemoryLevel::l1, 4, 4, 4, 2),
                  rate(StreamKernel::write, MemoryLevel::memory, 9, 9, 9, 2)};
    CHECK(why_disturbed(c) == "write with 2 threads reached 4 GB/s in L1 and 9 GB/s in memory");
    c.ceilings = {rate(StreamKernel::write, MemoryLevel::l1, 4, 4, 4, 2),
                  rate(StreamKernel::write, MemoryLevel::memory, 9, 9, 9, 1),
                  rate(StreamKernel::read, MemoryLevel::memory, 9, 9, 9, 2)};
    CHECK(why_disturbed(c).empty());
    // Short passes over a few rows, and stores that go past the caches.
    c.ceilings = {rate(StreamKernel::row_copy, MemoryLevel::l1, 4, 4, 4),
                  rate(StreamKernel::row_copy, MemoryLevel::l2, 9, 9, 9),
                  rate(StreamKernel::nt_copy, MemoryLevel::llc, 4, 4, 4),
                  rate(StreamKernel::nt_copy, MemoryLevel::memory, 9, 9, 9)};
    CHECK(why_disturbed(c).empty());
}

TEST_CASE("wide intervals of most ceilings show that the machine was busy") {
    Ceilings c;
    c.ceilings = {rate(StreamKernel::read, MemoryLevel::l1, 3, 100, 413),
                  rate(StreamKernel::copy, MemoryLevel::l1, 9, 10, 11)};
    CHECK(why_disturbed(c).empty()); // half
    c.ceilings.push_back(rate(StreamKernel::write, MemoryLevel::l1, 7.9, 10, 11));
    CHECK(why_disturbed(c) == "2 of 3 intervals are wider than +-20 %");
    c.ceilings.push_back(rate(StreamKernel::write, MemoryLevel::l2, 19, 20, 21));
    CHECK(why_disturbed(c) == "write with 1 thread reached 10 GB/s in L1 and 20 GB/s in L2");
    c.ceilings.push_back(rate(StreamKernel::read, MemoryLevel::l2, 30, 50, 60));
    CHECK(why_disturbed(c) == "write with 1 thread reached 10 GB/s in L1 and 20 GB/s in L2; 3 of 5 intervals are wider "
                              "than +-20 %");
    CHECK(why_disturbed({}).empty());
}
