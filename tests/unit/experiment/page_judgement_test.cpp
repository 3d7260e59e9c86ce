#include <catch2/catch.hpp>

#include "experiment/measure/page_judgement.hpp"

using namespace bytebound;

TEST_CASE("a page on another node is a failed proof for NODE and interleave, and a warning for local") {
    const PageProof whole{"pool.up", 100, {{0, 90}}, 10, 90}, spilt{"slab.up", 100, {{0, 80}, {1, 15}}, 5, 80};
    Placement placement;
    for (const MemoryPolicy policy : {MemoryPolicy::local, MemoryPolicy::node, MemoryPolicy::interleave}) {
        placement.policy = policy;
        const PageProof proofs[] = {whole};
        const auto judged = judge_pages(placement, proofs); // absent pages are on no other node
        REQUIRE(judged);
        CHECK(judged->empty());
    }
    const PageProof proofs[] = {whole, spilt};
    placement.policy = MemoryPolicy::local;
    const auto warnings = judge_pages(placement, proofs);
    REQUIRE(warnings);
    REQUIRE(warnings->size() == 1);
    CHECK(warnings->front().code == "pages_out_of_place");
    CHECK(text_of(warnings->front()).find("80.0 % of the pages of slab.up") == 0);
    for (const MemoryPolicy policy : {MemoryPolicy::node, MemoryPolicy::interleave}) {
        placement.policy = policy;
        placement.memory_request = policy == MemoryPolicy::node ? "0" : "interleave";
        const auto failed = judge_pages(placement, proofs);
        REQUIRE_FALSE(failed);
        CHECK(failed.error().code == ExitCode::internal);
        CHECK(failed.error().object == "buffer slab.up");
        CHECK(failed.error().cause ==
              "15 of 100 pages are on other nodes than --mem " + placement.memory_request + " allows");
    }
}
