#include <catch2/catch.hpp>

#include <algorithm>

#include "base/text.hpp"
#include "io/json.hpp"
#include "render/answers/comparison_outputs.hpp"
#include "render/answers/comparison_words.hpp"
#include "unit/evidence/example_pair.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

RunComparison comparison_of(const RunEvidence& head, const std::vector<std::string>& gates,
                            std::vector<std::string> metrics = default_compared_metrics()) {
    std::vector<GateExpression> parsed;
    for (const std::string& text : gates)
        parsed.push_back(parse_gate(text, "option --gate").value());
    return judged_comparison(example_evidence("runs/base"), head, std::move(metrics), 0.01, parsed);
}

RunComparison example_comparison() {
    return comparison_of(
        head_with_bytes("dram_read_bytes", "paired", 2, 2),
        {"dram_read_bytes@paired/2 <= 1.02x", "requested_bytes@index <= 1x", "time_ns@paired/2 <= 1x"});
}

bool contains(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

} // namespace

TEST_CASE("the terminal's comparison equals its golden file") {
    const std::string text = comparison_text(example_comparison(), false, 100);
    CHECK(golden("comparison.txt", text) == text);
}

TEST_CASE("comparison.md equals its golden file") {
    const std::string text = comparison_markdown(example_comparison());
    CHECK(golden("comparison.md", text) == text);
}

TEST_CASE("compare --json equals its golden file") {
    const std::string text = comparison_json(example_comparison());
    CHECK(golden("comparison.json", text) == text);
}

TEST_CASE("a comparison fits a screen of 24 lines, in 60 and 80 columns") {
    for (const std::size_t columns : {60u, 80u, 200u}) {
        const std::string text = comparison_text(example_comparison(), false, columns);
        CHECK(std::count(text.begin(), text.end(), '\n') <= 24);
        for (const std::string& line : split(text, '\n')) {
            INFO(line);
            CHECK(columns_of(line) <= columns);
        }
    }
}

TEST_CASE("what is worse is first, and what does not fit is counted") {
    const std::string text = comparison_text(example_comparison(), false, 80);
    const auto lines = split(text, '\n');
    const auto title =
        std::find_if(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("loop"); });
    REQUIRE(title != lines.end());
    CHECK(title[1].starts_with("paired"));
    CHECK(title[1].ends_with("worse"));
    CHECK(contains(text, "\nand "));
    CHECK(contains(text, " same\n"));
}

TEST_CASE("order: worse, better, unresolved, same, the largest change first") {
    RunComparison comparison;
    const auto add = [&](const char* loop, Verdict verdict, double ratio) {
        MetricComparison row;
        row.loop = loop;
        row.verdict = verdict;
        row.ratio = RatioEstimate{ratio, {}, {}, {}};
        comparison.rows.push_back(row);
    };
    add("same", Verdict::same, 1);
    add("little", Verdict::worse, 1.1);
    add("unresolved", Verdict::unresolved, 3);
    add("better", Verdict::better, 0.1);
    add("much", Verdict::worse, 0.5); // a rate
    std::vector<std::string> order;
    for (const MetricComparison* row : worst_first(comparison))
        order.push_back(row->loop);
    CHECK(order == std::vector<std::string>{"much", "little", "better", "unresolved", "same"});
    CHECK(verdicts_text(worst_first(comparison)) == "2 worse, 1 better, 1 unresolved, 1 same");
}

TEST_CASE("JUnit has a test case per gate, loop and k, with the figures in its message") {
    const std::string text = comparison_junit(example_comparison());
    CHECK(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<testsuites tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"0\">\n"));
    CHECK(contains(text,
                   "<testcase classname=\"bytebound.gate.dram_read_bytes\" name=\"dram_read_bytes@paired/2 &lt;= 1.02x "
                   "(paired k=2)\" time=\"0\">\n      <failure type=\"fail\" message=\"paired k=2: 2.000x, exact; base "
                   "1.3 KiB, head 2.7 KiB (simulated)\"/>"));
    CHECK(contains(text, "<skipped message=\"unresolved: paired k=2: 1.000x, 95% CI "));
}

TEST_CASE("texts from elsewhere do not become XML, workflow commands, labels or Markdown") {
    RunRecord run = example_run();
    run.host = "=cmd()\n::error::<b>&\"|`\\";
    RunEvidence head = evidence_of("head", run, example_samples());
    const RunComparison comparison = comparison_of(head, {"dram_read_bytes@paired/2 <= 1x"});
    CHECK(contains(comparison_junit(comparison), "hostname=\"=cmd()\\n::error::&lt;b&gt;&amp;&quot;|`\\\""));
    CHECK(contains(comparison_prometheus(comparison), "host=\"=cmd()\\\\n::error::<b>&\\\"|`\\\\\""));
    for (const std::string& line : split(comparison_annotations(comparison), '\n'))
        CHECK((line.empty() || line.starts_with("::notice title=")));
    const std::string markdown = comparison_markdown(comparison);
    CHECK_FALSE(contains(markdown, "<b>"));
    CHECK_FALSE(contains(markdown, "\n::error"));
    CHECK(nlohmann::json::parse(comparison_json(comparison)).at("head").at("host") == run.host);
}

TEST_CASE("annotations are an error per failed gate, a warning per unresolved one, and a notice") {
    const auto lines = split(comparison_annotations(example_comparison()), '\n');
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] ==
          "::error title=gate failed::dram_read_bytes@paired/2 <= 1.02x: paired k=2: 2.000x, exact; base 1.3 KiB, "
          "head 2.7 KiB (simulated)");
    CHECK(
        lines[1].starts_with("::warning title=gate unresolved::time_ns@paired/2 <= 1x: paired k=2: 1.000x, 95%25 CI "));
    CHECK(lines[2].starts_with("::notice title=bytebound compare::gates: 1 failed, 1 unresolved, 3 passed; rows: "));
    CHECK(lines[3].empty());
}

TEST_CASE("more annotations of a kind than GitHub shows end with their count") {
    std::vector<std::string> gates;
    for (int i = 0; i < 12; ++i)
        gates.push_back("dram_read_bytes@paired/2 <= 1." + std::to_string(100 + i) + "x");
    const std::string text =
        comparison_annotations(comparison_of(head_with_bytes("dram_read_bytes", "paired", 2, 2), gates));
    const auto lines = split(text, '\n');
    CHECK(std::count_if(lines.begin(), lines.end(),
                        [](const std::string& line) { return line.starts_with("::error "); }) == 10);
    CHECK(contains(text, "::error title=gate failed::and 3 more; see the other outputs\n"));
}

TEST_CASE("a Prometheus family has its samples in one place, and absent values are left out") {
    const std::string text = comparison_prometheus(example_comparison());
    CHECK(contains(text, "# HELP bytebound_compare_ratio Value of head divided by the value of base.\n"
                         "# TYPE bytebound_compare_ratio gauge\n"
                         "bytebound_compare_ratio{loop=\"paired\",k=\"2\",metric=\"time_ns\"} 1\n"));
    CHECK(contains(text, "\nbytebound_gate_result{expr=\"dram_read_bytes@paired/2 <= 1.02x\",loop=\"paired\",k=\"2\","
                         "result=\"fail\"} 1\n"));
    CHECK(contains(text, "\nbytebound_compare_passed 0\n"));
    CHECK_FALSE(contains(text, "nan"));
    CHECK_FALSE(contains(text, "null"));
}

TEST_CASE("quantities have the unit of their metric") {
    CHECK(quantity_text("time_ns", 5370) == "5.37 us");
    CHECK(quantity_text("dram_bytes", 131072) == "128 KiB");
    CHECK(quantity_text("requested_gbps", 3.214) == "3.21 GB/s");
    CHECK(quantity_text("cpi", 1.234) == "1.23");
    CHECK(quantity_text("r01c0", 12) == "12");
    CHECK(ratio_text(1.0134) == "1.013x");
    CHECK(ratio_text(98.1) == "98.10x");
}

TEST_CASE("what is decided by value is shown with the decimals that decide it") {
    CHECK(exact_ratio_text(1) == "1.000x");
    CHECK(exact_ratio_text(1 + 1e-13) == "1.000x"); // rounding of sums
    CHECK(exact_ratio_text(1.0000012) == "1.000001x");
    CHECK(exact_ratio_text(0.99996) == "0.99996x");
    CHECK(exact_ratio_text(1.0200001, 1.02) == "1.0200001x");
    CHECK(exact_ratio_text(1.25) == "1.250x");
}

TEST_CASE("an interval that is of no use is short") {
    CHECK(ratio_interval_text({2, 0.00012, 3.4e14, {}, 2}) == "0.00012-3.4e+14");
    CHECK(ratio_interval_text({2, 1.5, 62.34, {}, 2}) == "1.5-62.3");
}

TEST_CASE("an exact gate shows the bytes that decide it") {
    const RunComparison comparison =
        comparison_of(head_with_bytes("dram_read_bytes", "paired", 2, 2), {"dram_read_bytes@paired/2 <= 2.6KiB"});
    CHECK(contains(figures_text(comparison, comparison.gates[0]), "k=2: 2.7 KiB (2730.666667 B), exact; base 1.3 KiB"));
}

TEST_CASE("GitHub Actions sees no command in a name") {
    CHECK(without_commands("::error::x  8\n  ::stop-commands::y\na ::b ##[error]c\n") ==
          "\\::error::x  8\n  \\::stop-commands::y\na ::b \\##[error]c\n");
    CHECK(without_commands("loop  k\n") == "loop  k\n");
}
