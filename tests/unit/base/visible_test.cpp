#include "base/visible.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;

TEST_CASE("text that shows itself is unchanged") {
    for (const char* text : {"", "a b", "50 µs", "日本語", "🙂", "C:\\x", "é and e\xcc\x81", "&<>\"'`|*_"})
        CHECK(visible(text) == text);
}

TEST_CASE("control characters, directions and characters without width are escaped") {
    CHECK(visible("a\nb\tc\rd") == "a\\nb\\tc\\x0dd");
    CHECK(visible("\x1b[31mred\x1b]0;title\x07") == "\\x1b[31mred\\x1b]0;title\\x07");
    CHECK(visible(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(visible("\x7f") == "\\x7f");
    CHECK(visible("\u009b31m") == "\\u009b31m");               // CSI in one character
    CHECK(visible("abc\u202egpj.exe") == "abc\\u202egpj.exe"); // right to left
    CHECK(visible("\u2066a\u2069\u200b\ufeff\u2028") == "\\u2066a\\u2069\\u200b\\ufeff\\u2028");
    CHECK(visible("\U000e0041") == "\\U000e0041"); // a tag
}

TEST_CASE("bytes that are not UTF-8 are escaped one by one") {
    CHECK(visible("a\xff"
                  "b") == "a\\xffb");
    CHECK(visible("\xc3") == "\\xc3");                            // cut off
    CHECK(visible("\xe2\x82") == "\\xe2\\x82");                   // cut off
    CHECK(visible("\xc0\x9b") == "\\xc0\\x9b");                   // ESC in an overlong form
    CHECK(visible("\xe0\x80\x9b") == "\\xe0\\x80\\x9b");          // the same
    CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");          // a surrogate
    CHECK(visible("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80"); // above 0x10ffff
    CHECK(visible("\x9b"
                  "31m") == "\\x9b31m"); // CSI of an 8-bit terminal
    CHECK(visible("\xc3\xc3\xa9") == "\\xc3\xc3\xa9");
}

TEST_CASE("several lines keep their line breaks only") { CHECK(visible_lines("a\nb\x1b\r\n") == "a\nb\\x1b\\x0d\n"); }

TEST_CASE("a JSON text keeps its meaning: characters that do not show themselves are JSON's own escapes") {
    CHECK(visible_json("{\n  \"a\": \"\x7f\u202e\U000e0041µ\"\n}") ==
          "{\n  \"a\": \"\\u007f\\u202e\\udb40\\udc41µ\"\n}");
}
