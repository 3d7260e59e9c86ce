#pragma once

#include <string>

#include "record/autotune_record.hpp"

namespace bytebound {

/// stdout of `bytebound autotune`: for rows of every size the settings that were tried, the decision for every number
/// of workers, and what `run` will use. Ends in a newline.
std::string autotune_text(const AutotuneRecord& record, bool color);

} // namespace bytebound
