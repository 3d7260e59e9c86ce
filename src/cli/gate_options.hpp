#pragma once
// Options of every command that judges gates: compare, run --baseline, history gate.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/parser.hpp"
#include "evidence/gates.hpp"

namespace bytebound {

struct GateOptions {
    std::vector<GateExpression> gates; ///< of --gate and --gates, without repetition
    std::optional<bool> unresolved_fails;
    AllowedDifferences allowed;
};
/// --gate, --gates, --unresolved, --allow-different-host, --allow-different-workload, under one heading.
std::vector<Option> gate_options(GateOptions& target);
Option unresolved_option(std::optional<bool>& target, std::string group);
std::vector<Option> allowed_difference_options(AllowedDifferences& target, const std::string& group);

/// Warns of runs whose files are not those that they wrote.
void warn_of_files(const RunComparison& comparison);
/// For the exit status: 4 with one line if a gate failed, else 0, with a warning for gates that are unresolved.
ExitCode report_gates(const RunComparison& comparison, ExitCode printed);

} // namespace bytebound
