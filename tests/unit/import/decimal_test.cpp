#include <catch2/catch.hpp>

#include "import/decimal.hpp"
#include "import/units.hpp"

using namespace bytebound;

namespace {

DecimalEvidence evidence(std::initializer_list<const char*> numbers) {
    DecimalEvidence out;
    for (const char* number : numbers)
        out.take(number);
    return out;
}

} // namespace

TEST_CASE("a number with a decimal point is read whole or not at all") {
    CHECK(plain_number("1234.5") == 1234.5);
    CHECK(plain_number("-0.25") == -0.25);
    CHECK(plain_number("1e+06") == 1e6);
    for (const char* text : {"", "-", ".", "nan", "-nan", "inf", "0x10", "1,5", "1 2", "12abc", "1e31", "--1"}) {
        INFO(text);
        CHECK_FALSE(plain_number(text));
    }
}

TEST_CASE("a number shows its decimal separator by a second separator, another group length or a leading zero") {
    CHECK(evidence({"65,77"}).separator() == ',');
    CHECK(evidence({"65.77"}).separator() == '.');
    CHECK(evidence({"1.393.472"}).separator() == ',');
    CHECK(evidence({"1,393,472"}).separator() == '.');
    CHECK(evidence({"1,234.5"}).separator() == '.');
    CHECK(evidence({"1.234,5"}).separator() == ',');
    CHECK(evidence({"0,123"}).separator() == ',');
    CHECK(evidence({"1234.567"}).separator() == '.');
    CHECK(evidence({"-12,5"}).separator() == ',');
}

TEST_CASE("a single group of three digits shows nothing by itself") {
    const DecimalEvidence found = evidence({"117.344", "12", "n/a"});
    CHECK_FALSE(found.separator());
    CHECK(found.ambiguous() == "117.344");
    CHECK(evidence({"117.344", "65,77"}).separator() == ',');
}

TEST_CASE("an integer's separators separate thousands") {
    DecimalEvidence found;
    found.take("117.344", DecimalEvidence::Kind::whole);
    CHECK(found.separator() == ',');
}

TEST_CASE("numbers of two locales contradict each other") {
    const DecimalEvidence found = evidence({"65,77", "65.77"});
    CHECK(found.contradicted());
    CHECK_FALSE(found.separator());
}

TEST_CASE("a number is read with its file's separators, and refused with others") {
    CHECK(separated_number("1.393.472", ',') == 1393472);
    CHECK(separated_number("1.234,5", ',') == 1234.5);
    CHECK(separated_number("1,234.5", '.') == 1234.5);
    CHECK(separated_number("117.344", ',') == 117344);
    CHECK(separated_number("117.344", '.') == 117.344);
    CHECK(separated_number("1\xe2\x80\xaf"
                           "234,5",
                           ',') == 1234.5); // narrow no-break space
    CHECK(separated_number("1'234.5", '.') == 1234.5);
    CHECK_FALSE(separated_number("1.393.472", '.'));
    CHECK_FALSE(separated_number("12.34,5", ','));
    CHECK_FALSE(separated_number("1,2", '.'));
    CHECK_FALSE(separated_number("1.5,000", '.'));
    CHECK_FALSE(separated_number(",500", '.'));
}

TEST_CASE("units become base units, and an unknown one is none") {
    CHECK(base_unit("msec")->factor == 1e6);
    CHECK(base_unit("Kbyte")->factor == 1000);
    CHECK(base_unit("KiB")->factor == 1024);
    CHECK(base_unit("MiB")->name == "bytes");
    CHECK(base_unit("sector")->factor == 32);
    CHECK(base_unit("Gbyte/second")->factor == 1e9);
    CHECK_FALSE(base_unit("furlong"));
}
