#pragma once
// What an autotune tries, on which workload. Pure: nothing is opened, bound or allocated.

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "experiment/plan/plan.hpp"
#include "record/autotune_record.hpp"

namespace bytebound {

/// Options of `bytebound autotune`, parsed but not validated.
struct AutotuneOptions {
    RunOptions run;                       ///< workload, loops and place; the rest of it is not used
    std::vector<std::uint64_t> row_bytes; ///< empty: the rows of `run`
    std::vector<std::uint32_t> threads;   ///< empty: 1, 2, 4, ... and all cores of --cpus
    std::uint32_t search_blocks = 4, fresh_blocks = 20;
    bool quick = false;
    std::string out; ///< empty: the host's file in the cache directory
    bool force = false, dry_run = false, yes = false, quiet = false, json = false;
    std::vector<std::string> command;
};
inline constexpr std::uint32_t quick_search_blocks = 2, quick_fresh_blocks = 6, quick_tuning_steps = 20;

/// A loop and k whose step is timed.
struct TuningCell {
    std::size_t experiment = 0; ///< of the rows' plan
    LoopKind loop = LoopKind::paired;
    std::uint32_t warmup_steps = 0; ///< as many as overwrite the cache once, 20 at least
};

/// Rows of one layout.
struct RowsToTune {
    RunPlan plan; ///< of the largest team: its workspace, traces and sweep
    std::vector<TuningCell> cells;
    std::vector<CopyMethod> copies; ///< memcpy first
};

struct AutotunePlan {
    AutotuneOptions options;
    Placement placement; ///< of the largest team
    std::vector<RowsToTune> rows;
    std::vector<std::uint32_t> grains, thresholds;
    double seconds = 0; ///< roughly
    std::vector<Warning> warnings;
};

/// Errors: those of plan_run(); usage for rows that no two groups can have, and for loops that choose their copies or
/// are library code.
Result<AutotunePlan> plan_autotune(const AutotuneOptions& options, const Machine& machine, const PlanFacts& facts);

/// The default setting of `run`.
TunedSetting default_setting(std::uint32_t threads);
/// "N 8192, m 1024, random, ks 16, 64, loops paired, index"
std::string workload_text(const RunOptions& options);
/// The plan as lines of text, for --dry-run.
std::vector<std::string> describe(const AutotunePlan& plan);

} // namespace bytebound
