#pragma once

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

/// The whole report: first the results, then the evidence.
Document report_document(const RunRecord& run, const Summary& summary);
/// ENVIRONMENT.md: the machine, the software and the placement of the run.
Document environment_document(const RunRecord& run);

} // namespace bytebound
