#pragma once
// Tables of Instruments: the XML of `xctrace export --xpath`, and CSV. A recording is one block, and the number of a
// column is its sum over the rows of a process, because rows are samples of unlike length.

#include <string_view>

#include "base/error.hpp"
#include "import/import_builder.hpp"
#include "import/import_options.hpp"
#include "import/text_lines.hpp"

namespace bytebound {

/// Whether this build can read the XML (pugixml).
bool reads_xctrace_xml();
/// Error: bad_data; not_possible for XML without pugixml; usage where numbers of a CSV do not show their decimal
/// separator.
Result<void> import_xctrace(const TextSource& source, const std::string& file, const ImportOptions& options,
                            ImportBuilder& into);
std::string_view xctrace_metric(std::string_view column);

} // namespace bytebound
