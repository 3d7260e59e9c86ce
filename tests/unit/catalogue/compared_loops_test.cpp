#include <catch2/catch.hpp>

#include "catalogue/compared_loops.hpp"

namespace bytebound::test {
namespace {

std::string pairs(const std::vector<std::string_view>& names) {
    std::string out;
    for (const LoopPair& pair : compared_loops(names))
        out.append(out.empty() ? "" : " ").append(names[pair.loop]).append("/").append(names[pair.vs]);
    return out;
}

} // namespace

TEST_CASE("each loop is compared with index, else with the first, and paired with each remaining one") {
    CHECK(pairs({"paired", "index", "mask", "oracle"}) ==
          "paired/index mask/index oracle/index paired/mask paired/oracle");
    CHECK(pairs({"mask", "paired", "oracle"}) == "paired/mask oracle/mask paired/oracle");
    CHECK(pairs({"paired", "hybrid"}) == "hybrid/paired");
    CHECK(pairs({"index", "index#2"}) == "index#2/index");
    CHECK(pairs({"paired", "paired#2", "paired#3"}) == "paired#2/paired paired#3/paired");
    CHECK(pairs({"oracle"}).empty());
    CHECK(pairs({}).empty());
}

} // namespace bytebound::test
