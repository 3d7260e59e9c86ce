#include <catch2/catch.hpp>

#include "cli/parser.hpp"

using namespace bytebound;

namespace {

/// `tool [--out DIR] [--force] [RUN...]`, recording what was applied, in order.
struct Tool {
    std::vector<std::string> applied;
    Syntax syntax{"tool", "A tool.", "tool --out here", {}, "RUN", 0, 2};

    Tool() {
        for (const char* name : {"--hidden-dim", "--out"}) {
            syntax.options.push_back(
                {name, "VALUE", "help", "Group", [this, name](const std::string& value) -> Result<void> {
                     applied.push_back(std::string(name) + "=" + value);
                     return {};
                 }});
        }
        syntax.options.push_back({"--force", std::nullopt, "help", "Group", [this](const std::string&) -> Result<void> {
                                      applied.emplace_back("--force");
                                      return {};
                                  }});
    }
    std::string error(const std::vector<std::string>& words) {
        const auto parsed = parse(syntax, words);
        return parsed ? "no error" : to_line(parsed.error());
    }
};

} // namespace

TEST_CASE("options are applied in the table's order, regardless of the command line's") {
    Tool tool;
    REQUIRE(parse(tool.syntax, {"--force", "--out", "a", "--hidden-dim=8"}));
    CHECK(tool.applied == std::vector<std::string>{"--hidden-dim=8", "--out=a", "--force"});
}

TEST_CASE("underscores are accepted for hyphens in option names and kept in values") {
    Tool tool;
    REQUIRE(parse(tool.syntax, {"--hidden_dim", "a_b"}));
    CHECK(tool.applied == std::vector<std::string>{"--hidden-dim=a_b"});
}

TEST_CASE("a value may look like an option") {
    Tool tool;
    REQUIRE(parse(tool.syntax, {"--hidden-dim", "-1", "--out", "--force"}));
    CHECK(tool.applied == std::vector<std::string>{"--hidden-dim=-1", "--out=--force"});
}

TEST_CASE("an empty value is a value and does not consume the next word") {
    Tool tool;
    REQUIRE(parse(tool.syntax, {"--hidden-dim", "", "--out=", "--force"}));
    CHECK(tool.applied == std::vector<std::string>{"--hidden-dim=", "--out=", "--force"});
}

TEST_CASE("a command without positionals rejects them") {
    Tool tool;
    tool.syntax.positional.clear();
    tool.syntax.positional_max = 0;
    CHECK(tool.error({"somewhere"}) == "parse argument 'somewhere': not expected here; see tool --help");
}

TEST_CASE("the last value of a repeated option is used") {
    Tool tool;
    REQUIRE(parse(tool.syntax, {"--out", "a", "--out", "b"}));
    CHECK(tool.applied == std::vector<std::string>{"--out=b"});
}

TEST_CASE("positionals keep their order and are counted") {
    Tool tool;
    const auto parsed = parse(tool.syntax, {"one", "--out", "x", "two"});
    REQUIRE(parsed);
    CHECK(parsed->positionals == std::vector<std::string>{"one", "two"});
    CHECK(tool.error({"a", "b", "c"}) == "parse argument 'c': not expected here; see tool --help");
    tool.syntax.positional_min = 1;
    CHECK(tool.error({}) == "parse argument RUN: it is missing; write tool RUN");
}

TEST_CASE("every mistake of the command line is one line with a remedy") {
    Tool tool;
    CHECK(tool.error({"--outt", "x"}) == "parse option --outt: unknown option; did you mean --out? see tool --help");
    CHECK(tool.error({"--zzzzzzzzzz"}) == "parse option --zzzzzzzzzz: unknown option; see tool --help");
    CHECK(tool.error({"--out"}) == "parse option --out: its value is missing; write --out VALUE");
    CHECK(tool.error({"--force=1"}) == "parse option --force: takes no value; write --force alone");
    CHECK(tool.error({"-o"}) == "parse option -o: short options are not used; see tool --help");
    CHECK(tool.applied.empty());
}

TEST_CASE("help lists every option and ends with the example") {
    Tool tool;
    const auto parsed = parse(tool.syntax, {"--out", "x", "--help"});
    REQUIRE(parsed);
    REQUIRE(parsed->help);
    CHECK(parsed->help_text.find("Usage: tool [OPTIONS] RUN") != std::string::npos);
    CHECK(parsed->help_text.find("--hidden-dim VALUE") != std::string::npos);
    CHECK(parsed->help_text.ends_with("Example:\n  tool --out here\n"));
    CHECK(tool.applied.empty());
}
