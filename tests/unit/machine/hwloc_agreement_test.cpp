// hwloc reads the same recorded trees (HWLOC_FSROOT). Users type its numbers of cores and packages after core: and
// package:, so our numbering must be the same.

#include <hwloc.h>
#include <stdlib.h>

#include <catch2/catch.hpp>

#include "machine/machine.hpp"
#include "support/machine_trees.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

std::vector<int> cpus_of(hwloc_obj_t object) {
    std::vector<int> cpus;
    for (int cpu = hwloc_bitmap_first(object->cpuset); cpu >= 0; cpu = hwloc_bitmap_next(object->cpuset, cpu))
        cpus.push_back(cpu);
    return cpus;
}

std::vector<Core> cores_of_hwloc(const Tree& tree) {
    ::setenv("HWLOC_FSROOT", tree.path().c_str(), 1);
    ::setenv("HWLOC_COMPONENTS", "linux,stop", 1); // not from the CPUID of the machine that runs the test
    hwloc_topology_t topology;
    REQUIRE(hwloc_topology_init(&topology) == 0);
    REQUIRE(hwloc_topology_load(topology) == 0);
    ::unsetenv("HWLOC_FSROOT");
    ::unsetenv("HWLOC_COMPONENTS");
    std::vector<Core> cores;
    for (hwloc_obj_t core = nullptr; (core = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_CORE, core)) != nullptr;) {
        const hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, core);
        REQUIRE(package != nullptr);
        cores.push_back(
            {static_cast<int>(package->logical_index), static_cast<int>(core->logical_index), cpus_of(core)});
    }
    hwloc_topology_destroy(topology);
    return cores;
}

} // namespace

TEST_CASE("cores and packages are numbered as in hwloc") {
    TreeFiles files = two_package_smt();
    SECTION("siblings n and n + 4") {}
    SECTION("an offline sibling") {
        files["sys/devices/system/cpu/online"] = "0-4,6-7";
        for (const char* file : {"topology/thread_siblings", "topology/core_siblings"})
            files.erase(std::string("sys/devices/system/cpu/cpu5/") + file);
    }
    SECTION("package ids in the opposite order of the CPUs") {
        for (int cpu = 0; cpu < 8; ++cpu) {
            auto& id = files["sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/physical_package_id"];
            id = id == "0" ? "1" : "0";
        }
    }
    SECTION("packages interleaved over the CPUs, two L3 per package") {
        files.clear();
        files["sys/devices/system/cpu/online"] = files["sys/devices/system/cpu/present"] = "0-7";
        for (int cpu = 0; cpu < 8; ++cpu) {
            const int package = cpu % 2;
            add_core(files, package, cpu / 2, {cpu}, {package, package + 2, package + 4, package + 6});
        }
        // L3 of package 0: {0,4} and {2,6}; of package 1: {1,5} and {3,7}.
        for (int first = 0; first < 4; ++first)
            add_cache(files, 3, 3, "Unified", "8192K", 16, {first, first + 4});
    }
    const Tree tree(files);
    const auto machine = discover(tree.root());
    REQUIRE(machine);
    CHECK(machine->cores == cores_of_hwloc(tree));
}
