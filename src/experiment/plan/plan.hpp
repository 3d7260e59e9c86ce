#pragma once
// The plan of a run: options validated for a machine. Pure: nothing is opened, bound, allocated or written.

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

/// Input of planning in addition to the machine.
struct PlanFacts {
    MemoryRoom memory_available;
    Limits limits; ///< of this process, apart from memory
    bool under_valgrind = false;
    PresetMatches preset;             ///< for this machine
    SysRoot root;                     ///< for looking up event names in sysfs; nothing is opened
    std::optional<Ceilings> ceilings; ///< from a calibration that applies to this host and placement
    std::string no_ceilings;          ///< why there are none ("no calibration of this host")
};

/// One k of the run, the same for every loop.
struct Experiment {
    std::uint32_t k_requested = 0; ///< the first requested value that became this k
    /// Steps that counters of the whole machine need to distinguish from background: every reading covers as many, or a
    /// multiple. The trace has steps_per_k times as many measured steps.
    std::uint32_t batch = 1;
    std::vector<std::uint32_t> batches; ///< steps of a reading of each loop; empty: `batch` for every loop
    TraceSpec trace;                    ///< k after clipping
    TraceBounds bounds;                 ///< upper bounds from its source
    MeanChange expected; ///< its source's expectation for a measured step; the counts from the masks are authoritative

    std::uint32_t batch_of(std::size_t loop) const { return batches.empty() ? batch : batches.at(loop); }
    std::uint32_t readings_of(std::size_t loop) const { return trace.measured_steps / batch_of(loop); }
};

/// Limit of concurrent simulations, if CPUs and memory allow it.
inline constexpr std::uint32_t most_simulations = 64;

/// The fewest and the most repeats of one k under --repeats auto.
inline constexpr std::uint32_t least_auto_repeats = 6, most_auto_repeats = 1000;

/// How long the run will take, roughly.
struct PlannedTime {
    double simulating_s = 0, measuring_s = 0;
    bool at_most = false; ///< --max-time ends the measuring
    double total_s() const { return simulating_s + measuring_s; }
    /// Above these, a run says so, and asks.
    static constexpr double worth_saying_s = 60, worth_asking_s = 600;
};
/// "about 25 s: 5 s to simulate, at most 20 s to measure"
std::string describe(const PlannedTime& time);

struct RunPlan {
    RunOptions options;
    Placement placement;
    std::string core_kinds; ///< of the chosen CPUs, as describe_kinds() lists them; empty: all cores are alike
    RowLayout layout;
    WorkspaceSpec workspace;
    std::uint64_t arena_bytes = 0;
    std::size_t simulation_threads = most_simulations; ///< a limit: each has its own masks, tables and cache
    CacheChoice cache;                                 ///< simulated
    CacheGeometry host_geometry;                       ///< of the chosen CPUs; assumed if unknown
    std::optional<HierarchyRecord> hierarchy;          ///< the levels above that cache; nullopt: it is simulated alone
    std::uint64_t warm_bytes = 0;                      ///< C of the warm-up rule
    std::uint64_t sweep_bytes = 0;                     ///< of the sweep's buffer: 4 x the largest LLC in use
    std::vector<Experiment> experiments;
    std::uint32_t most_repeats = most_auto_repeats; ///< of one k, whose samples fit into memory
    CountingRequest counting;
    std::optional<Ceilings> ceilings;
    std::string no_ceilings;             ///< why there are none
    std::optional<AutotuneUse> autotune; ///< what it supplied to the options
    PlannedTime time;
    std::vector<Warning> warnings;
};

/// Errors: usage for impossible sizes, more memory than the machine has, an add/remove that cannot fit, an invalid
/// cache geometry, or an event name that is in no grammar and no table; not_possible for a known loop or copy method
/// that this build or CPU lacks; those of resolve_placement().
Result<RunPlan> plan_run(const RunOptions& options, const Machine& machine, const PlanFacts& facts);

/// The number of repeats that every k has in any case: the given one, or least_auto_repeats.
std::uint32_t least_repeats(const RunPlan& plan);

/// Warm-up steps by the automatic rule: clamp(ceil(C / (rows * S)), 20, 2000) with rows = max(A,R); 20 for rows = 0; 5
/// if the cache is evicted between steps.
std::uint64_t automatic_warmup(std::uint64_t cache_bytes, std::uint64_t rows, std::uint64_t row_bytes, Between between);
inline constexpr std::uint32_t quick_warmup_cap = 512;
/// --quick: line references of all phases and replays; two cores need about 12 s for them.
inline constexpr double quick_lines = 1e9;

/// The plan as lines of text, for --dry-run.
std::vector<std::string> describe(const RunPlan& plan);

} // namespace bytebound
