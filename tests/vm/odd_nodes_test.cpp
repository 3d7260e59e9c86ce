// Three nodes: 0 with CPUs 0-1 and memory, 1 with CPUs 2-3 and no memory, 2 with memory and no CPU.

#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "guest_main.hpp"

#include <sys/mman.h>

#include <map>

#include "machine/memory_binding.hpp"
#include "machine/page_proof.hpp"
#include "machine/pin.hpp"

using namespace bytebound;

CATCH_REGISTER_LISTENER(TapLines)

namespace {

constexpr std::uint64_t page = 4096, pages = 64;

Machine here() {
    auto machine = discover(SysRoot());
    REQUIRE(machine);
    return *machine;
}

std::map<int, std::uint64_t> nodes_of_pages(const std::string& cpus, const std::string& memory) {
    const Machine machine = here();
    const auto placement = resolve_placement(machine, cpus, memory, 1);
    INFO((placement ? "" : to_line(placement.error())));
    REQUIRE(placement);
    const auto pin = Pin::bind(kernel_sys, machine, placement->cpus[0]);
    REQUIRE(pin);
    void* begin = ::mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(begin != MAP_FAILED);
    const auto bound = bind_memory(kernel_sys, machine, *placement, begin, pages * page);
    INFO((bound ? "" : to_line(bound.error())));
    REQUIRE(bound);
    for (std::uint64_t i = 0; i < pages; ++i)
        static_cast<volatile char*>(begin)[i * page] = 1;
    const auto proof = query_pages(kernel_sys, *placement, "buffer", begin, pages * page);
    REQUIRE(proof);
    CHECK(proof->in_place == pages);
    ::munmap(begin, pages * page);
    return proof->on_node;
}

} // namespace

TEST_CASE("a node without memory and a node without CPUs are both nodes") {
    const Machine machine = here();
    REQUIRE(machine.nodes.size() == 3);
    CHECK(machine.nodes[0].cpus == std::vector<int>{0, 1});
    CHECK(machine.nodes[1].cpus == std::vector<int>{2, 3});
    CHECK(machine.nodes[2].cpus.empty());
    CHECK(machine.nodes[0].memory_bytes > 0);
    CHECK(machine.nodes[1].memory_bytes == 0);
    CHECK(machine.nodes[2].memory_bytes > 0);
}

TEST_CASE("local memory of a CPU on the node without memory is on the nearest node") {
    using Nodes = std::map<int, std::uint64_t>;
    CHECK(resolve_placement(here(), "2", "local", 1)->nodes == std::vector<int>{0});
    CHECK(nodes_of_pages("2", "local") == Nodes{{0, 64}});
    CHECK(nodes_of_pages("0", "local") == Nodes{{0, 64}});
}

TEST_CASE("pages can be bound to the node without CPUs and are verified there") {
    CHECK(nodes_of_pages("0", "2") == std::map<int, std::uint64_t>{{2, 64}});
    CHECK(nodes_of_pages("3", "2") == std::map<int, std::uint64_t>{{2, 64}});
}

TEST_CASE("memory cannot be placed on the node without memory") {
    const auto placement = resolve_placement(here(), "2", "1", 1);
    REQUIRE_FALSE(placement);
    CHECK(placement.error().code == ExitCode::not_possible);
    CHECK(to_line(placement.error()) == "place node 1: it has no memory; choose among nodes 0,2");
}

TEST_CASE("interleaving uses the nodes with memory only") {
    CHECK(nodes_of_pages("2", "interleave") == std::map<int, std::uint64_t>{{0, 32}, {2, 32}});
}

int main(int argc, char** argv) { return run_catch(argc, argv); }
