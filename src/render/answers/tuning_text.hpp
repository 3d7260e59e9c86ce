#pragma once

#include <string>
#include <vector>

#include "machine/tuning.hpp"

namespace bytebound {

/// What `doctor --tuning` shows.
struct TuningAnswer {
    bool live = false;
    std::string hypervisor; ///< empty: no sign of one
    std::vector<int> cpus;  ///< the chosen ones
    std::vector<TuningState> states;
};

/// One line per item; below a noisy one its effect and the commands that set and restore it. Lines have at most 80
/// characters, except where a file's name is longer.
std::string tuning_text(const TuningAnswer& answer);

/// One JSON document, "bytebound.tuning/1" (reports/schema/tuning.schema.json), ending in a newline.
/// scripts/tune-system reads it.
std::string tuning_json(const TuningAnswer& answer);

} // namespace bytebound
