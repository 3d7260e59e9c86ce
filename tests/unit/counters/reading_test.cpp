#include <catch2/catch.hpp>

#include "counters/reading.hpp"
#include "counters/tier.hpp"

using namespace bytebound;

namespace {
constexpr std::uint64_t top = ~std::uint64_t{0};
constexpr std::uint64_t half = std::uint64_t{1} << 63;
} // namespace

TEST_CASE("a difference subtracts the count and both times and determines the state") {
    struct Row {
        const char* what;
        CounterValue before, after;
        Reading expected;
    };
    const Row rows[] = {
        {"ran the whole time", {100, 1000, 400}, {175, 1600, 1000}, {75, 600, 600, ReadingState::counted}},
        {"counted nothing, but ran", {100, 1000, 1000}, {100, 1600, 1600}, {0, 600, 600, ReadingState::counted}},
        {"ran a third", {0, 0, 0}, {30, 900, 300}, {30, 900, 300, ReadingState::scaled}},
        {"lacks one ns", {0, 0, 0}, {30, 900, 899}, {30, 900, 899, ReadingState::scaled}},
        {"never had a counter", {7, 100, 50}, {7, 900, 50}, {0, 800, 0, ReadingState::never_ran}},
        {"frozen: no time passed for it", {7, 100, 50}, {7, 100, 50}, {0, 0, 0, ReadingState::never_ran}},
        // (2^64 - 5) + 12 = 2^64 + 7
        {"count wrapped", {top - 4, 10, 10}, {7, 20, 20}, {12, 10, 10, ReadingState::counted}},
        {"count went back by one", {8, 10, 10}, {7, 20, 20}, {0, 0, 0, ReadingState::read_failed}},
        {"half the range is still forward", {0, 10, 10}, {half, 20, 20}, {half, 10, 10, ReadingState::counted}},
        {"more than half the range is back", {0, 10, 10}, {half + 1, 20, 20}, {0, 0, 0, ReadingState::read_failed}},
        {"running > enabled", {0, 10, 10}, {5, 20, 21}, {0, 0, 0, ReadingState::read_failed}},
        {"enabled time went back", {0, 10, 5}, {5, 9, 6}, {0, 0, 0, ReadingState::read_failed}},
        {"running time went back", {0, 10, 5}, {5, 20, 4}, {0, 0, 0, ReadingState::read_failed}},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        const Reading got = difference(row.before, row.after);
        CHECK(got == row.expected);
    }
}

TEST_CASE("the state follows from the two times alone") {
    CHECK(state_of(10, 10) == ReadingState::counted);
    CHECK(state_of(10, 9) == ReadingState::scaled);
    CHECK(state_of(10, 1) == ReadingState::scaled);
    CHECK(state_of(10, 0) == ReadingState::never_ran);
    CHECK(state_of(0, 0) == ReadingState::never_ran);
    CHECK(state_of(10, 11) == ReadingState::read_failed);
}

TEST_CASE("a sum over workers extrapolates to the sum of its extrapolated parts") {
    const Reading whole{10, 100, 100, ReadingState::counted}, quarter{20, 200, 50, ReadingState::scaled};
    // 10 + 20 * 200 / 50 = 90 for a count of 30 in 300 ns, which corresponds to 100 ns of running time
    CHECK(sum(whole, quarter) == Reading{30, 300, 100, ReadingState::scaled});
    CHECK(scaled_count(sum(whole, quarter)) == 90.0);
    CHECK(sum(quarter, whole) == sum(whole, quarter));
    // Equal fractions: the running times are added.
    CHECK(sum(quarter, quarter) == Reading{40, 400, 100, ReadingState::scaled});
    CHECK(scaled_count(sum(quarter, quarter)) == 160.0);
    // Four workers of 1 ms that ran for different times: 6e5/1, 6e5/0.5, 3e5/0.25, 1e5/0.1.
    const std::uint64_t ms = 1'000'000;
    const Reading team[] = {{600'000, ms, ms, ReadingState::counted},
                            {600'000, ms, ms / 2, ReadingState::scaled},
                            {300'000, ms, ms / 4, ReadingState::scaled},
                            {100'000, ms, ms / 10, ReadingState::scaled}};
    Reading total = team[0];
    double parts = scaled_count(team[0]);
    for (std::size_t i = 1; i < 4; ++i) {
        total = sum(total, team[i]);
        parts += scaled_count(team[i]);
    }
    CHECK(parts == 4'000'000.0);
    CHECK(scaled_count(total) == Approx(parts).epsilon(1e-6));
    CHECK(total.count == 1'600'000);
    CHECK(total.enabled_ns == 4 * ms);
    CHECK(state_of(total.enabled_ns, total.running_ns) == ReadingState::scaled); // as computed from a file
}

TEST_CASE("a multiplexed part that counted nothing leaves its sum multiplexed") {
    const Reading whole{10, 100, 100, ReadingState::counted}, nothing{0, 100, 50, ReadingState::scaled};
    CHECK(sum(whole, nothing) == Reading{10, 200, 199, ReadingState::scaled});
    CHECK(sum(nothing, nothing) == Reading{0, 200, 100, ReadingState::scaled});
}

TEST_CASE("a sum over workers adds the numbers and gets the worst state") {
    const Reading counted{10, 100, 100, ReadingState::counted};
    const Reading scaled{20, 200, 50, ReadingState::scaled};
    const Reading never{0, 70, 0, ReadingState::never_ran};
    const Reading failed{0, 0, 0, ReadingState::read_failed};
    CHECK(sum(counted, counted) == Reading{20, 200, 200, ReadingState::counted});
    CHECK(sum(counted, scaled).state == ReadingState::scaled);
    CHECK(sum(scaled, counted).state == ReadingState::scaled);
    CHECK(sum(never, scaled) == Reading{20, 270, 50, ReadingState::never_ran});
    CHECK(sum(counted, Reading{}).state == ReadingState::unsupported);
    CHECK(sum(Reading{}, failed).state == ReadingState::read_failed);
}

TEST_CASE("a counted reading is its count; a scaled one grows by enabled / running") {
    CHECK(scaled_count({12345, 10, 10, ReadingState::counted}) == 12345.0);
    // 30 in a third of the time: 90
    CHECK(scaled_count({30, 900, 300, ReadingState::scaled}) == 90.0);
    CHECK(scaled_count({3, 7, 2, ReadingState::scaled}) == 10.5);
}

TEST_CASE("scaling does not overflow 64 bits") {
    // 2^62 * 2^40 / 2^39 = 2^63; the product needs 102 bits.
    CHECK(scaled_count({std::uint64_t{1} << 62, std::uint64_t{1} << 40, std::uint64_t{1} << 39,
                        ReadingState::scaled}) == 9223372036854775808.0);
    // 6e9 events in 30 s of 120 s: 2.4e10; 6e9 * 1.2e11 = 7.2e20 > 1.8e19 = 2^64
    CHECK(scaled_count({6'000'000'000, 120'000'000'000, 30'000'000'000, ReadingState::scaled}) == 2.4e10);
}

TEST_CASE("states have the names used in flags and files") {
    CHECK(name_of(ReadingState::never_ran) == "never_ran");
    CHECK(name_of(ReadingState::counted) == "counted");
    CHECK(name_of(ReadingState::scaled) == "scaled");
    CHECK(name_of(ReadingState::unsupported) == "unsupported");
    CHECK(name_of(ReadingState::read_failed) == "read_failed");
}

TEST_CASE("a figure derived from two has the less direct tier; computed has no effect") {
    CHECK(combine(Tier::counted, Tier::scaled) == Tier::scaled);
    CHECK(combine(Tier::simulated, Tier::timed) == Tier::simulated);
    CHECK(combine(Tier::computed, Tier::counted) == Tier::counted);
    CHECK(combine(Tier::simulated, Tier::computed) == Tier::simulated);
    CHECK(combine(Tier::computed, Tier::computed) == Tier::computed);
}
