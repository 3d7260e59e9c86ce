#include <catch2/catch.hpp>

#include <set>

#include "catalogue/flags.hpp"

using namespace bytebound;

TEST_CASE(
    "flags are in the order of samples.csv, without repetition, each with a meaning and a text that lists its rows") {
    std::set<std::string_view> names;
    for (const FlagEntry& flag : flags()) {
        INFO(flag.name);
        CHECK(names.insert(flag.name).second);
        CHECK_FALSE(flag.meaning.empty());
        CHECK(flag.text.find("{rows}") != std::string_view::npos);
    }
    CHECK(flags().front().name == "migrated");
    CHECK(flags().back().name == "outlier");
    CHECK(names.size() == 10);
}

TEST_CASE("the line below the main table lists flags that weaken an interval first") {
    std::vector<std::string_view> names;
    for (const FlagEntry* flag : flags_below_table())
        names.push_back(flag->name);
    CHECK(names == std::vector<std::string_view>{"few_blocks", "not_stationary", "drift", "short", "migrated",
                                                 "multiplexed", "never_ran"});
}
