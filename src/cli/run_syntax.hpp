#pragma once

#include "cli/parser.hpp"
#include "experiment/plan/run_options.hpp"

namespace bytebound {

/// The options of `bytebound run`, applied to `options` as they are parsed. `--quick` is first in the table, so that
/// explicit options override it.
Syntax run_syntax(RunOptions& options);

/// --collector, --events, --bw-preset and --bytes-per-cas, for every command that counts what it runs.
std::vector<Option> counting_options(CountingOptions& target, const std::string& group);

} // namespace bytebound
