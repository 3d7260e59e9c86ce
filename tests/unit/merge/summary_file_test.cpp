#include <catch2/catch.hpp>

#include "archive/summary_file.hpp"

using namespace bytebound;

namespace {

const std::string head = "# schema: bytebound.summary/1\n# host: n1\n";
const std::string titles = "loop,k,k_requested,A,R,flags,time_ns,time_ns_ci_low,time_ns_ci_high,time_ns_n,time_ns_tier,"
                           "time_ns_source,time_ns_reason,cpi,cpi_ci_low,cpi_ci_high,cpi_n,cpi_tier,cpi_source,"
                           "cpi_reason,time_ns_blocks,cpi_blocks\n";
const std::string row = "paired,16,17,8,8,few_blocks short,500,400,600,32,timed,clock,,,,,,,,no core PMU,2,\n";

std::string cause_of(const std::string& text) {
    const auto parsed = parse_summary(text, "summary.csv");
    return parsed ? "" : parsed.error().object + ": " + parsed.error().cause;
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
    return text.replace(text.find(old), old.size(), by);
}

} // namespace

TEST_CASE("a summary is read with the reasons of what it does not have") {
    const auto summary = parse_summary(head + titles + row, "summary.csv");
    REQUIRE(summary);
    CHECK(summary->metrics == std::vector<std::string>{"time_ns", "cpi"});
    REQUIRE(summary->rows.size() == 1);
    const PublishedRow& first = summary->rows.front();
    CHECK(first.loop == "paired");
    CHECK(first.k == 16);
    CHECK(first.k_requested == 17);
    CHECK(first.flags == "few_blocks short");
    CHECK(first.figures[0] == PublishedFigure{500, 400, 600, 32, 2, Tier::timed, "clock", ""});
    CHECK(first.figures[1] == PublishedFigure{{}, {}, {}, {}, {}, {}, "", "no core PMU"});
}

TEST_CASE("columns are found by their names") {
    const auto summary = parse_summary(head + "time_ns_tier,R,A,k_requested,k,loop,flags,time_ns,note\n" +
                                           "timed,8,7,16,15,index,,2.5,x\n",
                                       "summary.csv");
    REQUIRE(summary);
    CHECK(summary->rows[0].added == 7);
    CHECK(summary->rows[0].removed == 8);
    CHECK(summary->rows[0].figures[0] == PublishedFigure{2.5, {}, {}, {}, {}, Tier::timed, "", ""});
}

TEST_CASE("a number that no run can publish is refused with its column") {
    const auto with = [](const char* old, const char* by) { return cause_of(head + titles + replaced(row, old, by)); };
    CHECK(with("500,400,600", "500,1e31,600").find("column time_ns_ci_low: \"1e31\" is not a number") !=
          std::string::npos);
    CHECK(with("500,400,600", ",600,400").find("column time_ns_ci_low: \"600\" is above the other end") !=
          std::string::npos);
    CHECK(with("17,8,8", "17,-8,8").find("column A: \"-8\" is not a number") != std::string::npos);
    CHECK(with("16,17", "4294967295,17").find("column k: \"4294967295\" is not a number") != std::string::npos);
}

TEST_CASE("a summary that is not one is refused with its line") {
    CHECK(cause_of(titles + row) == "summary.csv:1: it does not say \"# schema: bytebound.summary/1\"");
    CHECK(cause_of(replaced(head, "summary/1", "summary/2") + titles + row) ==
          "summary.csv:1: it does not say \"# schema: bytebound.summary/1\"");
    CHECK(cause_of(head) == "summary.csv:3: the last line is cut off");
    CHECK(cause_of(head + titles + row.substr(0, 40)) == "summary.csv:4: the last line is cut off");
    CHECK(cause_of(head + titles + "paired,16\n") == "summary.csv:4: it has 2 cells, the header has 22");
    CHECK(cause_of(head + titles + row + row) == "summary.csv:5: its loop and k are those of a row before");
    CHECK(cause_of(head + replaced(titles, ",k,", ",K,") + row) == "summary.csv:3: it has no column k");
    CHECK(cause_of(head + replaced(titles, ",flags,", ",loop,") + row) ==
          "summary.csv:3: the column loop occurs twice");
    CHECK(cause_of(head + titles + replaced(row, ",16,", ",1.5,")) ==
          "summary.csv:4: column k: \"1.5\" is not a number that it may have");
    CHECK(cause_of(head + titles + replaced(row, ",500,", ",nan,")) ==
          "summary.csv:4: column time_ns: \"nan\" is not a number that it may have");
    CHECK(cause_of(head + titles + replaced(row, ",500,", ",700,")) ==
          "summary.csv:4: column time_ns: \"700\" is outside of its own interval");
    CHECK(cause_of(head + titles + replaced(row, "timed", "guessed")) ==
          "summary.csv:4: column time_ns_tier: \"guessed\" is not a tier");
}
