#pragma once
// The steps of a session, in order. Each fills in its part of the record, even if it fails.

#include <memory>
#include <optional>
#include <vector>

#include "archive/samples_csv.hpp"
#include "base/shared_memory.hpp"
#include "experiment/measure/pinned_team.hpp"
#include "experiment/plan/planned_records.hpp"
#include "experiment/schedule/session.hpp"

namespace bytebound {

// session.cpp
/// The buffers that the loops work on and that evict the caches between phases.
struct SessionMemory {
    Workspace workspace;
    bool bound = false; ///< false if the machine cannot bind
    CacheSweep sweep;
    /// The same memory for the processes of plug-ins; without a plug-in, nothing is shared.
    std::optional<SharedMemory> shared_arena, shared_sweep;
};

// session_limits.cpp
/// Whether this process may open enough descriptors to try every event (before plan_counting) and to count with every
/// worker (after it). Error: not_possible.
Result<void> check_descriptors_of_planning(const SessionContext& session);
Result<void> check_descriptors(const SessionContext& session, const Counting& counting);

// session_traces.cpp
/// The traces of the run.
struct SessionTraces {
    std::shared_ptr<TraceStore> store;
    std::vector<Segments> changes; ///< counted, for every experiment and repeat so far
};
/// Generates the segments of the repeats that every k has, before anything else needs them, because A and R are counted
/// from their masks.
Result<SessionTraces> count_traces(const SessionContext& session);
/// Generates the experiment's next segment.
Result<void> add_segment(const SessionContext& session, SessionTraces& traces, std::size_t experiment);

// session_files.cpp
/// The raw rows of a run, phase by phase.
struct SampleFiles {
    SampleWriter steps;
    std::optional<SampleWriter> workers;    ///< nullopt with one worker
    std::optional<SampleWriter> background; ///< nullopt without events that count the whole machine
};
/// Creates the run's directory and writes run.json with everything known before measuring.
Result<RunDirectory> open_directory(const SessionContext& session, const Counting& counting, const Emulation& emulation,
                                    const SessionTraces& traces);
Result<SampleFiles> open_samples(const SessionContext& session, const Counting& counting);

// session_model.cpp
/// Simulates, judges stationarity on the result, and records which metrics no row can have.
Result<SimulatedRun> simulate(const SessionContext& session, const Counting& counting, const SessionTraces& traces,
                              std::span<const CopyMethod> oracle_copies);
/// `planned` with the emulator's rows; unchanged if no emulation was requested. `held_bytes`: memory of this process.
Result<Emulation> emulate(const SessionContext& session, Emulation planned, std::uint64_t held_bytes,
                          std::span<const CopyMethod> oracle_copies);

// session_qualify.cpp
/// Measures what the readings themselves take and count, pass by pass.
Result<void> record_read_cost(const SessionContext& session, PinnedTeam& team, Counting& counting);
/// The clock pair's part of a time of pass 0.
double empty_clock_pair_ns(const RunRecord& record);
/// Counts kernels of known truth, or uses the result of an earlier run of this boot. Errors: those of
/// qualify_counters() and, with --strict, of check_qualified().
Result<void> qualify(const SessionContext& session, Counting& counting);

// session_phase.cpp
/// Inputs common to all phases.
struct PhaseInputs {
    PinnedTeam& team;
    Counting& counting;
    SessionMemory& memory;
    SessionTraces& traces;
    const SimulatedRun& simulation;
    const Emulation& emulation;
    const std::vector<CopyMethod>& oracle_copies; ///< per experiment
    SampleFiles& files;
};
/// Writes the masks of one segment of the experiment's trace.
Result<void> fill_masks(const SessionContext& session, const SessionTraces& traces, const Workspace& workspace,
                        std::size_t experiment, std::uint32_t repeat);
LoopOptions loop_options(const RunOptions& o, LoopKind loop, CopyMethod oracle_copy);
/// oracle's copy method for each experiment: the winner of a trial; --copy if the loop is not in the run. Records it,
/// and the traffic expected of it.
Result<std::vector<CopyMethod>> choose_oracle_copies(const SessionContext& session, PinnedTeam& team,
                                                     Workspace& workspace, const SessionTraces& traces);
/// A proven phase.
struct MeasuredPhase {
    PhaseKey key;
    PhaseRows rows;
    std::vector<std::uint32_t> worker_parts; ///< of workers 1, 2, ...: in the whole phase
    bool replayed = false;
};
/// What a loop left of a phase.
struct ProvenPhase {
    PhaseLog log;
    std::vector<StepLedger> ledger;
    std::optional<ToldFigures> told; ///< of a plug-in; its ledger contains what it says
};
/// Measures one phase of any loop but a plug-in's.
Result<MeasuredPhase> measure_phase(const SessionContext& session, const PhaseInputs& inputs, const PhaseKey& key);
/// The rows of a proven phase.
MeasuredPhase measured_phase(const SessionContext& session, const PhaseInputs& inputs, const PhaseKey& key,
                             const ProvenPhase& phase);
/// Appends a phase's rows to the files, and records what is known of its loop now.
Result<void> keep_phase(const SessionContext& session, const PhaseInputs& inputs, const MeasuredPhase& phase);

// session_plug_ins.cpp
/// Whether the loop is a plug-in that failed.
bool has_failed(const SessionContext& session, std::size_t loop);
/// Measures a phase of a plug-in in a process of its own. nullopt: it failed, which is recorded; the run goes on.
Result<std::optional<MeasuredPhase>> measure_plug_in(const SessionContext& session, const PhaseInputs& inputs,
                                                     const PhaseKey& key);
/// Times of a plug-in's first steps on the first segment, without counters; empty if it failed, which is recorded.
Result<std::vector<double>> time_plug_in(const SessionContext& session, const PhaseInputs& inputs,
                                         std::size_t experiment, std::size_t loop, std::uint32_t steps);

// session_batches.cpp
/// Sets the steps of a reading of every (loop, k) from a trial of its first steps and the cost of a reading, unless
/// --batch gives them or work between two steps forbids more than one.
Result<void> choose_batches(const SessionContext& session, const PhaseInputs& inputs);

// session_repeats.cpp
/// Measures every loop and pass of every k, repeat by repeat: the given number, or until the time ratios are precise
/// enough or the time is spent. Records the number and what ended it.
Result<void> measure_repeats(const SessionContext& session, const PhaseInputs& inputs);

/// The record of a (loop, k), by their indices in the plan.
ExperimentRecord& experiment_record(const SessionContext& session, std::size_t experiment, std::size_t loop);

} // namespace bytebound
