#include <catch2/catch.hpp>

#include "figures/number.hpp"

using namespace bytebound;

TEST_CASE("exact numbers read back to the same double and show integers without a point") {
    CHECK(exact_number(65536) == "65536");
    CHECK(exact_number(0) == "0");
    CHECK(exact_number(0.1) == "0.1");
    CHECK(exact_number(1429.3333333333333) == "1429.3333333333333");
    CHECK(exact_number(1e300) == "1e+300");
}

TEST_CASE("numbers for people have three digits, and integers are exact") {
    CHECK(compact_number(4.2149) == "4.21");
    CHECK(compact_number(41.26) == "41.3");
    CHECK(compact_number(413.4) == "413");
    CHECK(compact_number(16384) == "16384");
    CHECK(compact_number(9.999) == "10.0");
    CHECK(compact_number(99.97) == "100");
    CHECK(compact_number(0.0421) == "0.0421");
    CHECK(compact_number(0) == "0");
}

TEST_CASE("the ends of an interval have the decimals of their value") {
    CHECK(compact_number(10.06, 9.81) == "10.06");
    CHECK(compact_number(4, 4.21) == "4.00");
}

TEST_CASE("times show no more than the clock's nanoseconds") {
    CHECK(compact_microseconds(30) == "0.030");
    CHECK(compact_microseconds(4580) == "4.58");
    CHECK(compact_microseconds(194400) == "194");
    CHECK(compact_microseconds(2000) == "2");
    CHECK(compact_microseconds(0) == "0");
    CHECK(compact_microseconds(29, 30) == "0.029");
    CHECK(compact_microseconds(4000, 4580) == "4.00");
}

TEST_CASE("ratios have two decimals if those are meaningful") {
    CHECK(times_text(9.812) == "9.81x");
    CHECK(times_text(256) == "256x");
    CHECK(times_text(0.0123) == "0.012x");
    CHECK(times_text(0) == "0x");
}

TEST_CASE("a value with its margin has the decimals of two digits of the margin, and no exponent") {
    CHECK(number_with_margin(1.99981, 0.0012) == "1.9998 ± 0.0012");
    CHECK(number_with_margin(16384.4, 35.2) == "16384 ± 35");
    CHECK(number_with_margin(16384.4, 1234.5) == "16384 ± 1234"); // half to even
    CHECK(number_with_margin(2.5, 0.31) == "2.50 ± 0.31");
    CHECK(number_with_margin(2.5, 1e-9) == "2.5000 ± 0.0000");
    CHECK(number_with_margin(16384, 0) == "16384 ± 0");
}
