#pragma once
// One call of Run::measure(), from pinning to the last proof. Internal to schedule/.

#include <filesystem>
#include <optional>

#include "experiment/schedule/run.hpp"

namespace bytebound {

/// What the run owns and its session works on.
struct SessionContext {
    Sys& sys;
    const RunSeams& seams;
    const Machine& machine;
    RunPlan& plan; ///< its batches grow where the counters need it
    std::uint64_t memory_available;
    const std::filesystem::path& path;
    std::optional<RunDirectory>& directory; ///< none until it is created
    RunRecord& record;                      ///< holds at any time what is known so far
    const ProgressCallback& progress;
    const StopFlag& stop;

    Result<void> write_record() const { return directory->write_record(record); }
};

/// Everything that lives while threads are pinned and memory is held. Errors: as Run::measure().
Result<void> run_session(const SessionContext& session);

} // namespace bytebound
