#include <catch2/catch.hpp>

#include "evidence/flag_differences.hpp"
#include "support/difference_lines.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// Two phases of five steps. In the first, 100 is beyond the fences of 10, 11, 12, 13: quartiles 11 and 13, 1.5 times
/// their distance above 13 is 16. In the second, nothing is.
SampleTable two_phases() {
    SampleTable table;
    for (const std::uint32_t repeat : {0u, 1u})
        for (const std::uint64_t time : {10, 11, 12, 13, 100}) {
            Sample sample;
            sample.loop = "paired";
            sample.k = 16;
            sample.repeat = repeat;
            sample.step = static_cast<std::uint32_t>(table.rows.size() % 5);
            sample.time_ns = repeat == 1 && time == 100 ? 14 : time;
            table.rows.push_back(sample);
        }
    table.rows[4].flags = {"migrated", "outlier"};
    return table;
}

} // namespace

TEST_CASE("the flag outlier follows from the times of a phase") {
    SampleTable steps = two_phases();
    CHECK(flag_differences(steps).empty());
    steps.rows[4].flags = {"migrated"};
    steps.rows[9].flags = {"outlier"};
    CHECK(
        lines_of(flag_differences(steps)) ==
        std::vector<std::string>{
            "samples.csv: row 5 (paired, k 16, repeat 0, step 4), column flags: published nothing, derived outlier (by "
            "the times of its phase)",
            "samples.csv: row 10 (paired, k 16, repeat 1, step 4), column flags: published outlier, derived nothing "
            "(by "
            "the times of its phase)"});
}
