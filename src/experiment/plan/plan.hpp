#pragma once
// The plan of a run: options judged against a machine. Pure: nothing is opened, bound, allocated or written.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "experiment/counting/request.hpp"
#include "experiment/plan/run_options.hpp"
#include "loops/workspace.hpp"
#include "machine/machine.hpp"
#include "machine/placement.hpp"
#include "model/ceilings.hpp"
#include "record/cache_choice.hpp"
#include "record/hierarchy_record.hpp"
#include "record/run_record.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

/// What the plan must know beside the machine's topology.
struct PlanFacts {
    std::uint64_t memory_available = 0; ///< bytes (MemAvailable); 0: unknown, then nothing is refused for its size
    bool under_valgrind = false;
    PresetMatches preset;             ///< on this machine
    SysRoot root;                     ///< where event names are looked up: sysfs alone, nothing is opened
    std::optional<Ceilings> ceilings; ///< of a calibration that holds for this host and placement
    std::string no_ceilings;          ///< why there are none ("no calibration of this host")
};

/// One k of the run, the same for every loop.
struct Experiment {
    std::uint32_t k_requested = 0; ///< the first request that became this k
    std::uint32_t batch = 1;       ///< measured steps between two readings
    TraceSpec trace;               ///< k after clipping; measured steps: steps_per_k batches
    TraceBounds bounds;            ///< what its source may need
    MeanChange expected;           ///< what its source expects of a measured step; counting the masks has the last word
};

/// Simulations at once, where CPUs and memory allow it.
inline constexpr std::uint32_t most_simulations = 64;

struct RunPlan {
    RunOptions options;
    Placement placement;
    RowLayout layout;
    WorkspaceSpec workspace;
    std::uint64_t arena_bytes = 0;
    std::size_t simulation_threads = most_simulations; ///< at most: each holds masks, tables and a cache of its own
    CacheChoice cache;                                 ///< simulated
    CacheGeometry host_geometry;                       ///< what the chosen CPUs reach; assumed where it is unknown
    std::optional<HierarchyRecord> hierarchy;          ///< what stands above that cache; none: it is simulated alone
    std::uint64_t warm_bytes = 0;                      ///< C of the warm-up rule
    std::uint64_t sweep_bytes = 0;                     ///< of the sweep's buffer: 4 x the largest LLC reached
    std::vector<Experiment> experiments;
    CountingRequest counting;
    std::optional<Ceilings> ceilings;
    std::string no_ceilings; ///< why there are none
    std::vector<Warning> warnings;
};

/// Errors: usage for impossible sizes, memory larger than the machine, an add/remove that cannot fit, a cache geometry,
/// an event name that no grammar and no table knows, whoever would count it;
/// not_possible for a known loop or copy method that this build or CPU lacks; those of resolve_placement().
Result<RunPlan> plan_run(const RunOptions& options, const Machine& machine, const PlanFacts& facts);

/// Steps of warm-up by the automatic rule: clamp(ceil(C / (rows * S)), 20, 2000) with rows = max(A,R); 20 for rows = 0;
/// 5 when the cache is evicted between steps.
std::uint64_t automatic_warmup(std::uint64_t cache_bytes, std::uint64_t rows, std::uint64_t row_bytes, Between between);
inline constexpr std::uint32_t quick_warmup_cap = 512;

/// The plan in lines of text, for --dry-run.
std::vector<std::string> describe(const RunPlan& plan);

} // namespace bytebound
