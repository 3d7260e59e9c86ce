#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "preset/preset_data.hpp"

namespace bytebound {

/// "64*reads + 32*half_reads - 64*merged" -> terms; sums and differences of events, each with an optional factor (bytes
/// per count) in front. The error is what is wrong, in words.
tl::expected<std::vector<FormulaTerm>, std::string> parse_formula(std::string_view text);

} // namespace bytebound
