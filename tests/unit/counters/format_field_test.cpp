#include <catch2/catch.hpp>

#include "counters/names/format_field.hpp"

using namespace bytebound;

namespace {

std::array<std::uint64_t, 3> placed(const char* format, std::uint64_t value,
                                    std::array<std::uint64_t, 3> words = {0, 0, 0}) {
    const auto field = parse_format(format);
    REQUIRE(field.has_value());
    field->place(value, words);
    return words;
}

} // namespace

TEST_CASE("a value is placed in the bits that the format lists") {
    CHECK(placed("config:0-7", 0x3c)[0] == 0x3c);
    CHECK(placed("config:8-15", 0x3c)[0] == 0x3c00);
    CHECK(placed("config:18", 1)[0] == 0x40000);
    CHECK(placed("config1:0-63", 0xffffffffffffffff)[1] == 0xffffffffffffffff);
    CHECK(placed("config2:4-7", 0xa)[2] == 0xa0);
}

TEST_CASE("a field in two ranges fills the first range with its low bits") {
    // AMD: event select bits 0-7 and 32-35; 0x1c2 -> 0xc2 below, 0x1 at bit 32.
    CHECK(placed("config:0-7,32-35", 0x1c2)[0] == 0x1000000c2);
    CHECK(placed("config:0-7,21", 0x100)[0] == 0x200000);
}

TEST_CASE("placing replaces the field's bits and keeps the others") {
    CHECK(placed("config:8-15", 0x01, {0xffff, 7, 9}) == std::array<std::uint64_t, 3>{0x01ff, 7, 9});
}

TEST_CASE("a value fits a field of its width and no narrower one") {
    const auto field = parse_format("config:0-7,32-35");
    REQUIRE(field);
    CHECK(field->width() == 12);
    CHECK(field->holds(0xfff));
    CHECK_FALSE(field->holds(0x1000));
    const auto whole = parse_format("config1:0-63");
    REQUIRE(whole);
    CHECK(whole->holds(~std::uint64_t{0}));
}

TEST_CASE("garbage is not a format") {
    for (const char* text : {"", "config", "config:", "config:a", "config:5-3", "config:0-64", "config:-1", "conf:0-7",
                             "config4:0-7", "config:0-7,", "config:0-63,0-7", ":0-7"}) {
        INFO(text);
        CHECK_FALSE(parse_format(text).has_value());
    }
}
