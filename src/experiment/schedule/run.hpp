#pragma once
// A run from its options to its directory.

#include <functional>
#include <memory>
#include <optional>
#include <span>

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
#include "record/run_directory.hpp"
#include "workload/trace_store.hpp"

namespace bytebound {

/// What a run touches outside of itself. The defaults are the running machine; tests and the VM suite script them.
struct RunSeams {
    SysRoot root;
    std::span<const CollectorEntry> collectors = bytebound::collectors();
    std::function<std::unique_ptr<UpdateLoop>(LoopKind, Workspace&, WorkerTeam&, const LoopOptions&)> make_loop =
        bytebound::make_loop;
    ClockFunction clock = now_ns;
    std::optional<Machine> machine; ///< none: discovered
    std::optional<PlanFacts> facts; ///< none: read from the root
    bool capture_environment = true;
    /// Where qualifications are kept between runs; none: nowhere.
    std::optional<std::filesystem::path> qualification_cache;
    std::filesystem::path calibrations; ///< where this host's are kept; empty: nowhere
    KernelAmounts kernel_amounts;       ///< of the qualification
    std::shared_ptr<TraceStore> traces; ///< shared with other runs; none: one of the run's own, as memory allows
};

/// The order of calls: prepare, (describe the plan and stop, for --dry-run), measure, the report's files from record(),
/// finish. After a failed measure() the report can still be written and finish() called: finished phases are in the
/// directory.
class Run {
public:
    /// Plans; opens, allocates and writes nothing. Errors: those of plan_run() and RunDirectory::check().
    static Result<Run> prepare(Sys& sys, RunOptions options, RunSeams seams = {});
    Run(Run&&) noexcept;
    Run& operator=(Run&&) noexcept;
    ~Run();

    const RunPlan& plan() const;
    const std::filesystem::path& path() const; ///< of the run directory, also before it exists
    /// Whether measure() came as far as creating the directory.
    bool directory_exists() const;

    /// Pins, counts, simulates and measures on the calling thread, which becomes the leader. At its end run.json says
    /// running, or failed with the cause. Errors: not_possible (counting, placement, --strict) before anything is
    /// written; internal for a proof or a write that failed; interrupted or terminated for `stop`.
    Result<void> measure(const ProgressCallback& progress, const StopFlag& stop);

    /// The run as finish() will record it: after measure() complete or failed, still without the files' hashes.
    const RunRecord& record() const;

    /// Puts size and SHA-256 of every file of the run into run.json, and with them the status complete: the last thing
    /// of a run. An error turns the run into a failed one.
    Result<void> finish();
    /// The run is complete only with its reports: says failed, with the cause, where no failure is recorded yet.
    Result<void> give_up(const Error& cause);

private:
    struct Impl;
    explicit Run(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace bytebound
