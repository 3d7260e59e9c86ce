#pragma once
// The plug-ins of a run before it begins.

#include <vector>

#include "base/error.hpp"
#include "base/stop.hpp"
#include "experiment/plan/run_options.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// Loads every library once, in a process of its own, and fills in the names, which are unique in the run, and why one
/// cannot be used. Errors: interrupted or terminated for the stop flag; those of starting a process.
Result<void> describe_plug_ins(RunOptions& options, const StopFlag& stop);

/// `plug_ins` in run.json before anything is measured.
Result<std::vector<PlugInRecord>> plug_in_records(const RunOptions& options);

} // namespace bytebound
