#include <fmt/format.h>

#include <algorithm>

#include "base/visible.hpp"
#include "render/answers/comparison_outputs.hpp"
#include "render/answers/comparison_words.hpp"
#include "render/chart.hpp"

namespace bytebound {
namespace {

/// One line, and no character that XML 1.0 forbids.
std::string xml_text(const std::string& text) { return escape_html(visible(text)); }

std::string case_text(const RunComparison& comparison, const GateResult& gate) {
    const std::string figures = xml_text(figures_text(comparison, gate));
    std::string text =
        fmt::format("    <testcase classname=\"bytebound.gate.{}\" name=\"{} ({})\" time=\"0\"",
                    xml_text(gate.gate.metric), xml_text(gate.gate.text), xml_text(at_text(gate.loop, gate.k)));
    if (comparison.fails(gate))
        text += fmt::format(">\n      <failure type=\"{}\" message=\"{}\"/>\n    </testcase>\n", name_of(gate.outcome),
                            figures);
    else if (gate.outcome == GateOutcome::unresolved)
        text += fmt::format(">\n      <skipped message=\"unresolved: {}\"/>\n    </testcase>\n", figures);
    else
        text += fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", figures);
    return text;
}

} // namespace

std::string comparison_junit(const RunComparison& comparison) {
    const auto count = [&](const auto& which) {
        return std::count_if(comparison.gates.begin(), comparison.gates.end(), which);
    };
    const auto failures = count([&](const GateResult& gate) { return comparison.fails(gate); });
    const auto passes = count([](const GateResult& gate) { return gate.outcome == GateOutcome::pass; });
    const auto all = static_cast<std::ptrdiff_t>(comparison.gates.size());
    const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\"", all,
                                           failures, all - failures - passes);
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + counts + ">\n";
    text += fmt::format("  <testsuite name=\"bytebound compare\" hostname=\"{}\" timestamp=\"{}\" {}>\n",
                        xml_text(comparison.head.host), xml_text(comparison.head.started), counts);
    for (const GateResult& gate : comparison.gates)
        text += case_text(comparison, gate);
    return text + "  </testsuite>\n</testsuites>\n";
}

} // namespace bytebound
