#pragma once
// bytebound's side of a plug-in: starts its process, opens counters on it, waits, and says how it ended.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/shared_memory.hpp"
#include "base/stop.hpp"
#include "experiment/plug_in/plug_in_spec.hpp"

namespace bytebound {

/// Why a plug-in's phase has no figures.
struct PlugInFault {
    ExitCode code = ExitCode::internal;
    std::string cause, remedy;
    std::optional<std::uint32_t> step; ///< including warm-up; nullopt: it was not in a step
};

/// What the process left, or why it left nothing.
struct PlugInAnswer {
    std::optional<PlugInFault> fault;
    std::string name, about; ///< as the library says
    PhaseLog log;
    std::vector<std::uint32_t> ids;                          ///< by slot; not proven
    std::vector<std::uint64_t> rows_written, metadata_bytes; ///< per step; empty: the plug-in does not say
    std::optional<ReadCostRecord> read_cost;
};

/// Memory of the run that the process maps.
struct SharedBuffers {
    SharedMemory* arena = nullptr;
    SharedMemory* sweep = nullptr;
};

struct PlugInTask {
    PlugInSpec spec;
    SharedBuffers buffers;        ///< null for PlugInSpec::describe
    Counting* counting = nullptr; ///< null: nothing is counted
    int pass = 0;
    std::vector<int> cpus;                   ///< of the calling thread, which the process gets too; empty: not known
    std::chrono::milliseconds limit{10'000}; ///< of every call into the library
};

/// Runs a plug-in's process to its end. Afterwards nothing of it runs. Errors: interrupted or terminated for the stop
/// flag; those of starting a process.
Result<PlugInAnswer> run_plug_in(const PlugInTask& task, const StopFlag& stop);

} // namespace bytebound
