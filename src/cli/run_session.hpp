#pragma once
// A planned run, measured and written, as `run` and `suite` do it.

#include "cli/measured_run.hpp"
#include "cli/program.hpp"
#include "experiment/schedule/run.hpp"

namespace bytebound {

/// Those of this process: the user's caches, and the loop of an embedding program.
RunSeams run_seams(const ProgramSeams& program);

/// measure_and_seal_any() of update loops.
MeasuredRun measure_and_seal(Run& run, bool quiet);

} // namespace bytebound
