#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

using namespace bytebound;

TEST_CASE("a CPU list names every CPU once, in order") {
    CHECK(parse_cpu_list("0-2,5") == std::vector<int>{0, 1, 2, 5});
    CHECK(parse_cpu_list(" 3, 1-2 ,2") == std::vector<int>{1, 2, 3});
    CHECK(parse_cpu_list("") == std::vector<int>{});
}

TEST_CASE("a CPU list that repeats a million CPUs 2000 times takes no more memory than they do") {
    std::string text = "0-1048576";
    for (int i = 1; i < 2000; ++i)
        text += ",0-1048576";
    const auto cpus = parse_cpu_list(text); // 8 GB, if repeated numbers were kept
    REQUIRE(cpus.has_value());
    CHECK(cpus->size() == 1048577);
    CHECK(cpus->back() == 1048576);
}

TEST_CASE("the ranges of a CPU list keep the order of the text") {
    CHECK(parse_cpu_ranges("5,0-2") == std::vector<std::pair<int, int>>{{5, 5}, {0, 2}});
    CHECK_FALSE(parse_cpu_ranges("5,2-0").has_value());
}

TEST_CASE("a malformed CPU list is rejected as a whole") {
    for (const char* text : {"a", "1-", "-1", "3-1", "1,,2", "0x1", "99999999999"}) {
        INFO(text);
        CHECK_FALSE(parse_cpu_list(text).has_value());
    }
}

TEST_CASE("CPU lists are written as ranges") {
    CHECK(format_cpu_list(std::vector<int>{0, 1, 2, 5}) == "0-2,5");
    CHECK(format_cpu_list(std::vector<int>{7}) == "7");
    CHECK(format_cpu_list(std::vector<int>{}).empty());
}

TEST_CASE("sizes take plain bytes and binary units") {
    CHECK(parse_size("4096") == 4096u);
    CHECK(parse_size("32KiB") == 32768u);
    CHECK(parse_size("32 MiB") == 33554432u);
    CHECK(parse_size("1GiB") == 1073741824u);
    for (const char* text : {"", "KiB", "1kb", "1.5MiB", "-1", "99999999999GiB", "1 TiB"}) {
        INFO(text);
        CHECK_FALSE(parse_size(text).has_value());
    }
}

TEST_CASE("sizes are shown with at most one decimal") {
    CHECK(format_size(100) == "100 B");
    CHECK(format_size(65536) == "64 KiB");
    CHECK(format_size(1536) == "1.5 KiB");
    CHECK(format_size(33554432) == "32 MiB");
}

TEST_CASE("a typo gets the nearest name, an unrelated word gets none") {
    const std::vector<std::string> loops{"paired", "index", "mask", "hybrid", "oracle"};
    CHECK(nearest("pared", loops) == "paired");
    CHECK(nearest("indx", loops) == "index");
    CHECK(nearest("maks", loops) == "mask"); // swapped neighbours are one mistake
    // A swap and a missing letter are two mistakes: too many for five letters.
    CHECK(nearest("aprid", loops) == std::nullopt);
    CHECK_FALSE(nearest("zzzzzz", loops).has_value());
    const std::vector<std::string> options{"--N", "--ks", "--steps-per-k", "--json"};
    CHECK(nearest("--k", options) == "--ks"); // as near as --N, and its beginning
    CHECK(nearest("--ste", options) == "--steps-per-k");
    CHECK(nearest("--jsn", options) == "--json");
}

TEST_CASE("an error is one line of the form 'operation object: cause (ERRNO); remedy'") {
    CHECK(to_line({ExitCode::not_possible, "open event", "cycles", "no core PMU", "use --collector sim", 2}) ==
          "open event cycles: no core PMU (ENOENT); use --collector sim");
    CHECK(to_line({ExitCode::usage, "read option", "--ks", "not a number", "give counts"}) ==
          "read option --ks: not a number; give counts");
}

TEST_CASE("an error stays one line whatever its parts contain") {
    struct Row {
        std::string part, shown;
    };
    for (const Row& row : {Row{"a\nb", "a\\nb"}, Row{"a\tb", "a\\tb"}, Row{"a\rb", "a\\x0db"},
                           Row{"\x1b[31mred", "\\x1b[31mred"}, // a terminal would execute it
                           Row{std::string("a\0b", 3), "a\\x00b"}, Row{"\x7f", "\\x7f"}, Row{"\n\n", "\\n\\n"},
                           Row{"50 \xc2\xb5s", "50 \xc2\xb5s"}, // UTF-8 is text
                           Row{"back\\slash", "back\\slash"}, Row{"", ""}}) {
        INFO(row.shown);
        CHECK(to_line({ExitCode::usage, "x" + row.part, "cycles", "no", "stop"}) ==
              "x" + row.shown + " cycles: no; stop");
        CHECK(to_line({ExitCode::usage, "read", "x" + row.part, "no", "stop"}) == "read x" + row.shown + ": no; stop");
        CHECK(to_line({ExitCode::usage, "read", "cycles", row.part, "stop", 2}) ==
              "read cycles: " + row.shown + " (ENOENT); stop");
        CHECK(to_line({ExitCode::usage, "read", "cycles", "no", "x" + row.part}) == "read cycles: no; x" + row.shown);
    }
}

TEST_CASE("text is wrapped at words; a long word is not broken") {
    CHECK(wrap_words("one two three", 7, "  ") == std::vector<std::string>{"one two", "  three"});
    CHECK(wrap_words("one two three", 13, "  ") == std::vector<std::string>{"one two three"});
    CHECK(wrap_words("a --allow-unqualified b", 8, "") == std::vector<std::string>{"a", "--allow-unqualified", "b"});
    CHECK(wrap_words("ü ü", 3, "") == std::vector<std::string>{"ü ü"}); // columns, not bytes
    CHECK(wrap_words("", 5, "  ") == std::vector<std::string>{""});
}
