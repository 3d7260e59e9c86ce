#include <catch2/catch.hpp>

#include "evidence/ratchet.hpp"
#include "unit/evidence/example_pair.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

/// Base moves `factor` times the bytes that head (the example) reads at paired k=2: 1024, 2048 and 1024, mean 4096/3.
Ratchet after_improvement(const std::string& text, std::uint64_t factor = 2) {
    const GatesFile file = parse_gates_file(text, "gates.toml").value();
    std::vector<GateExpression> gates;
    for (const FileGate& each : file.gates)
        gates.push_back(each.gate);
    return tighten(file, judged_comparison(head_with_bytes("dram_read_bytes", "paired", 2, factor),
                                           example_evidence("head"), {}, 0.01, gates));
}

} // namespace

TEST_CASE("a limit moves to the value of an exact improvement, in its own unit, and the rest of the file stays") {
    const Ratchet ratchet = after_improvement("# why\ngates = [\n"
                                              "  \"dram_read_bytes@paired/2 <= 1.02x\",  # relative\n"
                                              "  \"dram_read_bytes@paired/2 <=  64 KiB\", # absolute\n]\n");
    // 4096/3 bytes are 1.3333 KiB, rounded upwards.
    CHECK(ratchet.text == "# why\ngates = [\n"
                          "  \"dram_read_bytes@paired/2 <= 0.5x\",  # relative\n"
                          "  \"dram_read_bytes@paired/2 <=  1.334 KiB\", # absolute\n]\n");
    REQUIRE(ratchet.limits.size() == 2);
    CHECK(ratchet.limits[0].number == "0.5");
    CHECK(ratchet.limits[1].number == "1.334");
    CHECK(ratchet.limits[0].reason == "paired k=2 is better");
}

TEST_CASE("no limit is loosened, and none moves without an improvement") {
    for (const char* gate : {"dram_read_bytes@paired/2 <= 0.4x", "dram_read_bytes@paired/2 <= 1KiB",
                             "dram_read_bytes@paired/3 <= 1.5x", "time_ns@paired/2 <= 9x"}) {
        const std::string text = "gates = [\"" + std::string(gate) + "\"]\n";
        CHECK(after_improvement(text).text == text);
        CHECK(after_improvement(text).limits.empty());
    }
}

TEST_CASE("a limit for several rows is that of the nearest one, which must have improved") {
    // paired k=3 is the same: 1x keeps the limit where it is. Absolute, k=3 reads 5120/3 bytes, more than k=2.
    const std::string relative = "gates = [\"dram_read_bytes@paired <= 1.5x\"]\n";
    CHECK(after_improvement(relative).text == relative);
    const std::string absolute = "gates = [\"dram_read_bytes@paired <= 64KiB\"]\n";
    CHECK(after_improvement(absolute).text == absolute);
}

TEST_CASE("an expression with escapes is left to its owner") {
    const std::string text = "gates = [\"\\u0064ram_read_bytes@paired/2 <= 1.02x\"]\n";
    const Ratchet ratchet = after_improvement(text);
    CHECK(ratchet.text == text);
    REQUIRE(ratchet.limits.size() == 1);
    CHECK_FALSE(ratchet.limits[0].in_text);
}

TEST_CASE("a limit on the better side is not tightened") {
    const std::string text = "gates = [\"dram_read_bytes@paired/2 >= 0.1x\"]\n";
    CHECK(after_improvement(text).text == text);
}

TEST_CASE("a diff has three lines around each change") {
    CHECK(unified_diff("f", "a\nb\n", "a\nb\n").empty());
    CHECK(unified_diff("f", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nX\n6\n7\n8\n9\n") ==
          "--- f\n+++ f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
    CHECK(unified_diff("f", "1\n2", "1\nX") ==
          "--- f\n+++ f\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+X\n\\ No newline at end of file\n");
    // Two changes with six equal lines between are one hunk, with seven they are two.
    CHECK(unified_diff("f", "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n") ==
          "--- f\n+++ f\n@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
    CHECK(unified_diff("f", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n") ==
          "--- f\n+++ f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}
