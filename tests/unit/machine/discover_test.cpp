#include <sched.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "machine/machine.hpp"
#include "support/machine_of.hpp"
#include "support/machine_trees.hpp"
#include "support/sizes.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

using Cpus = std::vector<int>;
using test::mib;

} // namespace

TEST_CASE("a recorded two-package SMT machine is read completely") {
    const Machine machine = machine_of(two_package_smt());
    CHECK(machine.online == Cpus{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(machine.allowed == Cpus{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(machine.offline == Cpus{});
    CHECK(machine.cores == std::vector<Core>{{0, 0, {0, 4}}, {0, 1, {1, 5}}, {1, 2, {2, 6}}, {1, 3, {3, 7}}});
    REQUIRE(machine.nodes.size() == 2);
    CHECK(machine.nodes[0] == NumaNode{0, {0, 1, 4, 5}, 1024 * mib, {10, 21}});
    CHECK(machine.nodes[1] == NumaNode{1, {2, 3, 6, 7}, 1024 * mib, {21, 10}});
    CHECK(machine.memory_bytes == 2048 * mib);
    // 4 cores x (L1d, L1i, L2) + 2 L3.
    CHECK(machine.caches.size() == 14);
}

TEST_CASE("a recorded machine can neither bind nor query, with a reason") {
    const Machine machine = machine_of(two_package_smt());
    for (const Capability& capability : {machine.bind_cpus, machine.bind_memory, machine.query_pages}) {
        CHECK_FALSE(capability.available);
        CHECK(capability.cause == "this is a recorded machine");
    }
}

TEST_CASE("last-level caches are those of the given CPUs, without repetition") {
    const Machine machine = machine_of(two_package_smt());
    const CacheInfo first{3, "Unified", 16 * mib, 16, 64, {0, 1, 4, 5}, "sysfs"};
    const CacheInfo second{3, "Unified", 16 * mib, 16, 64, {2, 3, 6, 7}, "sysfs"};
    CHECK(machine.last_level_caches({0}) == std::vector{first});
    CHECK(machine.last_level_caches({5, 0, 1}) == std::vector{first});
    CHECK(machine.last_level_caches({3, 0}) == std::vector{second, first});
    CHECK(machine.last_level_caches({}).empty());
}

TEST_CASE("an instruction cache is never a last-level cache") {
    TreeFiles files = {{"sys/devices/system/cpu/online", "0"}};
    add_cache(files, 0, 1, "Data", "32K", 8, {0});
    add_cache(files, 1, 2, "Instruction", "64K", 8, {0});
    const auto caches = machine_of(files).last_level_caches({0});
    REQUIRE(caches.size() == 1);
    CHECK(caches[0].type == "Data");
}

TEST_CASE("an outermost cache of unknown size is not replaced by an inner one") {
    TreeFiles files = {{"sys/devices/system/cpu/online", "0"}};
    add_cache(files, 0, 1, "Data", "32K", 8, {0});
    add_cache(files, 1, 3, "Unified", "", 0, {0});
    const Machine machine = machine_of(files);
    CHECK(machine.caches.size() == 2);
    CHECK(machine.last_level_caches({0}).empty());
}

TEST_CASE("CPUs without cache directories have no last-level cache") {
    TreeFiles files = two_package_smt();
    std::erase_if(files, [](const auto& file) { return file.first.find("/cache/") != std::string::npos; });
    const Machine machine = machine_of(files);
    CHECK(machine.caches.empty());
    CHECK(machine.last_level_caches({0, 1}).empty());
    CHECK(machine.cores.size() == 4);
}

TEST_CASE("an offline CPU is present, not online, and belongs to no core, cache or node") {
    TreeFiles files = two_package_smt();
    files["sys/devices/system/cpu/online"] = "0-4,6-7"; // 5, the sibling of 1
    const Machine machine = machine_of(files);
    CHECK(machine.offline == Cpus{5});
    CHECK(machine.online == Cpus{0, 1, 2, 3, 4, 6, 7});
    CHECK(machine.cores[1] == Core{0, 1, {1}});
    CHECK(machine.nodes[0].cpus == Cpus{0, 1, 4});
    CHECK(machine.last_level_caches({0})[0].cpus == Cpus{0, 1, 4});
}

TEST_CASE("allowed CPUs and nodes come from the process status, limited to online ones") {
    TreeFiles files = two_package_smt();
    files["proc/self/status"] = "Cpus_allowed:\tf0\nCpus_allowed_list:\t2-3,100\nMems_allowed_list:\t1";
    const Machine machine = machine_of(files);
    CHECK(machine.allowed == Cpus{2, 3});
    CHECK(machine.allowed_stated);
    CHECK(machine.allowed_nodes == Cpus{1});
}

TEST_CASE("without a process status everything online is allowed") {
    TreeFiles files = two_package_smt();
    files.erase("proc/self/status");
    const Machine machine = machine_of(files);
    CHECK(machine.allowed == machine.online);
    CHECK_FALSE(machine.allowed_stated);
    CHECK(machine.allowed_nodes == Cpus{0, 1});
}

TEST_CASE("a memory-only node has no CPUs, and a CPU-only node no memory") {
    TreeFiles files = two_package_smt();
    files["sys/devices/system/node/online"] = "0-2";
    add_node(files, 1, {2, 3, 6, 7}, 0, "21 10 40");
    add_node(files, 2, {}, 524288, "40 40 10");
    const Machine machine = machine_of(files);
    REQUIRE(machine.nodes.size() == 3);
    CHECK(machine.nodes[1] == NumaNode{1, {2, 3, 6, 7}, 0, {21, 10, 40}});
    CHECK(machine.nodes[2] == NumaNode{2, {}, 512 * mib, {40, 40, 10}});
    // The distances of node 0 list only two nodes, so they cannot be assigned.
    CHECK(machine.nodes[0].distance.empty());
}

TEST_CASE("a kernel without NUMA has one node 0 with all CPUs and all memory") {
    TreeFiles files = two_package_smt();
    std::erase_if(files, [](const auto& file) { return file.first.starts_with("sys/devices/system/node"); });
    const Machine machine = machine_of(files);
    CHECK(machine.nodes == std::vector<NumaNode>{{0, {0, 1, 2, 3, 4, 5, 6, 7}, 2048 * mib, {}}});
    CHECK(machine.allowed_nodes == Cpus{0});
}

TEST_CASE("a single node has the memory that its own file states") {
    TreeFiles files = {{"sys/devices/system/cpu/online", "0"}, {"proc/meminfo", "MemTotal: 4096 kB"}};
    files["sys/devices/system/node/online"] = "0";
    add_node(files, 0, {0}, 1024, "10");
    CHECK(machine_of(files).nodes[0].memory_bytes == 1 * mib);
    CHECK(machine_of(files).memory_bytes == 4 * mib);
}

TEST_CASE("bitmaps replace lists that are missing, and zero bytes at the end of a file are not text") {
    TreeFiles files = {{"sys/devices/system/cpu/online", std::string("0-3\n\0", 5)}};
    const std::string node = "sys/devices/system/node/";
    files[node + "online"] = "0-1";
    files[node + "node0/cpumap"] = "00000000,00000005";
    files[node + "node1/distance"] = "20 10";
    for (int cpu = 0; cpu < 4; ++cpu) {
        const std::string base = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/";
        files[base + "topology/thread_siblings"] = cpu % 2 == 0 ? "5" : "a";
        files[base + "cache/index3/level"] = "3";
        files[base + "cache/index3/type"] = "Unified";
        files[base + "cache/index3/shared_cpu_map"] = "f";
        files[base + "cache/index0/level"] = "1";
        files[base + "cache/index0/type"] = "Data";
    }
    const Machine machine = machine_of(files);
    CHECK(machine.online == Cpus{0, 1, 2, 3});
    CHECK(machine.siblings_stated);
    CHECK(machine.cores == std::vector<Core>{{0, 0, {0, 2}, false}, {0, 1, {1, 3}, false}});
    REQUIRE(machine.caches.size() == 5);
    CHECK_FALSE(machine.caches[0].sharing_stated); // L1 of CPU 0
    CHECK(machine.caches[4].cpus == Cpus{0, 1, 2, 3});
    CHECK(machine.nodes[0].cpus == Cpus{0, 2});
    CHECK(machine.nodes[0].cpus_stated);
    CHECK_FALSE(machine.nodes[1].cpus_stated);
    CHECK_FALSE(machine.nodes[1].memory_bytes);
}

TEST_CASE("without sysfs the CPUs come from cpuinfo, each as its own core") {
    const Machine machine = machine_of({{"proc/cpuinfo", "processor\t: 0\nmodel name\t: X\n\nprocessor\t: 1\n"}});
    CHECK(machine.online == Cpus{0, 1});
    CHECK(machine.cores == std::vector<Core>{{0, 0, {0}, false}, {0, 1, {1}, false}});
    CHECK(machine.nodes[0].cpus == Cpus{0, 1});
}

TEST_CASE("without a list of online CPUs, or with an empty one, the topology directories are used") {
    TreeFiles files = two_package_smt();
    files.erase("sys/devices/system/cpu/online");
    CHECK(machine_of(files).online == Cpus{0, 1, 2, 3, 4, 5, 6, 7});
    files["sys/devices/system/cpu/online"] = "\n";
    CHECK(machine_of(files).online == Cpus{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK_FALSE(machine_of(files).online_stated);
}

TEST_CASE("core_cpus_list is preferred over its older name") {
    TreeFiles files = {{"sys/devices/system/cpu/online", "0-1"}};
    for (const char* cpu : {"cpu0", "cpu1"}) {
        const std::string base = std::string("sys/devices/system/cpu/") + cpu + "/topology/";
        files[base + "core_cpus_list"] = "0-1";
        files[base + "thread_siblings_list"] = cpu[3] == '0' ? "0" : "1";
        files[base + "physical_package_id"] = "-1";
    }
    CHECK(machine_of(files).cores == std::vector<Core>{{0, 0, {0, 1}, false}});
}

TEST_CASE("an empty tree or a malformed list is bad data") {
    const Tree empty;
    const auto nothing = discover(empty.root());
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().code == ExitCode::bad_data);
    CHECK(nothing.error().cause == "sys/ and proc/ list no CPU");

    const Tree broken(TreeFiles{{"sys/devices/system/cpu/online", "0-x"}});
    const auto malformed = discover(broken.root());
    REQUIRE_FALSE(malformed);
    CHECK(malformed.error().code == ExitCode::bad_data);
    CHECK(malformed.error().cause == "\"0-x\" is not a list of CPUs or nodes (numbers up to 8191)");
    CHECK(malformed.error().object == (broken.path() / "sys/devices/system/cpu/online").string());

    // 10 bytes would otherwise cost a look for a million directories.
    for (const TreeFiles& files :
         {TreeFiles{{"sys/devices/system/cpu/online", "0-8192"}},
          TreeFiles{{"sys/devices/system/cpu/online", "0-1"}, {"sys/devices/system/node/online", "0-8192"}}}) {
        const auto endless = discover(Tree(files).root());
        REQUIRE_FALSE(endless);
        CHECK(endless.error().cause == "\"0-8192\" is not a list of CPUs or nodes (numbers up to 8191)");
    }

    const Tree long_text(TreeFiles{{"sys/devices/system/cpu/online", std::string(20000, 'x')}});
    CHECK(to_line(discover(long_text.root()).error()).size() < 400);
}

TEST_CASE("the running machine allows the CPUs that the kernel allows this process") {
    const auto machine = discover(SysRoot());
    REQUIRE(machine);
    cpu_set_t mask;
    REQUIRE(::sched_getaffinity(0, sizeof mask, &mask) == 0);
    std::vector<int> expected;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &mask)) expected.push_back(cpu);
    CHECK(machine->allowed == expected);
}

TEST_CASE("hwloc's view of the running machine agrees with its sysfs as a recorded tree") {
    const auto live = discover(SysRoot());
    const auto recorded = discover(SysRoot("/"));
    REQUIRE(live);
    REQUIRE(recorded);
    CHECK(live->online == recorded->online);
    CHECK(live->cores == recorded->cores);
    CHECK(live->nodes == recorded->nodes);
    for (const CacheInfo& cache : recorded->caches)
        if (cache.size_bytes > 0)
            CHECK(std::find(live->caches.begin(), live->caches.end(), cache) != live->caches.end());
}
