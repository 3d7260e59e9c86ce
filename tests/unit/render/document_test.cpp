#include <catch2/catch.hpp>

#include "render/html.hpp"
#include "render/markdown.hpp"
#include "render/plain_table.hpp"

using namespace bytebound;

namespace {

Table two_columns() {
    Table table;
    table.columns = {{"loop"}, {"time\nus", true}};
    table.below_titles = {"", "timed"};
    table.rows = {{"paired", "4.2"}, {"index", "41"}};
    table.group_starts = {0, 1};
    return table;
}

} // namespace

TEST_CASE("a terminal table aligns numbers right and words left, titles on their own lines") {
    CHECK(plain_table(two_columns(), false) == "         time\n"
                                               "loop       us\n"
                                               "        timed\n"
                                               "paired    4.2\n"
                                               "\n"
                                               "index      41\n");
}

TEST_CASE("a terminal table without colour has no escape sequence") {
    CHECK(plain_table(two_columns(), false).find('\x1b') == std::string::npos);
    CHECK(plain_table(two_columns(), true).find("\x1b[1m") != std::string::npos);
}

TEST_CASE("a Markdown table has one line for each row and marks number columns") {
    Document document;
    document.title = "T";
    document.blocks = {two_columns()};
    CHECK(to_markdown(document) == "# T\n\n"
                                   "| loop   | time us |\n"
                                   "|--------|--------:|\n"
                                   "|        | *timed* |\n"
                                   "| paired |     4.2 |\n"
                                   "| index  |      41 |\n");
}

TEST_CASE("Markdown text cannot open a cell, a link, an element or emphasis") {
    CHECK(escape_markdown("a|b [x](y) <b> & *c* `d`") == "a\\|b \\[x\\](y) &lt;b> &amp; \\*c\\* \\`d\\`");
    CHECK(escape_markdown("time_ns _x_") == "time_ns \\_x\\_");
    CHECK(escape_markdown("two\nlines") == "two lines");
}

TEST_CASE("a Markdown code span may contain backticks") {
    Document document;
    document.title = "T";
    document.blocks = {Paragraph{code("a`b"), Tone::plain}, CodeBlock{"x\n```\ny"}};
    CHECK(to_markdown(document) == "# T\n\n``a`b``\n\n````\nx\n```\ny\n````\n");
}

TEST_CASE("HTML text cannot end its element, in any position") {
    const std::string evil = "</style></script><script>alert('x')</script>{{body}}";
    Document document;
    document.title = evil;
    document.subtitle = evil;
    Table table;
    table.columns = {{evil}};
    table.below_titles = {evil};
    table.rows = {{evil}};
    document.blocks = {Heading{2, evil},
                       Paragraph{Inline(evil).add(evil, Style::code).add(evil, Style::strong), Tone::failure},
                       Bullets{{Inline(evil)}},
                       CodeBlock{evil},
                       table,
                       Verdicts{{{evil, evil, evil, evil}}},
                       Charts{{evil}, {}}};
    const std::string page = to_html(document);
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("alert('x')") == std::string::npos);
    CHECK(page.find("</style></") == std::string::npos);
    CHECK(page.rfind("</html>") > page.rfind("alert"));
}

TEST_CASE("an HTML report refers to nothing outside itself") {
    Document document;
    document.title = "T";
    document.blocks = {Charts{{"paired"}, {Chart{}}}};
    const std::string page = to_html(document);
    CHECK(page.find("http") == std::string::npos);
    CHECK(page.find("src=") == std::string::npos);
    CHECK(page.find("href=") == std::string::npos);
}
