#pragma once
// The content of run.json: the whole run except its raw steps. Written by the runner as it proceeds, read by `report`
// on any machine. Every type here has a field table (archive/record_fields.hpp), which a test compares with
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
#include "record/autotune_use.hpp"
#include "record/cache_choice.hpp"
#include "record/calibration_use.hpp"
#include "record/expected_record.hpp"
#include "record/hierarchy_record.hpp"
#include "record/host_facts.hpp"
#include "record/qualification_record.hpp"
#include "record/subject.hpp"
#include "record/warning.hpp"
#include "stats/estimate.hpp"
#include "stats/reading_cost.hpp"
#include "workload/row_layout.hpp"
#include "workload/trace_spec.hpp"

namespace bytebound {

inline constexpr std::string_view run_schema = "bytebound.run/1";

enum class RunStatus { running, complete, failed };

/// --repeats auto.
struct AutoRepeats {
    double precision = 0;   ///< as a fraction
    double max_seconds = 0; ///< of measuring
    double seconds = 0;     ///< measured
};

/// What ended the repeats of a (loop, k).
enum class RepeatsEnd {
    given,     ///< --repeats N
    precision, ///< all its compared time ratios are precise enough
    max_time,  ///< --max-time passed before
    limit,     ///< so many repeats as a run can have
};
std::string_view name_of(RepeatsEnd end);

struct WorkloadRecord {
    WorkloadSpec spec;
    std::uint64_t hidden_dim = 0, up_cols = 0, gate_cols = 0;
    std::string dtype;
    RowLayout layout;
    std::uint32_t steps_per_k = 0, repeats = 0; ///< steps_per_k: of a phase, or more where background hides them
    std::optional<AutoRepeats> auto_repeats;    ///< `repeats` is then the largest number of any k
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

/// Simulated bytes of a measured step with the stores that a loop's trial did not choose.
struct OtherStores {
    std::string stores; ///< "ordinary" or "non-temporal"
    double read_bytes = 0, write_bytes = 0;
};

/// One (loop, k) of the run, or one name of another subject: a row of the summary.
struct ExperimentRecord {
    std::string loop;
    std::uint32_t k = 0;           ///< after clipping; A + R; no_k where there is none
    std::uint32_t k_requested = 0; ///< the first requested value that became this k
    double added = 0, removed = 0; ///< A, R: means per measured step over all repeats
    /// nullopt in records of older versions, whose rows all have the workload's.
    std::optional<std::uint32_t> repeats;
    std::optional<RepeatsEnd> repeats_end; ///< nullopt: they did not end
    /// Half width of the widest interval among its compared time ratios (of time_ns, if nothing is compared), as a
    /// fraction. nullopt: none, or --repeats N.
    std::optional<double> ratio_half_width;
    std::uint32_t warmup_steps = 0;
    std::uint32_t batch = 1;                  ///< steps of a reading
    std::optional<std::uint32_t> readings;    ///< per phase; nullopt in records of older versions: steps_per_k
    std::vector<double> worker_parts;         ///< of workers 1, 2, ...: parts per step, each with its own readings
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
    std::optional<DirtyBytes> dirty_before;  ///< at the start of the first measured step
    std::optional<DirtyBytes> dirty_after;   ///< after the last one: the bytes that a sweep would write back
    std::optional<LevelRecord> levels;       ///< with a simulated hierarchy
    std::optional<OtherStores> other_stores; ///< only of a loop that chose its copy method
    std::optional<ClosedForm> closed_form;   ///< expected traffic
    std::string closed_form_reason;          ///< why it is absent, and what to do
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

/// What one worker's empty readings add to an event, in the unit of its column in samples.csv.
struct CounterCost {
    std::string event;
    std::uint32_t worker = 0;
    ReadingCost cost; ///< per reading of the leader; per part of a step of another worker
};

/// Cost of the readings of a pass, from empty readings before the first phase: the same threads, counters and order
/// of reads as around a step, and nothing in between.
struct ReadCostRecord {
    int pass = 0;
    std::optional<ReadingCost> clock_ns;   ///< the clock pair, a part of time_ns; nullopt in records of older versions
    std::optional<ReadingCost> reading_ns; ///< from before the leader's first read to after its last one
    /// Without counters of the whole machine, and without those that no empty reading could count.
    std::vector<CounterCost> counters;
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

/// Where and why a plug-in failed.
struct PlugInFailure {
    std::optional<std::uint32_t> k, repeat; ///< nullopt: before its first phase
    std::optional<std::uint32_t> pass;
    std::optional<std::uint32_t> step; ///< of the segment, warm-up included; nullopt: not in a step
    std::string cause, remedy;
    int exit_code = 1;
};

/// A loop of the user's own (--loop).
struct PlugInRecord {
    std::string loop;                      ///< its name in this run
    std::string library, arguments;        ///< absolute path; after the colon
    std::string sha256;                    ///< of the library; empty: it could not be read
    std::string about;                     ///< what it says of itself
    std::optional<PlugInFailure> failure;  ///< nullopt: all of its phases are proven
    std::vector<ReadCostRecord> read_cost; ///< of its own process, pass by pass
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

/// A version of the program.
struct ProgramVersion {
    std::string version, git_revision;
    bool operator==(const ProgramVersion&) const = default;
};

struct RunRecord {
    RunStatus status = RunStatus::running;
    std::optional<FailureRecord> failure;
    std::string version, git_revision;
    /// That wrote the reports, if it is not the one that measured; nullopt in records of older versions, too.
    std::optional<ProgramVersion> reports_by;
    std::vector<std::string> command;
    std::string host, started, finished; ///< ISO 8601, UTC
    std::optional<HostFacts> host_facts; ///< nullopt in records of older versions
    /// Of subjects other than loops: seed, repeats and the names of the rows (`loops`); the rest is empty.
    WorkloadRecord workload;
    SubjectRecord subject;
    std::vector<PlugInRecord> plug_ins; ///< empty in records of older versions, too
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
    std::optional<AutotuneUse> autotune;    ///< nullopt, without a reason, in records of older versions
    std::string autotune_reason;            ///< why it is absent
    std::optional<ExpectedRecord> expected; ///< nullopt in records of older versions
    std::vector<UnavailableRecord> unavailable;
    QualificationRecord qualification;
    double same_within = default_same_within; ///< --threshold: ratios within 1 -/+ this are `same`
    std::vector<Warning> warnings;
    /// Every planned step is in the raw files. They are on the disk, and `files` has their hashes: only the reports of
    /// a run that is not complete are missing.
    bool measured = false;
    std::map<std::string, FileRecord> files;
};

std::string_view name_of(RunStatus status);
/// Null if the loop is not a plug-in.
const PlugInRecord* find_plug_in(const RunRecord& run, std::string_view loop);
/// The readings of a phase of a (loop, k), in records of any version.
std::uint32_t readings_of(const WorkloadRecord& workload, const ExperimentRecord& experiment);
/// The repeats of a (loop, k), in records of any version.
std::uint32_t repeats_of(const WorkloadRecord& workload, const ExperimentRecord& experiment);
/// The command as one line that a shell can parse.
std::string command_line(const std::vector<std::string>& command);

} // namespace bytebound
