#include "machine/core_kinds.hpp"

#include <catch2/catch.hpp>

#include "machine/placement.hpp"
#include "support/machine_of.hpp"

using namespace bytebound;

namespace {

/// Four cores; the first two are served by `first`, the others by `second`. Capacities of 0 are not stated.
test::TreeFiles two_kinds(const std::string& first, const std::string& second, int slow, int fast) {
    test::TreeFiles files = {{"sys/devices/system/cpu/online", "0-3"}};
    const std::string devices = "sys/bus/event_source/devices/";
    files[devices + first + "/type"] = "8";
    files[devices + first + "/cpus"] = "0-1";
    files[devices + second + "/type"] = "9";
    files[devices + second + "/cpus"] = "2-3";
    for (int cpu = 0; cpu < 4; ++cpu) {
        const std::string base = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
        files[base + "topology/core_cpus_list"] = std::to_string(cpu);
        if (slow > 0) files[base + "cpu_capacity"] = std::to_string(cpu < 2 ? slow : fast);
    }
    return files;
}

} // namespace

TEST_CASE("auto takes the fastest kind of core first where the kernel ranks them") {
    const Machine arm = test::machine_of(two_kinds("armv8_cortex_a55", "armv8_cortex_a76", 446, 1024));
    REQUIRE(arm.kinds.size() == 2);
    CHECK(arm.kinds[0] == CoreKind{"armv8_cortex_a76", 1024, {2, 3}});
    CHECK(ranked(arm.kinds));
    CHECK(resolve_placement(arm, "auto", "local", 3)->cpus == std::vector{2, 3, 0});
    CHECK(describe_kinds(arm.kinds, {2, 3, 0}) ==
          "armv8_cortex_a76, capacity 1024 (CPUs 2-3); armv8_cortex_a55, capacity 446 (CPU 0)");
    const Machine x86 = test::machine_of(two_kinds("cpu_atom", "cpu_core", 0, 0));
    CHECK(ranked(x86.kinds));
    CHECK(resolve_placement(x86, "auto", "local", 1)->cpus == std::vector{2});
    // A list stays as it was given.
    CHECK(resolve_placement(x86, "0,2", "local", 2)->cpus == std::vector{0, 2});
}

TEST_CASE("kinds without a rank keep the order of the CPUs, and it is known that nothing ranks them") {
    const Machine arm = test::machine_of(two_kinds("armv8_pmuv3_0", "armv8_pmuv3_1", 0, 0));
    REQUIRE(arm.kinds.size() == 2);
    CHECK_FALSE(ranked(arm.kinds));
    CHECK(resolve_placement(arm, "auto", "local", 1)->cpus == std::vector{0});
    CHECK(describe_kinds(arm.kinds, {0}) == "armv8_pmuv3_0 (CPU 0)");
}

TEST_CASE("cores that the kernel describes alike have no kinds") {
    CHECK(test::machine_of({{"sys/devices/system/cpu/online", "0-1"}}).kinds.empty());
    CHECK(ranked({}));
    CHECK(describe_kinds({}, {0}).empty());
}
