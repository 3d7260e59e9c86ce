#include <catch2/catch.hpp>

#include "evidence/gates_file.hpp"

using namespace bytebound;

namespace {

std::string refused_file(const std::string& text, ExitCode code) {
    const auto file = parse_gates_file(text, "gates.toml");
    REQUIRE_FALSE(file);
    CHECK(file.error().code == code);
    return to_line(file.error());
}

} // namespace

TEST_CASE("a file lists gates, and where each expression is") {
    const std::string text = "# bytes\nunresolved = \"fail\"\ngates = [\n  \"dram_bytes <= 1.02x\", # exact\n"
                             "  'time_ns@paired/16 <= 3us',\n  \"\\u0063pi <= 1x\",\n]\n";
    const auto file = parse_gates_file(text, "gates.toml");
    REQUIRE(file);
    CHECK(file->unresolved_fails == true);
    REQUIRE(file->gates.size() == 3);
    CHECK(file->gates[0].gate.limit == 1.02);
    CHECK(file->text.substr(file->gates[0].begin, 19) == "dram_bytes <= 1.02x");
    CHECK(file->text.substr(file->gates[1].begin, 24) == "time_ns@paired/16 <= 3us");
    CHECK(file->gates[2].gate.metric == "cpi");
    CHECK(file->gates[2].begin == std::string::npos); // spelt with an escape
}

TEST_CASE("characters of several bytes before an expression do not move it") {
    const auto file =
        parse_gates_file("gates = [ \"time_ns@\u00fc\u4e2d <= 1x\", \"cpi <= 2x\" ] # \u00fc", "gates.toml");
    REQUIRE(file);
    CHECK(file->text.substr(file->gates[1].begin, 9) == "cpi <= 2x");
    CHECK_FALSE(file->unresolved_fails);
    const auto marked = parse_gates_file("\xef\xbb\xbfgates = [\"cpi <= 2x\"]\r\n", "gates.toml");
    REQUIRE(marked);
    CHECK(marked->text.substr(marked->gates[0].begin, 9) == "cpi <= 2x"); // after a byte order mark
}

TEST_CASE("a file that is not one of gates is bad data, with its line") {
    const std::string form = "; write gates = [\"EXPR\", ...], and unresolved = \"pass\" or \"fail\"";
    CHECK(refused_file("gates = 3\n", ExitCode::bad_data) ==
          "read gates gates.toml:1: key \"gates\" is not a list" + form);
    CHECK(refused_file("", ExitCode::bad_data) == "read gates gates.toml: key \"gates\" is not a list" + form);
    CHECK(refused_file("gates = [\n\"cpi <= 1x\",\n3]\n", ExitCode::bad_data) ==
          "read gates gates.toml:3: an entry of \"gates\" is not a text" + form);
    CHECK(refused_file("gates = []\nlimit = 1\n", ExitCode::bad_data) ==
          "read gates gates.toml:2: unknown key \"limit\"" + form);
    CHECK(refused_file("unresolved = \"maybe\"\ngates = []\n", ExitCode::bad_data) ==
          "read gates gates.toml:1: key \"unresolved\" is neither \"pass\" nor \"fail\"" + form);
    CHECK(refused_file("gates = [\"cpi <= 1x\",\n\"cpi <= 1x\"]\n", ExitCode::bad_data) ==
          "read gates gates.toml:2: gate 'cpi <= 1x' is in the list already" + form);
    CHECK(refused_file("gates = [", ExitCode::bad_data).starts_with("read gates gates.toml:1: "));
}

TEST_CASE("an expression in a file that is not a gate is wrong usage, with its line") {
    CHECK(refused_file("gates = [\n\"cpi <= 3ns\"]\n", ExitCode::usage) ==
          "parse gates.toml:2: gate 'cpi <= 3ns': cpi is not measured in ns; known for cpi: x, %");
}
