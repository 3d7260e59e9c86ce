#pragma once

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

/// The whole report: what was found, then what it rests on.
Document report_document(const RunRecord& run, const Summary& summary);
/// ENVIRONMENT.md: the machine, the software and the placement behind the figures.
Document environment_document(const RunRecord& run);

} // namespace bytebound
