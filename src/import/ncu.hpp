#pragma once
// The CSV of Nsight Compute (ncu --csv): long form, wide form (--page raw), and per-kernel summaries.

#include <string_view>

#include "base/error.hpp"
#include "import/import_builder.hpp"
#include "import/import_options.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

/// Every launch of a kernel is a step, the file one block. Error: bad_data, also where ncu had no permission to count;
/// usage where the numbers do not show their decimal separator.
Result<void> import_ncu(TextLines& lines, const ImportOptions& options, ImportBuilder& into);
std::string_view ncu_metric(std::string_view metric);

} // namespace bytebound
