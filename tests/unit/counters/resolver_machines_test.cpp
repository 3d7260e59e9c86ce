// Names on recorded machines under tests/fixtures/machines.
#include <linux/perf_event.h>

#include <catch2/catch.hpp>
#include <string>

#include "counters/names/resolver.hpp"
#include "support/fixtures_path.hpp"

using namespace bytebound;

namespace {

Event resolved(const std::string& machine, const std::string& name, int cpu = 0) {
    const SysRoot root(std::string(test::fixtures_path) + "/machines/" + machine);
    const auto resolution = EventResolver(root, cpu).resolve(name);
    INFO(machine << ": " << name << ": " << (resolution ? resolution->unavailable : to_line(resolution.error())));
    REQUIRE(resolution);
    REQUIRE(resolution->event);
    return *resolution->event;
}

} // namespace

TEST_CASE("the only core PMU needs no number in the high half: pmu/GENERIC/ is encoded as the bare name") {
    struct Row {
        const char* machine;
        const char* with_slashes;
        const char* bare;
        std::uint32_t type;
        std::uint64_t config;
    };
    for (const Row& row : {Row{"intel-skx-2s", "cpu/cycles/", "cycles", PERF_TYPE_HARDWARE, 0},
                           Row{"intel-skx-2s", "cpu/LLC-load-misses/", "LLC-load-misses", PERF_TYPE_HW_CACHE, 0x10002},
                           Row{"amd-genoa-umc", "cpu/cycles/", "cycles", PERF_TYPE_HARDWARE, 0},
                           Row{"amd-genoa-umc", "cpu/LLC-load-misses/", "LLC-load-misses", PERF_TYPE_HW_CACHE, 0x10002},
                           Row{"amd-genoa-umc", "cpu/bus-cycles/", "bus-cycles", PERF_TYPE_HARDWARE, 6}}) {
        INFO(row.machine << ": " << row.with_slashes);
        const Event event = resolved(row.machine, row.with_slashes);
        CHECK(event.type == row.type);
        CHECK(event.config == row.config);
        CHECK(event.pmu == "cpu");
        const Event bare = resolved(row.machine, row.bare);
        CHECK(bare.type == row.type);
        CHECK(bare.config == row.config);
    }
}

TEST_CASE("with several core PMUs pmu/GENERIC/ has its PMU's type in the high half, as the bare name does") {
    const char* hybrid = "intel-adl-hybrid-user"; // cpu_core is type 4 on CPUs 0-15, cpu_atom type 10 on 16-23
    CHECK(resolved(hybrid, "cpu_core/cycles/").config == 0x400000000);
    CHECK(resolved(hybrid, "cycles", 15).config == 0x400000000);
    CHECK(resolved(hybrid, "cpu_atom/cycles/").config == 0xa00000000);
    CHECK(resolved(hybrid, "cycles", 16).config == 0xa00000000);
    const Event misses = resolved(hybrid, "cpu_atom/LLC-load-misses/");
    CHECK(misses.type == PERF_TYPE_HW_CACHE);
    CHECK(misses.config == 0xa00010002);
}
