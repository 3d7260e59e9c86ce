#pragma once
// A run, from its options to its directory.

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "archive/run_directory.hpp"
#include "base/clock.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/registry.hpp"
#include "experiment/plan/plan.hpp"
#include "experiment/qualify/qualification_kernels.hpp"
#include "experiment/schedule/phase.hpp"
#include "loops/update_loop.hpp"
#include "workload/trace_store.hpp"

namespace bytebound {

/// External dependencies of a run. The defaults are the running machine; tests and the VM suite script them.
struct RunSeams {
    SysRoot root;
    std::span<const CollectorEntry> collectors = bytebound::collectors();
    std::function<std::unique_ptr<UpdateLoop>(LoopKind, Workspace&, WorkerTeam&, const LoopOptions&)> make_loop =
        bytebound::make_loop;
    ClockFunction clock = now_ns;
    std::optional<Machine> machine; ///< nullopt: discovered
    std::optional<PlanFacts> facts; ///< nullopt: read from the root
    bool capture_environment = true;
    /// Directory of cached qualifications; nullopt: no cache.
    std::optional<std::filesystem::path> qualification_cache;
    std::filesystem::path calibrations; ///< directory of this host's calibrations; empty: none
    std::filesystem::path autotunes;    ///< directory of this host's autotunes; empty: none
    KernelAmounts kernel_amounts;       ///< for the qualification
    /// Ends the look at plug-ins before the run; null: nothing does.
    const StopFlag* stop = nullptr;
    /// Shared with other runs; null: the run has its own, as large as memory allows.
    std::shared_ptr<TraceStore> traces;
};

/// Call order: prepare, (describe the plan and stop, for --dry-run), measure, write the reports from record(), finish.
/// After a failed measure() the report can still be written and finish() called, because finished phases are in the
/// directory.
class Run {
public:
    /// Plans; opens, allocates and writes nothing. Errors: those of plan_run() and RunDirectory::check().
    static Result<Run> prepare(Sys& sys, RunOptions options, RunSeams seams = {});
    Run(Run&&) noexcept;
    Run& operator=(Run&&) noexcept;
    ~Run();

    const RunPlan& plan() const;
    const std::filesystem::path&
    path() const; ///< path of the run directory; a default name may get a suffix when measure() creates it
    /// The directory that measure() has created; null before.
    RunDirectory* directory();

    /// Pins, counts, simulates and measures on the calling thread, which becomes the leader. Afterwards the raw steps
    /// are on the disk, and run.json says `running` and `measured`, or `failed` with the cause. Errors: not_possible
    /// (counting, placement, --strict) before anything is written; internal for a proof or a write that failed;
    /// interrupted or terminated for `stop`.
    Result<void> measure(const ProgressCallback& progress, const StopFlag& stop);

    /// The run as finish() will record it: complete or failed after measure(), but without the files' hashes.
    const RunRecord& record() const;

    /// Writes size and SHA-256 of every file of the run to run.json, with the status complete, and then SHA256SUMS.
    /// This is the last action of a run, which no longer owns its directory then. An error makes the run a failed one.
    Result<void> finish();
    /// Records the run as failed with this cause unless a failure is already recorded: a run is complete only with its
    /// reports.
    Result<void> give_up(const Error& cause);

private:
    struct Impl;
    explicit Run(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace bytebound
