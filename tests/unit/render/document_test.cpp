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

TEST_CASE("a text at the beginning of a block is a paragraph, not a heading, list, quotation, rule, fence or code") {
    const auto written = [](const std::string& text) {
        Document document;
        document.title = "T";
        document.subtitle = text;
        document.blocks = {Paragraph{text, Tone::plain}, Paragraph{text, Tone::note}, Bullets{{text}}};
        return to_markdown(document);
    };
    const auto as = [](const std::string& text) {
        return "# T\n\n" + text + "\n\n" + text + "\n\n> " + text + "\n\n- " + text + "\n";
    };
    const std::pair<const char*, const char*> cases[] = {
        {"# fake", "\\# fake"},
        {"###### fake", "\\###### fake"},
        {"- fake", "\\- fake"},
        {"+ fake", "\\+ fake"},
        {"* fake", "\\* fake"},
        {"> fake", "\\> fake"},
        {"1. fake", "1\\. fake"},
        {"12) fake", "12\\) fake"},
        {"---", "\\---"},
        {"===", "\\==="},
        {"~~~", "\\~~~"},
        {"    # fake", "\\# fake"},
        {"-1 is negative", "-1 is negative"},
        {"#1 of 2", "#1 of 2"},
        {"1.5 steps", "1.5 steps"},
        {"12 steps", "12 steps"},
    };
    for (const auto& [text, markdown] : cases)
        CHECK(written(text) == as(markdown));
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
                       Verdicts{{{evil, evil, evil, {evil}, evil}}},
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

TEST_CASE("a table that is too wide leaves out the columns of the highest rank first, and never those of rank 0") {
    Table table;
    table.columns = {{"loop"}, {"time", true}, {"min\nKiB", true, 2}, {"CPI", true, 1}, {"CI", true, 1}};
    table.below_titles = {"", "timed", "", "n/a", ""};
    table.rows = {{"a", "1", "2", "3", "4"}};
    // Widths 4, 5, 3, 3, 2 and two blanks between columns: 25.
    CHECK(fitted(table, 25).left_out.empty());
    const FittedTable narrow = fitted(table, 24);
    CHECK(narrow.left_out == std::vector<std::string>{"min KiB"});
    CHECK(plain_table(narrow.table, false) == "loop   time  CPI  CI\n      timed  n/a\na         1    3   4\n");
    CHECK(fitted(table, 19).left_out == std::vector<std::string>{"min KiB", "CPI"});
    CHECK(fitted(table, 1).left_out == std::vector<std::string>{"min KiB", "CPI", "CI"});
}

TEST_CASE("the caveat of a document is its first line") {
    Document document;
    document.title = "T";
    document.caveat = "edited: a_b|c";
    CHECK(to_markdown(document) == "> **edited: a_b\\|c**\n\n# T\n");
    CHECK(to_html(document).find("<header><p class=\"failure\">edited: a_b|c</p>\n<h1>T</h1>") != std::string::npos);
}

TEST_CASE("an option in a page is one element, which is not broken at its hyphens") {
    Document document;
    document.blocks = {Paragraph{
        Inline("give --bw-preset FILE (or --steps-per-k), a--b or -- c").add(" --x_y=1", Style::code), Tone::plain}};
    CHECK(to_html(document).find("<p>give <span class=\"o\">--bw-preset</span> FILE (or <span class=\"o\">--steps-per-k"
                                 "</span>), a--b or -- c<code> <span class=\"o\">--x_y</span>=1</code></p>") !=
          std::string::npos);
}

TEST_CASE("a page begins with links to its sections") {
    Document document;
    document.blocks = {Heading{2, "Warnings and flags"}, Heading{3, "no entry"},
                       Heading{2, "Bandwidth: this host's ceilings"}};
    const std::string page = to_html(document);
    CHECK(
        page.find("<nav aria-label=\"Contents\"><ul>\n<li><a href=\"#warnings-and-flags\">Warnings and flags</a></li>\n"
                  "<li><a href=\"#bandwidth-this-hosts-ceilings\">Bandwidth: this host&#39;s "
                  "ceilings</a></li>\n</ul></nav>") != std::string::npos);
    CHECK(page.find("<h2 id=\"warnings-and-flags\">Warnings and flags</h2>") != std::string::npos);
    CHECK(page.find("<h3>no entry</h3>") != std::string::npos);
}

TEST_CASE("the legend shows the line and the marker of each loop as they are drawn, and the dashes of the bound") {
    Document document;
    document.blocks = {Charts{{"paired", "index"}, {}}};
    const std::string page = to_html(document);
    CHECK(page.find(
              "<g class=\"s0\"><path class=\"l\" d=\"M0 6H28\"/><g><circle cx=\"14.0\" cy=\"6.0\" r=\"3.4\"/></g></g>"
              "</svg>paired</span>") != std::string::npos);
    CHECK(page.find("<g class=\"s1\"><path class=\"l\" d=\"M0 6H28\"/><g><rect ") != std::string::npos);
    CHECK(page.find("<path class=\"bound\" d=\"M0 6H28\"/></svg>bound</span>") != std::string::npos);
}
