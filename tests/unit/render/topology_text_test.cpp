#include <catch2/catch.hpp>

#include "render/answers/topology_text.hpp"

using namespace bytebound;

namespace {

Machine two_packages() {
    Machine machine;
    machine.online = {0, 1, 2, 3};
    machine.allowed = {0, 1};
    machine.allowed_stated = machine.siblings_stated = true;
    machine.offline = {4};
    machine.cores = {{0, 0, {0, 2}}, {1, 1, {1, 3}}};
    machine.caches = {{1, "Data", 32768, 8, 64, {0, 2}, "sysfs"},
                      {1, "Data", 32768, 8, 64, {1, 3}, "sysfs"},
                      {3, "Unified", 33554432, {}, 64, {0, 1, 2, 3}, "hwloc"}};
    machine.nodes = {{0, {0, 2}, 4294967296, {10, 21}}, {1, {1, 3}, {}, {21, 10}}};
    machine.bind_cpus = Capability::yes();
    machine.bind_memory = Capability::no("the kernel has no NUMA", "use --mem local");
    machine.query_pages = Capability::yes("move_pages");
    return machine;
}

} // namespace

TEST_CASE("the topology lists packages, siblings, equal caches once, nodes, and binding capabilities") {
    CHECK(topology_text(two_packages()) ==
          "machine       2 packages, 2 cores, 4 CPUs online, 2 threads per core, 2 NUMA nodes\n"
          "CPUs          online 0-3, allowed 0-1, offline 4\n"
          "package:0     core:0 = 0,2\n"
          "package:1     core:1 = 1,3\n"
          "cache L1d     2 x 32 KiB, 8 ways, 64-byte lines (sysfs); CPUs 0,2 | 1,3\n"
          "cache L3      1 x 32 MiB, unknown ways, 64-byte lines (hwloc); CPUs 0-3\n"
          "node 0        CPUs 0,2, 4 GiB, distances 10 21\n"
          "node 1        CPUs 1,3, memory unknown, distances 21 10\n"
          "bind CPUs     yes\n"
          "bind memory   no: the kernel has no NUMA; use --mem local\n"
          "query pages   yes: move_pages\n");
}

TEST_CASE("a total of memory that is not that of the nodes is shown with both and their sources") {
    Machine machine = two_packages();
    machine.nodes[1].memory_bytes = std::uint64_t{4} << 30;
    const auto head = [&machine] { return topology_text(machine).substr(0, topology_text(machine).find('\n')); };
    machine.memory_bytes = (std::uint64_t{8} << 30) - (std::uint64_t{64} << 20); // 0.8 % less
    CHECK(head().ends_with(", 2 NUMA nodes, 7.9 GiB"));
    machine.memory_bytes = std::uint64_t{12} << 30;
    CHECK(head().ends_with(", 2 NUMA nodes, 12 GiB by /proc/meminfo, 8 GiB by its nodes"));
    machine.nodes[1].memory_bytes.reset();
    CHECK(head().ends_with(", 2 NUMA nodes, 12 GiB"));
}

TEST_CASE("the topology's JSON has null for what is unknown, not 0") {
    const std::string text = topology_json(two_packages());
    CHECK(text.find("\"schema\": \"bytebound.topology/1\"") != std::string::npos);
    CHECK(text.find("\"ways\": null") != std::string::npos);
    CHECK(text.find("\"ways\": 0") == std::string::npos);
    CHECK(text.find("\"memory_bytes\": null") != std::string::npos);
    CHECK(text.find("\"remedy\": \"use --mem local\"") != std::string::npos);
}

TEST_CASE("packages and nodes that a recording does not list are unknown, not one of each") {
    Machine machine = two_packages();
    machine.cores = {{0, 0, {0, 2}, false}, {0, 1, {1, 3}, false}};
    machine.nodes = {{0, {0, 1, 2, 3}, {}, {}}};
    machine.allowed_nodes = {0};
    machine.nodes_stated = false;
    const std::string text = topology_text(machine);
    CHECK(text.starts_with(
        "machine       packages not known, 2 cores, 4 CPUs online, 2 threads per core, NUMA nodes not recorded\n"));
    CHECK(text.find("\nno package    not known for core:0 = 0,2  core:1 = 1,3\n") != std::string::npos);
    CHECK(text.find("package:0") == std::string::npos);
    CHECK(text.find("node 0") == std::string::npos);
    const std::string json = topology_json(machine);
    CHECK(json.find("\"package\": null") != std::string::npos);
    CHECK(json.find("\"nodes\": null") != std::string::npos);
    CHECK(json.find("\"allowed_nodes\": null") != std::string::npos);
}
