#pragma once
// What Google Benchmark writes with --benchmark_format=json, or --benchmark_out. Source of the layout: its
// user guide and its JSON reporter, 1.7.

#include <string_view>

#include "base/error.hpp"
#include "import/import_builder.hpp"
#include "import/import_options.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

/// All benchmarks of one file. A repetition is a block of its own. Error: bad_data.
Result<void> import_google_benchmark(const TextSource& source, const std::string& file, const ImportOptions& options,
                                     ImportBuilder& into);
std::string_view google_benchmark_metric(std::string_view metric);

} // namespace bytebound
