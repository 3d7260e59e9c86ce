#pragma once
// `bytebound exec`, from its options to its directory. The order of calls is that of Run (experiment/schedule/run.hpp).

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "archive/run_directory.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/registry.hpp"
#include "experiment/exec/exec_options.hpp"
#include "experiment/exec/launch.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// External dependencies; tests script them.
struct ExecSeams {
    SysRoot root;
    std::span<const CollectorEntry> collectors = bytebound::collectors();
    std::optional<Machine> machine = {}; ///< nullopt: discovered
    bool capture_environment = true;
};

/// What is known before anything runs.
struct ExecPlan {
    ExecOptions options;
    Placement placement; ///< its CPUs are those of a command
    bool pinned = false;
    std::optional<MemoryPlace> memory;
    std::vector<std::string> paths; ///< of the programs, by command
    CountingRequest counting;
    std::vector<Warning> warnings;
};
/// Lines for --dry-run.
std::vector<std::string> describe(const ExecPlan& plan);

class ExecRun {
public:
    /// Finds the programs; opens, runs and writes nothing. Errors: usage (no such program, a placement that does not
    /// exist, --out); not_possible (an offline CPU, a collector that cannot count commands); those of
    /// request_counting().
    static Result<ExecRun> prepare(Sys& sys, ExecOptions options, ExecSeams seams = {});
    ExecRun(ExecRun&&) noexcept;
    ExecRun& operator=(ExecRun&&) noexcept;
    ~ExecRun();

    const ExecPlan& plan() const;
    const std::filesystem::path& path() const;
    RunDirectory* directory(); ///< null before measure() made it
    const RunRecord& record() const;

    /// Runs the commands. Finished blocks are in the directory also after an error: internal (a command failed, or
    /// ended unlike before), not_possible (it cannot be counted as asked), interrupted or terminated.
    Result<void> measure(const ProgressCallback& progress, const StopFlag& stop);
    Result<void> finish();
    Result<void> give_up(const Error& cause);

private:
    struct Impl;
    explicit ExecRun(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace bytebound
