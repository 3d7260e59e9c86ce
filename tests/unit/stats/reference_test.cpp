// 500 data sets against scipy: reference/generate.py made them and says how.

#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "stats/estimate.hpp"

namespace bytebound::test {

extern const char* const reference_path;

namespace {

using nlohmann::json;

const json& reference() {
    static const json document = json::parse(std::ifstream(reference_path));
    return document;
}

Stat stat_of(const json& word) {
    for (const Stat stat : {Stat::median, Stat::mean, Stat::ratio, Stat::rate})
        if (word == name_of(stat)) return stat;
    FAIL("unknown statistic");
    return Stat::mean;
}

Samples samples_of(const json& loop) {
    return {loop.at("numerator").get<std::vector<std::vector<double>>>(),
            loop.at("denominator").get<std::vector<std::vector<double>>>()};
}

/// Within 1e-9 of the expected value; one that cannot be is absent on both sides. At 1e15 that would be a million, so
/// `width`, where given, is the distance that counts: an end moves by rounding of the value, and by 1e-9 of it.
void agree(const std::optional<double>& ours, const json& theirs, std::optional<double> width = {}) {
    REQUIRE(ours.has_value() == !theirs.is_null());
    if (!ours) return;
    const double expected = theirs.get<double>();
    const double of_value = 1e-9 * std::abs(expected) + 1e-13;
    const double of_width = width ? 1e-9 * *width + 1e-15 * std::abs(expected) + 1e-13 : of_value;
    CAPTURE(*ours, expected);
    CHECK(std::abs(*ours - expected) <= std::max(std::min(of_value, of_width), 1e-12 * std::abs(expected) * !width));
}

std::optional<double> width_of(const json& expected) {
    if (expected.at("low").is_null() || expected.at("high").is_null()) return std::nullopt;
    return expected.at("high").get<double>() - expected.at("low").get<double>();
}

} // namespace

TEST_CASE("values and intervals of 500 data sets are scipy's") {
    REQUIRE(reference().at("cases").size() == 500);
    for (std::size_t i = 0; i < 500; ++i) {
        const json& each = reference().at("cases")[i];
        CAPTURE(i, each.at("kind"), each.at("stat"));
        const auto ours = estimate(samples_of(each.at("loop")), stat_of(each.at("stat")));
        REQUIRE(ours);
        const json& expected = each.at("estimate");
        agree(ours->value, expected.at("value"), 0);
        agree(ours->ci_low, expected.at("low"), width_of(expected));
        agree(ours->ci_high, expected.at("high"), width_of(expected));
    }
}

TEST_CASE("ratios, their intervals and p values of 500 pairs of data sets are scipy's") {
    for (std::size_t i = 0; i < 500; ++i) {
        const json& each = reference().at("cases")[i];
        CAPTURE(i, each.at("kind"), each.at("stat"));
        const auto ours = compare(samples_of(each.at("loop")), samples_of(each.at("vs")), stat_of(each.at("stat")));
        const json& expected = each.at("comparison");
        REQUIRE(ours.has_value() == !expected.is_null());
        if (!ours) continue;
        agree(ours->ratio, expected.at("ratio"));
        agree(ours->ci_low, expected.at("low"));
        agree(ours->ci_high, expected.at("high"));
        agree(ours->p_value, expected.at("p"));
    }
}

TEST_CASE("ratios of two runs, their intervals and p values of 200 pairs are those of scipy's Welch test") {
    REQUIRE(reference().at("runs").size() == 200);
    for (std::size_t i = 0; i < 200; ++i) {
        const json& each = reference().at("runs")[i];
        CAPTURE(i, each.at("kind"), each.at("stat"));
        const auto run_of = [&each](const char* name) {
            return RunFigure{samples_of(each.at(name)), each.at(name).at("deviation").get<double>()};
        };
        const auto ours = compare_runs(run_of("base"), run_of("head"), stat_of(each.at("stat")));
        const json& expected = each.at("comparison");
        REQUIRE(ours.has_value() == !expected.is_null());
        if (!ours) continue;
        agree(ours->ratio, expected.at("ratio"));
        agree(ours->ci_low, expected.at("low"));
        agree(ours->ci_high, expected.at("high"));
        agree(ours->p_value, expected.at("p"));
    }
}

TEST_CASE("p values of a trend over the blocks of 500 data sets are scipy's") {
    for (std::size_t i = 0; i < 500; ++i) {
        const json& each = reference().at("cases")[i];
        CAPTURE(i, each.at("kind"), each.at("stat"));
        agree(trend_p_value(values_of_blocks(samples_of(each.at("loop")), stat_of(each.at("stat")))), each.at("trend"));
    }
}

TEST_CASE("p values are adjusted as Holm says") {
    for (const json& family : reference().at("holm")) {
        const auto ours = holm_adjusted(family.at("p").get<std::vector<double>>());
        REQUIRE(ours.size() == family.at("adjusted").size());
        for (std::size_t i = 0; i < ours.size(); ++i)
            agree(ours[i], family.at("adjusted")[i]);
    }
}

} // namespace bytebound::test
