#include <catch2/catch.hpp>

#include "model/cache_geometry.hpp"

using namespace bytebound;

TEST_CASE("SIZE:WAYS:LINE is a geometry, and SIZE:WAYS one whose line is unknown") {
    CHECK(*parse_geometry("32MiB:16") == CacheGeometry{33554432, 16, 0});
    CHECK(*parse_geometry("32MiB:16:64") == CacheGeometry{33554432, 16, 64});
    CHECK(*parse_geometry("32MiB:16:256") == CacheGeometry{33554432, 16, 256});
    CHECK(parse_geometry("32MiB:16:64")->sets() == 32768);
    CHECK(parse_geometry("32MiB:16:128")->sets() == 16384);
    CHECK(*parse_geometry("704:11:64") == CacheGeometry{704, 11, 64});
    CHECK(parse_geometry("37748736:11:64").has_value() == false); // 36 MiB / 704 is not an integer
    CHECK(*parse_geometry("37748736:11") == CacheGeometry{37748736, 11, 0});
    CHECK(parse_geometry("36MiB:9:64")->sets() == 65536);
    CHECK(parse_geometry("30MiB:20:64")->sets() == 24576);
}

TEST_CASE("an invalid geometry is wrong usage, with the nearest valid size") {
    for (const char* text : {"",
                             "32MiB",
                             "32MiB:",
                             ":16",
                             "32MiB:16:2",
                             "x:16",
                             "32MiB:x",
                             "32MiB:-1",
                             "32MiB:0",
                             "0:16",
                             "100:1:64",
                             "17GiB:16",
                             "32MiB:4294967312",
                             "32MiB:16:",
                             "32MiB:16:0",
                             "32MiB:16:48",
                             "32MiB:16:4",
                             "32MiB:16:8192",
                             "32MiB:16:64:1",
                             "32MiB:16:4294967360",
                             "192:1:128"}) {
        CAPTURE(text);
        const auto geometry = parse_geometry(text);
        REQUIRE_FALSE(geometry.has_value());
        CHECK(geometry.error().code == ExitCode::usage);
        CHECK(geometry.error().remedy != "");
    }
    CHECK(to_line(parse_geometry("1000000:8:64").error()) ==
          "use cache geometry 1000000:8: the size is not divisible by "
          "64-byte lines times 8 ways; the nearest possible size: "
          "999936:8");
    CHECK(to_line(parse_geometry("32MiB").error()) ==
          "use cache geometry 32MiB: not SIZE:WAYS; give SIZE:WAYS, as in 32MiB:16");
    CHECK(to_line(parse_geometry("32MiB:16:48").error()) ==
          "use cache geometry 32MiB:16:48: '48' is not the length of a line; give a power of two from 8 to 4096, as in "
          "32MiB:16:128");
    CHECK(check({4096, 4, 64}).has_value());
    CHECK(to_line(check({192, 1, 128}).error()) ==
          "use cache geometry 192:1: the size is not divisible by 128-byte lines times 1 ways; the nearest possible "
          "size: 128:1:128");
    CHECK_FALSE(check({4096, 4, 48}).has_value());
    CHECK_FALSE(check({4096, 4, 0}).has_value());
}
