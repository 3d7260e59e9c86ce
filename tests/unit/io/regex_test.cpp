#include "io/regex.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <string>
#include <vector>

using namespace bytebound;
using Texts = std::vector<std::string>;

TEST_CASE("a pattern matches whole texts only") {
    CHECK(full_match("uncore_imc_[0-9]+", "uncore_imc_12"));
    CHECK_FALSE(full_match("uncore_imc_[0-9]+", "uncore_imc_12_free"));
    CHECK_FALSE(full_match("uncore_imc_[0-9]+", "my_uncore_imc_12"));
    CHECK_FALSE(full_match("uncore_imc_[0-9]+", "uncore_imc_"));
    CHECK(full_match("cpu|cpu_(atom|core)", "cpu_core"));
    CHECK(full_match("", ""));
    CHECK_FALSE(full_match("", "cpu"));
}

TEST_CASE("a group contains its match, and is empty if its alternative did not match") {
    const Regex boxes("hisi_sccl([0-9]+)_(ddrc|hha)([0-9]+)");
    CHECK(boxes.group_count() == 3);
    CHECK(boxes.groups("hisi_sccl1_ddrc10") == Texts{"1", "ddrc", "10"});
    CHECK(boxes.groups("hisi_sccl1_l3c0") == std::nullopt);
    const Regex version("(Linux version )?([0-9]{1,3})\\.([0-9]{1,3}).*");
    CHECK(version.groups("6.12.10-cloud") == Texts{"", "6", "12"});
    CHECK(version.groups("Linux version 5.17.0") == Texts{"Linux version ", "5", "17"});
    CHECK(Regex("cpu").groups("cpu") == Texts{});
}

TEST_CASE("an expression that does not compile is detected by is_regex, and its construction throws") {
    CHECK(is_regex("uncore_(cha|imc)_[0-9]+"));
    CHECK_FALSE(is_regex("uncore_(cha"));
    CHECK_FALSE(is_regex("[0-9"));
    CHECK_THROWS_AS(Regex("uncore_(cha"), std::invalid_argument);
}

TEST_CASE("an expression that is long, or needs much memory, is refused with the reason") {
    CHECK(regex_fault(std::string(500, 'a')).empty());
    CHECK(regex_fault(std::string(501, 'a')) == "it is longer than 500 characters");
    CHECK(regex_fault("((a{100}){100}){100}") == "invalid repetition size: {100}");
    std::string letters; // 26 alternatives of three characters, 1000 times
    for (char c = 'a'; c <= 'z'; ++c)
        letters += (letters.empty() ? "" : "|") + std::string(1, c) + ".-";
    CHECK(regex_fault("(" + letters + "){100}").empty());
    CHECK(regex_fault("(" + letters + "){1000}") == "pattern too large - compile failed");
    CHECK(regex_fault("uncore_(cha") == "missing ): uncore_(cha");
}

TEST_CASE("names are bytes: a dot matches each one, a line break included") {
    CHECK(full_match("a.b", "a\xff"
                            "b"));
    CHECK(full_match("a.b", "a\nb"));
    CHECK_FALSE(full_match("a$.b", "a\nb"));
    CHECK_FALSE(full_match("a.b", "a\u00e4b")); // two bytes
}

TEST_CASE("no expression makes matching take exponential time or a deep stack") {
    const std::string long_text(200'000, 'a');
    CHECK_FALSE(full_match("(a*)*b", std::string(40, 'a')));
    CHECK_FALSE(full_match("(a|a)*b", std::string(40, 'a')));
    CHECK(full_match("(a|b)*", long_text));
}
