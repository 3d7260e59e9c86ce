#pragma once

#include <string>
#include <vector>

#include "cli/parser.hpp"
#include "experiment/plan/run_options.hpp"

namespace bytebound {

/// --llc, --cache-model, --l1, --l2 and --prefetch describe the simulated cache. `group`: their heading.
/// --llc alone.
Option llc_option(std::optional<CacheGeometry>& target, const std::string& help, const std::string& group);

void add_cache_options(std::vector<Option>& table, RunOptions& options, const std::string& group);

} // namespace bytebound
