#include "io/json_ranges.hpp"

#include <catch2/catch.hpp>

namespace bytebound {
namespace {

enum class Shade { light, dark };
std::string_view name_of(Shade shade) { return shade == Shade::light ? "light" : "dark"; }
constexpr std::array<Shade, 2> members_of(const Shade*) { return {Shade::light, Shade::dark}; }

struct Dot {
    std::uint32_t x = 0;
    Shade shade = Shade::light;
};

struct Picture {
    std::string title, place;
    int floor = -1;
    double weight = 0;
    std::optional<bool> framed;
    std::vector<Dot> dots;
    std::map<std::string, double> prices;
    std::array<std::uint8_t, 2> size{};
    std::uint64_t copies = 1;
    double low = 0, high = 1;
};

const fields::Table<Dot>& fields_of(const Dot*) {
    static constexpr fields::Field<Dot> list[] = {fields::field<&Dot::x, fields::Positive>("x"),
                                                  fields::field<&Dot::shade>("shade")};
    static constexpr fields::Table<Dot> table{list};
    return table;
}

const fields::Table<Picture>& fields_of(const Picture*) {
    using R = Picture;
    using fields::field;
    static constexpr fields::Field<R> list[] = {
        fields::computed<R, [](const R&) { return std::string("picture/1"); }>("schema"),
        field<&R::title>("title"),
        field<&R::place, fields::TextOrNull>("place"),
        field<&R::floor, fields::NullIfNegative>("floor"),
        field<&R::weight, fields::Rate>("weight"),
        field<&R::framed>("framed"),
        field<&R::dots>("dots"),
        field<&R::prices>("prices"),
        field<&R::size>("size"),
        field<&R::copies>("copies").absent_in_older(),
        field<&R::low, fields::Codec>("ci_low"),
        field<&R::high, fields::Codec>("ci_high"),
    };
    static constexpr fields::Table<R> table{list,
                                            [](R& r) { fields::check_interval(r.low, r.weight, r.high, "weight"); }};
    return table;
}

constexpr const char* text = R"({
  "schema": "picture/1",
  "title": "Sea",
  "place": null,
  "floor": null,
  "weight": 2.5,
  "framed": null,
  "dots": [
    {
      "shade": "dark",
      "x": 7
    }
  ],
  "prices": {
    "rent": 1.0
  },
  "size": [
    3,
    4
  ],
  "copies": 5,
  "ci_low": 0.0,
  "ci_high": 9.0
}
)";

Picture sea() {
    Picture picture;
    picture.title = "Sea";
    picture.weight = 2.5;
    picture.dots = {{7, Shade::dark}};
    picture.prices = {{"rent", 1}};
    picture.size = {3, 4};
    picture.copies = 5;
    picture.high = 9;
    return picture;
}

std::string with(const std::string& from, const std::string& to) {
    std::string changed = text;
    const auto at = changed.find(from);
    REQUIRE(at != std::string::npos);
    return changed.replace(at, from.size(), to);
}

std::string refusal(const std::string& changed) {
    const auto read = fields::record_of<Picture>(changed, "picture/1", {ExitCode::bad_data, "read", "p.json", {}, {}});
    REQUIRE_FALSE(read);
    CHECK(read.error().object == "p.json");
    return read.error().cause;
}

} // namespace

TEST_CASE("a record is written in the order of its table, and reads back unchanged") {
    CHECK(fields::document_of(sea()) == text);
    const auto read = fields::record_of<Picture>(text, "picture/1", {});
    REQUIRE(read);
    CHECK(read->floor == -1);
    CHECK(read->place.empty());
    CHECK_FALSE(read->framed);
    CHECK(read->dots.at(0).shade == Shade::dark);
    CHECK(fields::document_of(*read) == text);
}

TEST_CASE("a field that older versions did not write keeps its default") {
    const auto read = fields::record_of<Picture>(with("  \"copies\": 5,\n", ""), "picture/1", {});
    REQUIRE(read);
    CHECK(read->copies == 1);
}

TEST_CASE("a value out of its member's range is rejected with its path") {
    CHECK(refusal(with("picture/1", "picture/2")) == "its schema is \"picture/2\", not \"picture/1\"");
    CHECK(refusal(with("\"x\": 7", "\"x\": 0")) == "/dots/0/x: it is not a whole number from 1 to 4294967295");
    CHECK(refusal(with("\"x\": 7", "\"x\": 4294967296")) == "/dots/0/x: it is not a whole number from 1 to 4294967295");
    CHECK(refusal(with("\"dark\"", "\"red\"")) == "/dots/0/shade: \"red\" is not one of light, dark");
    CHECK(refusal(with("\"copies\": 5", "\"copies\": -1")) ==
          "/copies: it is not a whole number from 0 to 18446744073709551615");
    CHECK(refusal(with("\"copies\": 5", "\"copies\": 1.5")) ==
          "/copies: it is not a whole number from 0 to 18446744073709551615");
    CHECK(refusal(with("\"floor\": null", "\"floor\": 4294967296")) ==
          "/floor: it is not a whole number from 0 to 2147483647");
    CHECK(refusal(with("    3,\n", "    256,\n")) == "/size/0: it is not a whole number from 0 to 255");
    CHECK(refusal(with("    3,\n", "")) == "/size: it is not a list of 2");
    CHECK(refusal(with("2.5", "0.0")) == "/weight: it is not a number from 1e-30 to 1e+30");
    CHECK(refusal(with("2.5", "9.5")) == "/weight: it is outside of its own interval");
    CHECK(refusal(with("\"ci_low\": 0.0", "\"ci_low\": 10")) == "/ci_low: it is above ci_high");
    CHECK(refusal(with("\"ci_low\": 0.0", "\"ci_low\": \"0\"")) == "/ci_low: it is not a number from -1e+30 to 1e+30");
    CHECK(refusal(with("\"floor\": null", "\"floor\": -1")) == "/floor: it is not a whole number from 0 to 2147483647");
    CHECK(refusal(with("\"x\": 7", "\"x\": 16.9")) == "/dots/0/x: it is not a whole number from 1 to 4294967295");
    CHECK(refusal(with("\"x\": 7", "\"x\": -1")) == "/dots/0/x: it is not a whole number from 1 to 4294967295");
    CHECK(refusal(with("\"rent\": 1.0", "\"rent\": \"1\"")) == "/prices/rent: it is not a number from -1e+30 to 1e+30");
    CHECK(refusal(with("\"rent\": 1.0", "\"a/b~c\": 1e31")) ==
          "/prices/a~1b~0c: it is not a number from -1e+30 to 1e+30");
    CHECK(refusal(with("\"title\"", "\"name\"")) == "/title: it is missing");
    CHECK(refusal(with("\"Sea\"", "1")) == "/title: it is not a text");
    CHECK(refusal(with("\"place\": null", "\"place\": []")) == "/place: it is not a text");
    CHECK(refusal(with("\"framed\": null", "\"framed\": 0")) == "/framed: it is not true or false");
    CHECK(refusal(with("\"dark\"", "7")) == "/dots/0/shade: it is not a text");
}

TEST_CASE("a text that is not one JSON document with distinct keys is rejected with the place of its fault") {
    CHECK(refusal("") == "it is empty");
    CHECK(refusal("{") == "it is not complete JSON: it ends too early");
    CHECK(refusal("{\n  \"a\": nul }") == "line 2, column 11: it is not JSON");
    CHECK(refusal(std::string(text) + "x") == "line 25, column 1: it is not JSON");
    CHECK(refusal("{\"a\": 1e999}") == "/a: the number is too large");
    CHECK(refusal("{\"a\": [0, -1e999]}") == "/a/1: the number is too large");
    CHECK(refusal("{\"a\": \"\xff\"}").ends_with("it is not JSON"));
    CHECK(refusal(with("\"x\": 7", "\"x\": 7, \"x\": 8")) == "/dots/0/x: the key occurs twice");
    CHECK(refusal(with("\"copies\": 5", "\"copies\": 5, \"title\": \"Sea\"")) == "/title: the key occurs twice");
    CHECK(refusal("{\"a\": [[{}, {\"b\": {}, \"b\": {}}]]}") == "/a/0/1/b: the key occurs twice");
    CHECK(refusal(std::string(100'000, '[')).ends_with("/0/0: it is below 64 others"));
    CHECK(refusal("[]") == "its schema is \"\", not \"picture/1\"");
    CHECK(refusal("{\"" + std::string(100, 'k') + "\": 1, \"" + std::string(100, 'k') + "\": 1}") ==
          "/" + std::string(80, 'k') + "...: the key occurs twice");
}

TEST_CASE("the shape of a record lists every field with its type") {
    const ValueShape shape = fields::Codec<Picture>::shape();
    CHECK(shape.type == "object");
    REQUIRE(shape.fields.size() == 12);
    CHECK(shape.fields[2].name == "place");
    CHECK(shape.fields[2].value.type == "string");
    CHECK(shape.fields[2].value.nullable);
    CHECK(shape.fields[3].value.type == "integer");
    CHECK(shape.fields[3].value.nullable);
    CHECK(shape.fields[6].value.each.at(0).fields.at(1).name == "shade");
    CHECK(shape.fields[7].value.each.at(0).type == "number");
    CHECK(shape.fields[8].required);
    CHECK_FALSE(shape.fields[9].required);
}

} // namespace bytebound
