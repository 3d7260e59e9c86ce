#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "preset/preset_data.hpp"

namespace bytebound {

/// Parses "64*reads + 32*half_reads - 64*merged": sums and differences of events, each with an optional factor (bytes
/// per count) in front. The error says what is wrong.
tl::expected<std::vector<FormulaTerm>, std::string> parse_formula(std::string_view text);

} // namespace bytebound
