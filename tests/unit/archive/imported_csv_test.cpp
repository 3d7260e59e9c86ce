#include <catch2/catch.hpp>

#include "archive/imported_csv.hpp"

using namespace bytebound;

namespace {

constexpr const char* imported_header =
    "name,place,repeat,step,metric,original,unit,stat,n,value,standard_error,deviation,tier,reason\n";

std::string fault_of_rows(const std::string& rows) {
    const auto parsed = parse_imported(imported_header + rows, "imported.csv");
    return parsed ? "" : parsed.error().object + ": " + parsed.error().cause;
}

} // namespace

TEST_CASE("rows of an imported run read as they were written") {
    ImportedSamples samples;
    samples.subjects = {{"copy(float*, int)", ""}, {"=1+1", "HWThread 0"}};
    samples.metrics = {{"time_ns", "Duration", "ns"}, {"CPI", "CPI", ""}};
    samples.reasons = {"", "ncu printed \"n/a\""};
    samples.rows = {{0, 0, 0, 1, ImportedStat::value, Tier::timed, 0, 1, 0.1, {}, {}},
                    {1, 1, 2, 0, ImportedStat::mean, Tier::scaled, 0, 0, 1e300 / 1e270, 2.0, 0.5},
                    {1, 0, 2, 0, ImportedStat::median, Tier::shared, 1, 7, {}, {}, {}}};
    const std::string text = imported_text(samples, {"bytebound.imported/1", "host n1"});
    CHECK(text == "# bytebound.imported/1\n# host n1\n" + std::string(imported_header) +
                      "\"copy(float*, int)\",,0,1,time_ns,Duration,ns,value,1,0.1,,,timed,\n"
                      "'=1+1,HWThread 0,2,0,CPI,CPI,,mean,,1e+30,0.5,2,scaled,\n"
                      "'=1+1,HWThread 0,2,0,time_ns,Duration,ns,median,7,,,,shared,\"ncu printed \"\"n/a\"\"\"\n");
    const auto again = parse_imported(text, "imported.csv");
    REQUIRE(again);
    CHECK(*again == samples);
}

TEST_CASE("a malformed row of an imported run is refused with its line and column") {
    CHECK(fault_of_rows("a,,0,0,m,m,,value,1,2,,,timed,\n") == "");
    CHECK(fault_of_rows("a,,0,0,m,m,,value,1,2,,,timed,\na,,0,0,m,m,,value,1,3,,,timed,\n") ==
          "imported.csv:3: the number occurs twice");
    CHECK(fault_of_rows("a,,-1,0,m,m,,value,1,2,,,timed,\n") ==
          "imported.csv:2: column repeat: \"-1\": it is not a whole number from 0 to 4294967295");
    CHECK(fault_of_rows("a,,0,0,m,m,,value,1,nan,,,timed,\n") ==
          "imported.csv:2: column value: \"nan\": it is not a number");
    CHECK(fault_of_rows("a,,0,0,m,m,,sum,1,2,,,timed,\n") ==
          "imported.csv:2: column stat: \"sum\": it is not value, mean or median");
    CHECK(fault_of_rows("a,,0,0,m,m,,value,1,2,,,guessed,\n") ==
          "imported.csv:2: column tier: \"guessed\": it is not a tier");
    CHECK(fault_of_rows("a,,0,0,m,m,,value,1,2,,,timed,x\n") ==
          "imported.csv:2: column reason: \"x\": a row has a value or a reason");
    CHECK(fault_of_rows("a,,0,0,m,m,,value,1,,,,timed,\n") ==
          "imported.csv:2: column reason: \"\": a row has a value or a reason");
    CHECK(fault_of_rows("a,,0,0,m,m,,value,1,2,,,timed,\na,,0,1,m,m,ns,value,1,2,,,timed,\n") ==
          "imported.csv:3: the metric has another unit or original name above");
    CHECK(fault_of_rows("a,,0\n") == "imported.csv:2: it has 3 cells instead of 14");
    CHECK(parse_imported("", "imported.csv").error().cause == "it has no header");
    CHECK(parse_imported("a\n", "imported.csv").error().cause == "the header is not that of imported.csv");
}
