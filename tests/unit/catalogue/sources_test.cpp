#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "catalogue/sources.hpp"
#include "counters/registry.hpp"

using namespace bytebound;

TEST_CASE("every source has a unique name and a text on what it supplies") {
    std::set<std::string_view> names;
    for (const SourceEntry& source : sources()) {
        INFO(source.name);
        CHECK(names.insert(source.name).second);
        CHECK_FALSE(source.supplies.empty());
        CHECK(find_source(source.name) == &source);
    }
    CHECK(find_source("hsmp") == nullptr);
}

TEST_CASE("every collector is a source, and those that supply DRAM traffic count DRAM bytes") {
    for (const CollectorEntry& collector : collectors()) {
        INFO(collector.name);
        if (collector.supplies == Supplies::machine) continue; // perf is its source, too
        REQUIRE(find_source(collector.name) != nullptr);
        CHECK(counts_dram(collector.name) == (collector.supplies == Supplies::dram));
        CHECK((find_source(collector.name)->tier == Tier::emulated) == (collector.supplies == Supplies::emulation));
    }
    CHECK(counts_dram("core-estimate"));
    CHECK_FALSE(counts_dram("sim"));
    CHECK_FALSE(counts_dram("hsmp"));
}

TEST_CASE("memory controllers are shown before monitoring groups, and those before estimates") {
    CHECK(find_source("uncore")->directness < find_source("resctrl")->directness);
    CHECK(find_source("resctrl")->directness < find_source("core-estimate")->directness);
}

TEST_CASE("--collector accepts auto, every word of the table of collectors, sim and none") {
    const std::vector<std::string_view> words = collector_words(collectors());
    REQUIRE(words.size() >= 7);
    CHECK(std::vector(words.begin(), words.begin() + 2) == std::vector<std::string_view>{"auto", "perf"});
    for (const std::string_view word : {"papi", "resctrl", "callgrind"})
        CHECK(std::count(words.begin(), words.end(), word) == 1);
    CHECK(std::vector(words.end() - 2, words.end()) == std::vector<std::string_view>{"sim", "none"});
    CHECK(std::set(words.begin(), words.end()).size() == words.size()); // uncore is selected with perf
    for (const CollectorEntry& collector : collectors())
        CHECK(std::count(words.begin(), words.end(), collector.word) == 1);
    constexpr CollectorEntry one[] = {{"hsmp", "perf", Supplies::dram, "", nullptr}};
    CHECK(collector_words(one) == std::vector<std::string_view>{"auto", "perf", "sim", "none"});
}
