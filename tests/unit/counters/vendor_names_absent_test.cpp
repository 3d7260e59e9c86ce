#include <catch2/catch.hpp>

#include "counters/names/resolver.hpp"
#include "counters/names/vendor_names.hpp"

using namespace bytebound;

TEST_CASE("without libpfm4 its names are recognised, but cannot be looked up") {
    CHECK_FALSE(has_vendor_names());
    const auto resolution = EventResolver(SysRoot(), 0).resolve("skx::L2_LINES_IN:ALL:u");
    REQUIRE(resolution);
    CHECK_FALSE(resolution->event);
    CHECK(resolution->unavailable == "this build does not include libpfm4, which has such names");
    CHECK(resolution->remedy == "build with libpfm4 (-Dlibpfm4=enabled), or write PMU/TERMS/");
}
