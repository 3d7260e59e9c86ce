#include <catch2/catch.hpp>

#include "evidence/text_differences.hpp"
#include "evidence/unequal_pairs.hpp"
#include "support/difference_lines.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

std::vector<std::string> found(const std::string& file, std::string_view published, std::string_view derived) {
    return lines_of(text_differences(file, published, derived));
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a difference is one line, whatever its values contain") {
    CHECK(to_line({"report.md", "line 3", "9x", "4x", ""}) == "report.md: line 3: published 9x, derived 4x");
    CHECK(to_line({"a\nb", "SHA-256", std::nullopt, "\x1b[1m", "SHA256SUMS does not list it"}) ==
          "a\\nb: SHA-256: published nothing, derived \\x1b[1m (SHA256SUMS does not list it)");
    CHECK(to_line({"f", "line 1", std::string(200, 'x'), "", ""}) ==
          "f: line 1: published " + std::string(160, 'x') + "..., derived ");
}

TEST_CASE("lists are paired between their common beginning and end") {
    using Numbers = std::vector<int>;
    CHECK(unequal_pairs(Numbers{1, 2, 3}, Numbers{1, 2, 3}).empty());
    CHECK(unequal_pairs(Numbers{1, 9, 3}, Numbers{1, 2, 3}) == std::vector<IndexPair>{{1, 1}});
    CHECK(unequal_pairs(Numbers{1, 3}, Numbers{1, 2, 3}) == std::vector<IndexPair>{{std::nullopt, 1}});
    CHECK(unequal_pairs(Numbers{1, 2, 2, 3}, Numbers{1, 2, 3}) == std::vector<IndexPair>{{2, std::nullopt}});
    CHECK(unequal_pairs(Numbers{2, 1}, Numbers{1, 2}) == std::vector<IndexPair>{{0, 0}, {1, 1}});
    CHECK(unequal_pairs(Numbers{}, Numbers{7}) == std::vector<IndexPair>{{std::nullopt, 0}});
}

TEST_CASE("a difference of JSON is found by its pointer, down to the type of a number") {
    CHECK(found("summary.json", R"({"rows":[{"k":1},{"k":2}]})", R"({"rows":[{"k":1},{"k":3}]})") ==
          Lines{"summary.json: /rows/1/k: published 2, derived 3"});
    CHECK(found("summary.json", R"({"a/b":1,"x":null})", R"({"a/b":"1","y":0})") ==
          Lines{"summary.json: /a~1b: published 1, derived \"1\"", "summary.json: /x: published null, derived nothing",
                "summary.json: /y: published nothing, derived 0"});
    CHECK(found("summary.json", R"({"k":[1,2]})", R"({"k":[1]})") ==
          Lines{"summary.json: /k/1: published 2, derived nothing"});
    CHECK(found("summary.json", "{\"k\": 1.0}\n", "{\"k\": 1}\n") ==
          Lines{"summary.json: /k: published 1.0, derived 1"});
}

TEST_CASE("JSON that means the same, or is none, is compared by line and byte") {
    CHECK(found("summary.json", "{\n \"k\":  1\n}\n", "{\n \"k\": 1\n}\n") ==
          Lines{"summary.json: line 2, byte 7: published  \"k\":  1, derived  \"k\": 1"});
    CHECK(found("summary.json", "{\n \"k\"; 1\n}\n", "{\n \"k\": 1\n}\n") ==
          Lines{"summary.json: line 2, byte 5: published  \"k\"; 1, derived  \"k\": 1"});
    CHECK(found("summary.json", R"({"k":1,"k":2})", R"({"k":2})").size() == 1); // a key twice is no document
}

TEST_CASE("a difference of CSV is found by row and column") {
    const std::string derived = "# seed: 1\nloop,k,time_ns\npaired,16,5\nindex,16,40\nmask,16,41\n";
    CHECK(found("summary.csv", "# seed: 1\nloop,k,time_ns\npaired,16,5\nindex,16,400\nmask,16,41\n", derived) ==
          Lines{"summary.csv: row 2 (index, k 16), column time_ns: published 400, derived 40"});
    CHECK(found("summary.csv", "# seed: 2\nloop,k,time_ms\npaired,16,5\nindex,16,40\nmask,16,41\n", derived) ==
          Lines{"summary.csv: line 1: published seed: 2, derived seed: 1 (a comment)",
                "summary.csv: the header: published loop,k,time_ms, derived loop,k,time_ns"});
}

TEST_CASE("rows of CSV that were swapped, removed or added are named") {
    const std::string derived = "loop,k,t\npaired,16,5\nindex,16,40\nmask,16,41\n";
    CHECK(found("summary.csv", "loop,k,t\nindex,16,40\npaired,16,5\nmask,16,41\n", derived) ==
          Lines{"summary.csv: row 1 (paired, k 16): published index,16,40, derived paired,16,5",
                "summary.csv: row 2 (index, k 16): published paired,16,5, derived index,16,40"});
    CHECK(found("summary.csv", "loop,k,t\npaired,16,5\nmask,16,41\n", derived) ==
          Lines{"summary.csv: row 2 (index, k 16): published nothing, derived index,16,40"});
    CHECK(found("summary.csv", derived + "oracle,16,4\n", derived) ==
          Lines{"summary.csv: row 4 (oracle, k 16): published oracle,16,4, derived nothing"});
    CHECK(found("summary.csv", "loop,k,t\npaired,16,5\nindex,16,40\nmask,16,\"41\"\n", derived) ==
          Lines{"summary.csv: line 4, byte 9: published mask,16,\"41\", derived mask,16,41"});
}

TEST_CASE("a difference in a table of a report is found by its row and column, in Markdown and in HTML") {
    const std::string head = "text\n\n| loop  |   k | time us |\n|-------|----:|--------:|\n";
    CHECK(found("report.md", head + "| index |  16 |     9.1 |\n", head + "| index |  16 |     4.1 |\n") ==
          Lines{"report.md: line 5 (index, k 16), column time us: published 9.1, derived 4.1"});
    const std::string html = "<table><thead><tr><th>loop</th><th class=\"n\">k</th><th class=\"n\">time<br>us<em>timed"
                             "</em></th></tr></thead><tbody>\n";
    CHECK(found("report.html",
                html + "<tr class=\"g\"><td>index</td><td class=\"n\">16</td><td class=\"n\">9.1</td></tr>\n",
                html + "<tr class=\"g\"><td>index</td><td class=\"n\">16</td><td class=\"n\">4.1</td></tr>\n") ==
          Lines{"report.html: line 2 (index, k 16), column time us: published 9.1, derived 4.1"});
}

TEST_CASE("a row of a table that was cut down to its bars is found as a line") {
    const std::string head = "| loop  |   k |\n|-------|----:|\n", row = "| index |  16 |\n";
    for (const char* rest : {"|", "| ", "||", "|\n", " |\n", "| |\n", "|  \n"})
        CHECK(found("report.md", head + rest, head + row).size() == 1);
}

TEST_CASE("any other line is found by its number, with an excerpt around the byte that differs") {
    CHECK(found("report.md", "a\nc\n", "a\nb\n") == Lines{"report.md: line 2, byte 1: published c, derived b"});
    CHECK(found("report.md", "a\n", "a\nb\n") == Lines{"report.md: line 2: published nothing, derived b"});
    CHECK(found("report.md", "a\nb", "a\nb\n") == Lines{"report.md: line 2, byte 2: published b, derived b"});
    CHECK(found("report.md", "", "a\n") == Lines{"report.md: line 1: published nothing, derived a"});
    const std::string long_line(300, '-');
    CHECK(found("report.md", long_line + "x" + long_line, long_line + "y" + long_line) ==
          Lines{"report.md: line 1, byte 301: published ..." + std::string(40, '-') + "x" + std::string(59, '-') +
                "..., derived ..." + std::string(40, '-') + "y" + std::string(59, '-') + "..."});
}
