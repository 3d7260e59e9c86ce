#pragma once
// A comparison of two runs in every form that `bytebound compare` writes.

#include <cstddef>
#include <optional>
#include <string>

#include "evidence/run_comparison.hpp"

namespace bytebound {

/// For a terminal, on one screen of 24 lines: what got worse first, resolved verdicts before unresolved ones, and the
/// rest counted. `columns`: nullopt: no limit.
std::string comparison_text(const RunComparison& comparison, bool color, std::optional<std::size_t> columns);
/// Schema bytebound.compare/1 (reports/schema/compare.schema.json).
std::string comparison_json(const RunComparison& comparison);
/// GitHub-flavoured Markdown, all rows.
std::string comparison_markdown(const RunComparison& comparison);
/// JUnit XML: one test case per gate, loop and k, with the figures in its message.
std::string comparison_junit(const RunComparison& comparison);
/// Workflow commands of GitHub Actions: an error per failed gate, a warning per unresolved one, and a notice.
std::string comparison_annotations(const RunComparison& comparison);
/// Lines of a text in which GitHub Actions would see a workflow command (a loop may be called "::error::x"), with a
/// backslash before it.
std::string without_commands(const std::string& text);
/// Text exposition format of Prometheus.
std::string comparison_prometheus(const RunComparison& comparison);

} // namespace bytebound
