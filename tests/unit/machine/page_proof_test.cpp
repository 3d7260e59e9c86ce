#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "base/mapped_region.hpp"
#include "machine/memory_binding.hpp"
#include "machine/page_proof.hpp"
#include "support/forwarding_sys.hpp"
#include "support/placed_pages.hpp"

using namespace bytebound;

namespace {

using test::on_nodes, test::page_bytes;

/// Answers for page n of an imaginary buffer at `base` with answers[n], and records the calls.
class PagesSys final : public test::ForwardingSys {
public:
    SysResult query_pages(unsigned long count, void** pages, int* status) override {
        ++calls;
        if (error != 0) return {-1, error};
        for (unsigned long i = 0; i < count; ++i) {
            const auto page = (reinterpret_cast<std::uintptr_t>(pages[i]) - base) / page_bytes();
            if (reinterpret_cast<std::uintptr_t>(pages[i]) % page_bytes() != 0) return {-1, EINVAL};
            status[i] = page < answers.size() ? answers[page] : otherwise;
        }
        return {0, 0};
    }
    std::uintptr_t base = 1u << 30;
    std::vector<int> answers;
    int otherwise = 0, calls = 0, error = 0;
};

void* at(const PagesSys& sys, std::size_t offset) { return reinterpret_cast<void*>(sys.base + offset); }

} // namespace

TEST_CASE("pages are counted by node, absent ones separately, and compared with the placement") {
    PagesSys sys;
    sys.answers = {0, 1, 1, -ENOENT, 2, -EFAULT, 1, 1};
    const auto proof = query_pages(sys, on_nodes({1, 2}), "pool.up", at(sys, 0), 8 * page_bytes());
    REQUIRE(proof);
    CHECK(proof->buffer == "pool.up");
    CHECK(proof->pages == 8);
    CHECK(proof->on_node == std::map<int, std::uint64_t>{{0, 1}, {1, 4}, {2, 1}});
    CHECK(proof->not_present == 2);
    CHECK(proof->in_place == 5);
    CHECK(proof->percent_in_place() == 62.5);
}

TEST_CASE("a range covers every page that it overlaps") {
    PagesSys sys;
    const auto pages = [&](std::size_t offset, std::size_t bytes) {
        return query_pages(sys, on_nodes({0}), "b", at(sys, offset), bytes)->pages;
    };
    CHECK(pages(0, 1) == 1);
    CHECK(pages(0, page_bytes()) == 1);
    CHECK(pages(0, page_bytes() + 1) == 2);
    CHECK(pages(page_bytes() - 64, 128) == 2);
    CHECK(pages(64, page_bytes()) == 2);
    CHECK(pages(0, 0) == 0);
}

TEST_CASE("a buffer without pages is entirely in place") {
    PagesSys sys;
    const auto proof = query_pages(sys, on_nodes({0}), "empty", at(sys, 0), 0);
    REQUIRE(proof);
    CHECK(proof->percent_in_place() == 100.0);
    CHECK(sys.calls == 0);
}

TEST_CASE("large buffers are queried in chunks and summed") {
    PagesSys sys;
    // 2.5 chunks of 8192; the answers of the first page of each chunk differ from the rest.
    sys.answers.assign(20480, 0);
    sys.answers[0] = sys.answers[8192] = sys.answers[16384] = sys.answers[20479] = 1;
    const auto proof = query_pages(sys, on_nodes({0}), "b", at(sys, 0), 20480 * page_bytes());
    REQUIRE(proof);
    CHECK(sys.calls == 3);
    CHECK(proof->on_node == std::map<int, std::uint64_t>{{0, 20476}, {1, 4}});
    CHECK(proof->in_place == 20476);
}

TEST_CASE("each buffer of an arena gets a proof, and a shared page counts in both") {
    PagesSys sys;
    sys.answers = {0, 1, 0};
    const std::size_t half = page_bytes() / 2;
    const std::vector<AddressRange> buffers = {{"pool.up", at(sys, 0), page_bytes() + half},
                                               {"slab.up", at(sys, page_bytes() + half), page_bytes()}};
    const auto proofs = query_buffers(sys, on_nodes({0}), buffers);
    REQUIRE(proofs);
    REQUIRE(proofs->size() == 2);
    CHECK((*proofs)[0].buffer == "pool.up");
    CHECK((*proofs)[0].on_node == std::map<int, std::uint64_t>{{0, 1}, {1, 1}});
    CHECK((*proofs)[1].buffer == "slab.up");
    CHECK((*proofs)[1].on_node == std::map<int, std::uint64_t>{{0, 1}, {1, 1}});
}

TEST_CASE("a refused move_pages is the error not_possible with its errno") {
    PagesSys sys;
    sys.error = EPERM;
    const auto proof = query_pages(sys, on_nodes({0}), "pool.up", at(sys, 0), page_bytes());
    REQUIRE_FALSE(proof);
    CHECK(proof.error().code == ExitCode::not_possible);
    CHECK(proof.error().sys_errno == EPERM);
    CHECK(proof.error().object == "pool.up");
}

TEST_CASE("bound and touched memory of this machine is in place, untouched memory is not present") {
    const auto machine = discover(SysRoot());
    REQUIRE(machine);
    REQUIRE(machine->query_pages.available);
    const auto placement = resolve_placement(*machine, "auto", "local", 1);
    REQUIRE(placement);
    auto region = MappedRegion::anonymous(64 * page_bytes(), page_bytes());
    REQUIRE(region);
    KernelSys sys;
    const auto bound = bind_memory(sys, *machine, *placement, region->data(), region->size());
    REQUIRE(bound);
    CHECK(*bound);
    std::memset(region->data(), 1, 48 * page_bytes());

    const auto touched = query_pages(sys, *placement, "b", region->data(), 48 * page_bytes());
    REQUIRE(touched);
    CHECK(touched->pages == 48);
    CHECK(touched->in_place == 48);
    CHECK(touched->percent_in_place() == 100.0);
    const auto whole = query_pages(sys, *placement, "b", region->data(), region->size());
    REQUIRE(whole);
    CHECK(whole->not_present == 16);
    CHECK(whole->percent_in_place() == 75.0);
}
