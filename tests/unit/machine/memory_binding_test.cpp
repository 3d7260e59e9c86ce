#include "machine/memory_binding.hpp"

#include <linux/mempolicy.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/mapped_region.hpp"
#include "support/forwarding_sys.hpp"
#include "support/placed_pages.hpp"

using namespace bytebound;

namespace {

using test::on_nodes, test::page_bytes;

/// Records the arguments of mbind(2).
class AskedSys final : public test::ForwardingSys {
public:
    SysResult bind_memory(void* at, std::size_t size, int asked, std::span<const unsigned long> mask) override {
        address = at;
        bytes = size;
        policy = asked;
        nodes.assign(mask.begin(), mask.end());
        return error == 0 ? SysResult{0, 0} : SysResult{-1, error};
    }
    void* address = nullptr;
    std::size_t bytes = 0;
    int policy = -1, error = 0;
    std::vector<unsigned long> nodes;
};

/// Nodes 0, 1 and 70 have memory.
Machine three_nodes() {
    Machine machine;
    machine.bind_memory = Capability::yes("mbind");
    machine.nodes = {{0, {0}, 1 << 20, {}}, {1, {1}, 1 << 20, {}}, {70, {2}, 1 << 20, {}}};
    return machine;
}

/// A process that was started under a policy.
class StartedSys final : public test::ForwardingSys {
public:
    explicit StartedSys(int policy, std::vector<int> on = {}, int failure = 0)
        : mode(policy), nodes(std::move(on)), error(failure) {}
    SysResult thread_memory_policy(int* policy, std::span<unsigned long> mask) override {
        if (error != 0) return {-1, error};
        *policy = mode;
        for (const int node : nodes)
            mask[static_cast<std::size_t>(node) / 64] |= 1ul << node % 64;
        return {0, 0};
    }
    int mode;
    std::vector<int> nodes;
    int error;
};

std::string policy_outside(StartedSys sys) { return outside_memory_policy(sys, three_nodes()); }

} // namespace

TEST_CASE("a policy from outside is named with its nodes, and the kernel's default is none") {
    CHECK(policy_outside(StartedSys(MPOL_DEFAULT)).empty());
    CHECK(policy_outside(StartedSys(MPOL_BIND, {1})) == "bind of nodes 1");
    CHECK(policy_outside(StartedSys(MPOL_INTERLEAVE | 1 << 15, {0, 1, 70})) == "interleave of nodes 0-1,70");
    CHECK(policy_outside(StartedSys(MPOL_LOCAL)) == "local");
    CHECK(policy_outside(StartedSys(MPOL_BIND, {1}, ENOSYS)).empty());
    Machine one_node = three_nodes();
    one_node.nodes.resize(1);
    StartedSys bound(MPOL_BIND, {0});
    CHECK(outside_memory_policy(bound, one_node).empty());
}

TEST_CASE("the kernel answers with this thread's policy") {
    KernelSys sys;
    int policy = -1;
    unsigned long mask[16] = {};
    REQUIRE(sys.thread_memory_policy(&policy, mask).ok());
    CHECK(policy >= 0);
}

TEST_CASE("every policy can be set on this machine's first node") {
    const auto machine = discover(SysRoot());
    REQUIRE(machine);
    REQUIRE(machine->bind_memory.available);
    KernelSys sys;
    auto region = MappedRegion::anonymous(16 * page_bytes(), page_bytes());
    REQUIRE(region);
    const std::string first = std::to_string(machine->nodes.front().id);
    for (const std::string& memory : {std::string("local"), std::string("interleave"), first}) {
        const auto placement = resolve_placement(*machine, "auto", memory, 1);
        REQUIRE(placement);
        const auto bound = bind_memory(sys, *machine, *placement, region->data(), region->size());
        REQUIRE(bound);
        CHECK(*bound);
    }
}

TEST_CASE("a machine that cannot bind memory reports that, unless nothing needs binding") {
    KernelSys sys;
    Machine machine;
    machine.bind_memory = Capability::no("this is a recorded machine", "run on the machine itself");
    machine.nodes = {{0, {0}, 1 << 20, {}}};
    Placement placement = on_nodes({0});
    CHECK(bind_memory(sys, machine, placement, nullptr, 0).value() == true);
    machine.nodes.push_back({1, {1}, 1 << 20, {}});
    CHECK(bind_memory(sys, machine, placement, nullptr, 0).value() == false);
    // Both nodes are in place: first touch cannot go elsewhere, but interleaving is impossible.
    placement.nodes = {0, 1};
    CHECK(bind_memory(sys, machine, placement, nullptr, 0).value() == true);
    placement.policy = MemoryPolicy::interleave;
    CHECK(bind_memory(sys, machine, placement, nullptr, 0).value() == false);
}

TEST_CASE("each policy is set with its own nodes") {
    using Mask = std::vector<unsigned long>;
    const Machine machine = three_nodes();
    AskedSys sys;
    Placement placement = on_nodes({1});
    CHECK(bind_memory(sys, machine, placement, nullptr, 4096).value());
    CHECK(sys.policy == MPOL_PREFERRED);
    CHECK(sys.nodes == Mask{2});
    placement.nodes = {0, 1}; // CPUs of two nodes: first touch decides
    CHECK(bind_memory(sys, machine, placement, nullptr, 4096).value());
    CHECK(sys.policy == MPOL_LOCAL);
    CHECK(sys.nodes.empty());
    placement.policy = MemoryPolicy::interleave;
    CHECK(bind_memory(sys, machine, placement, nullptr, 4096).value());
    CHECK(sys.policy == MPOL_INTERLEAVE);
    CHECK(sys.nodes == Mask{3});
    placement.policy = MemoryPolicy::node;
    placement.nodes = {70};
    CHECK(bind_memory(sys, machine, placement, nullptr, 4096).value());
    CHECK(sys.policy == MPOL_BIND);
    CHECK(sys.nodes == Mask{0, 64});
    sys.error = EPERM;
    const auto refused = bind_memory(sys, machine, placement, nullptr, 4096);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::not_possible);
    CHECK(refused.error().sys_errno == EPERM);
    CHECK(refused.error().object == "nodes 70");
}

TEST_CASE("binding starts at the page that contains the start of the range") {
    AskedSys sys;
    auto* const address = reinterpret_cast<std::byte*>(std::uintptr_t{1} << 30);
    CHECK(bind_memory(sys, three_nodes(), on_nodes({1}), address + 64, 4096).value());
    CHECK(sys.address == address);
    CHECK(sys.bytes == 4096 + 64);
}
