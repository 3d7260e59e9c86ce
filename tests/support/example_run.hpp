#pragma once
// A literal run, small enough to compute its summary by hand: 2 repeats x 3 steps, S = 1024.

#include <string>

#include "record/run_record.hpp"
#include "record/samples.hpp"

namespace bytebound::test {

/// tests/unit/render/golden in the source tree.
extern const char* const golden_path;

/// N=64, m=8, loops paired, index, hybrid (tau 0.25), k = 2, 3 and 0. Events: cycles and instructions in one group of
/// pass 0, page-faults in pass 0, LLC-load-misses (role llc_misses) alone in pass 1, context-switches not countable.
/// Simulated: every loop except hybrid.
RunRecord example_run();

/// Steps as (time, cycles) per repeat and step; the rest follows from loop and k as in example_run.cpp.
SampleTable example_samples();

/// Removes all hardware counters: a software-only machine with the simulation.
void drop_counters(RunRecord& run, SampleTable& samples);
/// As if it had not been simulated, for this reason.
void drop_simulation(RunRecord& run, SampleTable& samples, const std::string& reason);

/// Compares with the golden file; if BYTEBOUND_WRITE_GOLDEN is set, writes it instead.
std::string golden(const std::string& name, const std::string& actual);

} // namespace bytebound::test
