#pragma once
// The content of run.json: the whole run except its raw steps. Written by the runner as it proceeds, read by `report`
// on any machine. Every type here has a field table (record_fields.hpp), which a test compares with
// reports/schema/run.schema.json.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "counters/collector.hpp"
#include "counters/wrapping_collector.hpp"
#include "machine/environment.hpp"
#include "machine/page_proof.hpp"
#include "model/cache.hpp"
#include "record/cache_choice.hpp"
#include "record/calibration_use.hpp"
#include "record/expected_record.hpp"
#include "record/hierarchy_record.hpp"
#include "record/qualification_record.hpp"
#include "record/warning.hpp"
#include "stats/estimate.hpp"
#include "workload/row_layout.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

inline constexpr std::string_view run_schema = "bytebound.run/1";

enum class RunStatus { running, complete, failed };

struct WorkloadRecord {
    WorkloadSpec spec;
    std::uint64_t hidden_dim = 0, up_cols = 0, gate_cols = 0;
    std::string dtype;
    RowLayout layout;
    std::uint32_t steps_per_k = 0, repeats = 0; ///< steps_per_k: readings per phase, each of `batch` steps
    std::optional<std::uint32_t> warmup;        ///< nullopt: automatic
    std::string between;
    std::vector<std::string> loops;
    double tau = 0;
    std::string tau_source = "given"; ///< or "adaptive": computed from the expected crossover
    std::string copy;
    std::uint32_t threads = 1, grain = 0, parallel_threshold = 0;
    std::optional<CacheChoice> cache; ///< of modelled figures; nullopt in records of older versions
};

/// Dirty bytes of each buffer in the simulated cache.
using DirtyBytes = std::array<std::uint64_t, buffer_count>;

/// One (loop, k) of the run: a row of the summary.
struct ExperimentRecord {
    std::string loop;
    std::uint32_t k = 0;           ///< after clipping; A + R
    std::uint32_t k_requested = 0; ///< the first requested value that became this k
    double added = 0, removed = 0; ///< A, R: means per measured step over all repeats
    std::uint32_t warmup_steps = 0;
    std::uint32_t batch = 1;                  ///< measured steps between two readings
    std::optional<std::uint32_t> active_rows; ///< after the warm-up; nullopt in records of older versions
    std::string copy_method;                  ///< of the rows; oracle: the winner of the trial
    std::optional<bool> stationary;
    std::string stationary_source; ///< "sim", "uncore", ...; empty if not judged
    std::string stationary_reason; ///< why it was not judged, or what drifted
    bool replayed = true;          ///< false for library code, whose min_rows and metadata are unknown
    bool simulated = false;
    std::string simulation_reason; ///< why it was not simulated ("--collector perf", "torch: library code")
    /// n: segments 0 ... n-1 are simulated, those of the repeats with the same numbers; 1 in records of older versions.
    std::uint32_t simulated_segments = 1;
    bool emulated = false;
    std::string emulation_reason; ///< why it was not emulated, if a collector was requested for that
    /// From the simulation: bytes stored and not written back yet, summed over its segments. nullopt in records of
    /// older versions.
    std::optional<DirtyBytes> dirty_before; ///< at the start of the first measured step
    std::optional<DirtyBytes> dirty_after;  ///< after the last one: the bytes that a sweep would write back
    std::optional<LevelRecord> levels;      ///< with a simulated hierarchy
    std::optional<ClosedForm> closed_form;  ///< expected traffic
    std::string closed_form_reason;         ///< why it is absent, and what to do
};

/// One of several hardware counters of an event.
struct EventPartRecord {
    std::string pmu, type, config, config1, config2; ///< numbers hexadecimal
    int cpu = -1;
    std::uint32_t bytes_per_count = 1;
};

/// An event of the run, as planned.
struct EventRecord {
    std::string name, pmu, domain, origin, unit;
    std::string type, config, config1, config2; ///< hexadecimal ("0x3c"); empty if perf cannot count it here
    double scale = 1;
    int pass = -1, group = -1;
    bool multiplexed = false;
    std::string source; ///< source of the figures: "perf", "os" (getrusage, /proc), ...; empty if not countable
    std::string role;   ///< the metric of docs/figures.md that it feeds ("cycles", "llc_misses", ...), else empty
    std::string reason, remedy; ///< why it is not countable
    std::string sharing;        ///< scope of the counters: "thread", "group", "socket"
    /// For a core event that estimates DRAM bytes, negative if they are subtracted; 0: the role's unit is a count.
    std::int64_t bytes_per_count = 0;
    std::vector<EventPartRecord> parts; ///< counters of a shared event; its values are bytes, summed over these
};

struct CollectorRecord {
    std::string name; ///< "perf", "sim", "os"
    bool used = false;
    std::string cause; ///< why it was not used, or what it supplies
    std::string remedy;
};

/// Cost of an empty pair of reads (nothing in between), measured before the run with the run's own groups.
struct ReadCostRecord {
    int pass = 0;
    std::uint64_t pairs = 0;
    double time_ns_median = 0;
    std::map<std::string, double> counts_mean; ///< event name -> count that the pair itself adds
};

struct SimulationRecord {
    CacheGeometry geometry;
    GeometryOrigin origin = GeometryOrigin::assumed;
    double seconds = 0;
    std::uint64_t line_references = 0;
    std::optional<HierarchyRecord> hierarchy;       ///< the levels above that cache; nullopt: it was simulated alone
    std::optional<GeometryOrigin> line_origin = {}; ///< of the line length; nullopt in records of older versions
};

/// Runs of the loops under an emulator.
struct EmulationRecord {
    std::string collector; ///< "callgrind"
    std::string version;   ///< of the emulator
    EmulatedCaches caches; ///< as used by the emulator
    std::uint64_t processes = 0;
    double seconds = 0;
};

struct PlacementRecord {
    Placement requested;
    bool bound_cpus = false, bound_memory = false;
    std::string bind_cpus_reason, bind_memory_reason; ///< why not bound
    std::vector<std::vector<int>> affinity_read_back; ///< per worker
    std::vector<PageProof> pages_before, pages_after;
    std::string pages_reason; ///< why there is no proof
    std::uint64_t arena_bytes = 0;
    std::optional<std::uint64_t> huge_page_bytes;
    std::uint64_t steps = 0, steps_migrated = 0; ///< measured steps; steps whose CPU changed or was not the pinned one
};

struct FileRecord {
    std::uint64_t bytes = 0;
    std::string sha256;
};

struct FailureRecord {
    std::string operation, object, cause, remedy;
    int exit_code = 1;
};

/// The CPU preset that supplied the default LLC-miss event.
struct PresetRecord {
    std::string name;   ///< empty: --bw-preset none
    std::string reason; ///< why it matched, or why none did
    std::string source; ///< the document that its facts come from
    bool verified = false;
};

/// A metric of docs/figures.md that no row of this run can have, and the reason.
struct UnavailableRecord {
    std::string metric, reason, remedy;
};

struct RunRecord {
    RunStatus status = RunStatus::running;
    std::optional<FailureRecord> failure;
    std::string version, git_revision;
    std::vector<std::string> command;
    std::string host, started, finished; ///< ISO 8601, UTC
    WorkloadRecord workload;
    std::vector<ExperimentRecord> experiments;
    PlacementRecord placement;
    std::vector<EnvironmentFact> environment;
    std::vector<CollectorRecord> collectors;
    std::vector<EventRecord> events;
    int passes = 1;
    PresetRecord preset;
    std::vector<ReadCostRecord> read_cost;
    std::optional<SimulationRecord> simulation;
    std::optional<EmulationRecord> emulation; ///< nullopt in records of older versions
    /// nullopt, without a reason, in records of older versions.
    std::optional<CalibrationUse> calibration;
    std::string calibration_reason;         ///< why it is absent
    std::optional<ExpectedRecord> expected; ///< nullopt in records of older versions
    std::vector<UnavailableRecord> unavailable;
    QualificationRecord qualification;
    double same_within = default_same_within; ///< --threshold: ratios within 1 -/+ this are `same`
    std::vector<Warning> warnings;
    std::map<std::string, FileRecord> files;
};

std::string_view name_of(RunStatus status);
/// The command as one line that a shell can parse.
std::string command_line(const std::vector<std::string>& command);

/// run.json's text: UTF-8, indented, ending in a newline; never NaN or infinity.
std::string to_json_text(const RunRecord& record);
/// Error: bad_data with `name`, the JSON path and the cause. Unknown keys are ignored.
Result<RunRecord> parse_run_record(std::string_view text, const std::string& name);

} // namespace bytebound
