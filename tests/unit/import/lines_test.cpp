#include <catch2/catch.hpp>

#include "import/text_lines.hpp"

using namespace bytebound;

namespace {

/// A text in pieces of `size` bytes.
TextSource pieces(std::string text, std::size_t size) {
    return [text, size, at = std::size_t{0}](std::span<char> into) mutable -> Result<std::size_t> {
        const std::size_t got = text.copy(into.data(), std::min(size, into.size()), at);
        at += got;
        return got;
    };
}

std::string fault_of(std::string text) {
    TextLines lines(pieces(std::move(text), 4096), "f.csv");
    for (;;) {
        const auto line = lines.next();
        if (!line) return to_line(line.error());
        if (!*line) return "";
    }
}

} // namespace

TEST_CASE("lines are those of the text whatever blocks it arrives in") {
    for (const std::size_t size : {1, 2, 3, 100}) {
        TextLines lines(pieces("\xef\xbb\xbf"
                               "a\r\n\nlonger line\n",
                               size),
                        "f");
        CHECK(**lines.next() == "a");
        CHECK(**lines.next() == "");
        CHECK(**lines.next() == "longer line");
        CHECK(lines.number() == 3);
        CHECK_FALSE(*lines.next());
    }
}

TEST_CASE("a line that is no text, or cut off, is refused with its number") {
    CHECK(fault_of("a\nb").starts_with("import f.csv:2: the last line is cut off; "));
    CHECK(fault_of(std::string("a\nb\0c\n", 6))
              .starts_with("import f.csv:2: it contains a zero byte, so the file is not text; "));
    CHECK(fault_of("\xff\xfe"
                   "a\n")
              .starts_with("import f.csv:1: the file is UTF-16; save it as UTF-8"));
    CHECK(fault_of("") == "");
}

TEST_CASE("a line without an end is refused after 1 MiB, whatever follows") {
    std::size_t read = 0;
    TextLines lines(
        [&read](std::span<char> into) -> Result<std::size_t> {
            std::fill(into.begin(), into.end(), 'x');
            read += into.size();
            return into.size();
        },
        "f.csv");
    CHECK(to_line(lines.next().error()).starts_with("import f.csv:1: the line is longer than 1 MiB; "));
    CHECK(read < 2 << 20);
}
