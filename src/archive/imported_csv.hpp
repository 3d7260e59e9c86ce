#pragma once
// imported.csv: the raw rows of an imported run, in long form.
//   name,place,repeat,step,metric,original,unit,stat,n,value,standard_error,deviation,tier,reason
// An empty cell is an absent number; n is empty where the file does not say it.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "record/imported_samples.hpp"

namespace bytebound {

inline constexpr std::string_view imported_schema = "bytebound.imported/1";

/// `comments`: without the leading "# ".
std::string imported_text(const ImportedSamples& samples, const std::vector<std::string>& comments);
/// Error (bad_data): it is malformed, cut off, or has a number twice. `name`: the file's, for errors.
Result<ImportedSamples> parse_imported(std::string_view text, const std::string& name);

} // namespace bytebound
