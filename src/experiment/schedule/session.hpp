#pragma once
// One call of Run::measure(), from pinning to the last proof. Internal to schedule/.

#include <filesystem>
#include <optional>

#include "experiment/schedule/run.hpp"

namespace bytebound {

/// The run's state that a session works on.
struct SessionContext {
    Sys& sys;
    const RunSeams& seams;
    const Machine& machine;
    RunPlan& plan; ///< its batches grow if the counters need it
    MemoryRoom memory_available;
    std::filesystem::path& path;
    const std::filesystem::path& default_name; ///< empty: the path was given, else it is chosen when it is created
    std::optional<RunDirectory>& directory;    ///< nullopt until it is created
    RunRecord& record;                         ///< always up to date
    const ProgressCallback& progress;
    const StopFlag& stop;

    Result<void> write_record() const { return directory->write_record(record); }
};

/// Runs everything that needs pinned threads and allocated memory. Errors: as for Run::measure().
Result<void> run_session(const SessionContext& session);

} // namespace bytebound
