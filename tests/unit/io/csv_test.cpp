#include "io/csv.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;
using Cells = std::vector<std::string>;

TEST_CASE("a cell is quoted only if necessary, and reads back unchanged") {
    CHECK(csv_cell("cycles:u") == "cycles:u");
    CHECK(csv_cell("") == "");
    CHECK(csv_cell("a,b") == "\"a,b\"");
    CHECK(csv_cell("say \"x\"") == "\"say \"\"x\"\"\"");
    CHECK(csv_cell("two\nlines") == "\"two\nlines\"");
}

TEST_CASE("a cell of text never begins a formula, and reads back unchanged") {
    CHECK(csv_cell("=HYPERLINK(1)") == "'=HYPERLINK(1)");
    CHECK(csv_cell("-1+2") == "'-1+2");
    CHECK(csv_cell("'=1") == "''=1");
    CHECK(csv_cell("'quoted'") == "'quoted'");
    CHECK(csv_cell("@SUM(a,b)") == "\"'@SUM(a,b)\"");
    const std::string name = "f.csv";
    std::string text;
    const std::vector<std::string> cells = {"=1", "+1",  "-1",   "@a", "\tx", "\rx", "'",
                                            "''", "'=1", "''=1", "'a", "a=1", "x"};
    for (const std::string& cell : cells)
        text += (text.empty() ? "" : ",") + csv_cell(cell);
    text += "\n";
    CsvReader reader(text, name, "");
    const auto record = reader.next();
    REQUIRE(record);
    CHECK(record->cells == cells);
}

TEST_CASE("a cell with commas, quotes and line ends reads back") {
    const std::string name = "f.csv", text = csv_cell("say \"x\",\ny") + "," + csv_cell("") + ",z\n";
    CsvReader reader(text, name, "");
    CHECK(reader.next()->cells == Cells{"say \"x\",\ny", "", "z"});
    CHECK(reader.done());
}

TEST_CASE("a record has the number of its first line; comments precede the header") {
    const std::string name = "f.csv", text = "# one\n#two\r\na,b\r\n\"1\n2\",3\n4,5\n";
    CsvReader reader(text, name, "");
    CHECK(reader.comments() == Cells{"one", "two"});
    const auto header = reader.next();
    CHECK(header->line == 3);
    CHECK(header->cells == Cells{"a", "b"});
    CHECK(reader.next()->line == 4);
    const auto last = reader.next();
    CHECK(last->line == 6);
    CHECK(last->cells == Cells{"4", "5"});
    CHECK(reader.done());
}

TEST_CASE("a truncated text is bad data, reported with its line") {
    const std::string name = "f.csv";
    const auto refusal = [&](const std::string& text) {
        CsvReader reader(text, name, "copy it again");
        const auto record = reader.next();
        REQUIRE_FALSE(record);
        return to_line(record.error());
    };
    CHECK(refusal("a,b") == "read f.csv:1: the last line is cut off; copy it again");
    CHECK(refusal("a,\"b\n") == "read f.csv:1: a quoted cell is not closed; copy it again");
}
