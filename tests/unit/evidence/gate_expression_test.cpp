#include <catch2/catch.hpp>

#include "evidence/gate_expression.hpp"

using namespace bytebound;

namespace {

GateExpression parsed(const std::string& text) {
    const auto gate = parse_gate(text, "option --gate");
    INFO(text << (gate ? "" : ": " + to_line(gate.error())));
    REQUIRE(gate);
    return *gate;
}

std::string refused_gate(const std::string& text) {
    const auto gate = parse_gate(text, "option --gate");
    REQUIRE_FALSE(gate);
    CHECK(gate.error().code == ExitCode::usage);
    return to_line(gate.error());
}

} // namespace

TEST_CASE("a gate has a metric, and may have a loop and a k") {
    CHECK(parsed("time_ns <= 1.1x").metric == "time_ns");
    CHECK(parsed("time_ns <= 1.1x").loop.empty());
    CHECK_FALSE(parsed("time_ns <= 1.1x").k);
    CHECK(parsed("time_ns@paired<=1.1x").loop == "paired");
    CHECK(parsed("time_ns@paired/16 <= 1.1x").k == 16);
    CHECK(parsed(" time_ns @ index#2 / 16 <= 1.1x").loop == "index#2");
    CHECK(parsed("time_ns@./mine.so/16 <= 1.1x").loop == "./mine.so");
    CHECK(parsed("time_ns@./mine.so <= 1.1x").loop == "./mine.so");
    CHECK(parsed("cpu/event=0x3c/@paired/16 <= 1.1x").metric == "cpu/event=0x3c/");
}

TEST_CASE("a gate covers every loop and k that it does not name") {
    CHECK(parsed("cpi <= 1x").covers("mask", 4));
    CHECK(parsed("cpi@mask <= 1x").covers("mask", 4));
    CHECK_FALSE(parsed("cpi@mask <= 1x").covers("index", 4));
    CHECK_FALSE(parsed("cpi@mask/3 <= 1x").covers("mask", 4));
}

TEST_CASE("a row without a k may have a name that ends in a number") {
    CHECK(parsed("cpi@BM_copy/8 <= 1x").covers("BM_copy/8", no_k));
    CHECK_FALSE(parsed("cpi@BM_copy/8 <= 1x").covers("BM_copy", no_k));
    CHECK_FALSE(parsed("cpi@BM_copy/8 <= 1x").covers("BM_copy/16", no_k));
    CHECK(parsed("cpi@BM_copy <= 1x").covers("BM_copy", no_k));
}

TEST_CASE("x and % are relative to base, units are of the metric") {
    CHECK(parsed("time_ns <= 1.1x").relative);
    CHECK(parsed("time_ns <= 1.1x").limit == 1.1);
    CHECK(parsed("time_ns <= 105%").limit == Approx(1.05).epsilon(1e-15));
    CHECK_FALSE(parsed("time_ns <= 2us").relative);
    CHECK(parsed("time_ns <= 2us").limit == 2000);
    CHECK(parsed("time_ns <= 3 ms").limit == 3e6);
    CHECK(parsed("task_clock_ns <= 1s").limit == 1e9);
    CHECK(parsed("dram_bytes <= 64KiB").limit == 65536);
    CHECK(parsed("requested_bytes <= 2MiB").limit == 2097152);
    CHECK(parsed("gap_dram_read_bytes <= 100B").limit == 100);
    CHECK(parsed("requested_gbps >= 3.5GB/s").limit == 3.5);
    CHECK_FALSE(parsed("requested_gbps >= 3.5GB/s").at_most);
    CHECK(parsed("cpi <= 1.5").limit == 1.5);
    CHECK(parsed("dram_bytes <= 65536").limit == 65536);
    CHECK(parsed("dram_bytes <= 1e5").limit == 100000);
}

TEST_CASE("the place of the number is known, so that a file can be changed there") {
    const GateExpression gate = parsed("dram_bytes@paired <=  64.5KiB");
    CHECK(gate.text.substr(gate.number_begin, gate.number_size) == "64.5");
    CHECK(gate.unit == 1024);
}

TEST_CASE("a unit that does not fit the metric is refused with those that do") {
    CHECK(refused_gate("time_ns <= 3KiB") ==
          "parse option --gate: gate 'time_ns <= 3KiB': time_ns is not measured in KiB; known "
          "for time_ns: x, %, ns, us, ms, s");
    CHECK(refused_gate("cpi <= 3ns") ==
          "parse option --gate: gate 'cpi <= 3ns': cpi is not measured in ns; known for cpi: x, %");
    CHECK(refused_gate("dram_bytes <= 3KB") ==
          "parse option --gate: gate 'dram_bytes <= 3KB': 'KB' is not a unit; known "
          "for dram_bytes: x, %, B, KiB, MiB, GiB");
    CHECK(refused_gate("r01c0 <= 3ns").find("r01c0 is not measured in ns; known for r01c0: x, %") != std::string::npos);
}

TEST_CASE("what is not a gate is refused with the form of one") {
    const std::string form = "; write METRIC[@LOOP[/K]] <= NUMBER[x|%|unit], as in 'dram_bytes@paired/16 <= 1.02x'";
    CHECK(refused_gate("time_ns < 1x") == "parse option --gate: gate 'time_ns < 1x': it has no '<='" + form);
    CHECK(refused_gate("") == "parse option --gate: gate '': it has no '<='" + form);
    for (const char* text : {"<= 1x", "@paired <= 1x", "time_ns@ <= 1x", "time_ns@/16 <= 1x",
                             "time_ns@paired/99999999999 <= 1x", "time_ns@paired/99999999999999999999999 <= 1x"})
        CHECK(refused_gate(text) == "parse option --gate: gate '" + std::string(text) +
                                        "': the metric, loop or k before the limit is not complete" + form);
    for (const char* text : {"time_ns <= ", "time_ns <= x", "time_ns <= -1x", "time_ns <= +5%", "time_ns <= inf",
                             "time_ns <= nan", "time_ns <="})
        CHECK(refused_gate(text) ==
              "parse option --gate: gate '" + std::string(text) + "': the limit is not a number of 0 or more" + form);
}

TEST_CASE("a limit that no double holds is refused") {
    for (const char* text : {"time_ns <= 1e400x", "dram_bytes <= 1e308GiB", "time_ns <= 1e-400x"})
        CHECK(refused_gate(text) ==
              "parse option --gate: gate '" + std::string(text) +
                  "': the limit is not a number that can be represented; give a number of ordinary size");
}

TEST_CASE("a metric is one of the catalogue or of the runs") {
    CHECK(check_metric(parsed("cpi <= 1x"), {}));
    CHECK(check_metric(parsed("gap_dram_read_bytes <= 1x"), {}));
    CHECK(check_metric(parsed("r01c0 <= 1x"), {"r01c0"}));
    const auto unknown = check_metric(parsed("dram_byte <= 1x"), {});
    REQUIRE_FALSE(unknown);
    CHECK(to_line(unknown.error()) == "parse gate 'dram_byte <= 1x': unknown metric 'dram_byte'; did you mean "
                                      "'dram_bytes'? see docs/figures.md for the metrics");
}
