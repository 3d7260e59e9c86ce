#include <fmt/format.h>

#include <algorithm>

#include "experiment/schedule/session_steps.hpp"
#include "experiment/schedule/stationarity.hpp"
#include "loops/copy_trial.hpp"

namespace bytebound {
namespace {

/// "paired k 16, repeat 2, pass 0", for the message of a failed proof.
std::string place_of(const RunPlan& plan, const PhaseKey& key) {
    return fmt::format("{} k {}, repeat {}, pass {}", loop_name(plan.options, plan.options.loops[key.loop]),
                       plan.experiments[key.experiment].trace.k(), key.repeat, key.pass);
}

/// The loop's own number of stored rows must equal that of its replay, because the former is published.
Result<void> check_outcomes(const RunPlan& plan, const PhaseKey& key, const PhaseLog& log,
                            const std::vector<StepLedger>& ledger) {
    if (ledger.empty()) return {};
    for (std::size_t step = 0; step < log.rows_written.size(); ++step) {
        if (log.rows_written[step] == ledger[step].rows_written) continue;
        return fail({ExitCode::internal, "verify", place_of(plan, key),
                     fmt::format("step {} stored {} rows, its replay {}", step, log.rows_written[step],
                                 ledger[step].rows_written),
                     "report this with the command"});
    }
    return {};
}

/// Writes the masks of one segment of the experiment's trace.
Result<void> fill_masks(const SessionContext& session, const SessionTraces& traces, const Workspace& workspace,
                        std::size_t experiment, std::uint32_t repeat) {
    const TraceSpec& trace = session.plan.experiments[experiment].trace;
    if (!TRY(traces.store->fill(workspace.masks(), trace, repeat, [&] { return session.stop != 0; })))
        return fail(stopped_by(session.stop));
    return {};
}

LoopOptions loop_options(const RunOptions& o, LoopKind loop, CopyMethod oracle_copy) {
    return {o.tau, tries_copies(loop) ? oracle_copy : o.copy, o.grain, o.parallel_threshold};
}

/// Runs a phase and then verifies that the loop did what its plan and its replay predict.
Result<PhaseLog> run_proven(const SessionContext& session, const PhaseInputs& inputs, const PhaseKey& key) {
    const RunPlan& plan = session.plan;
    const std::vector<StepChange>& changes = *inputs.traces.changes[key.experiment][key.repeat];
    const LoopKind kind = plan.options.loops[key.loop];
    Workspace& workspace = inputs.memory.workspace;
    WorkerTeam& team = inputs.team.workers();
    TRY(fill_masks(session, inputs.traces, workspace, key.experiment, key.repeat));
    const auto loop = session.seams.make_loop(kind, workspace, team,
                                              loop_options(plan.options, kind, inputs.oracle_copies[key.experiment]));
    if (!loop)
        return fail({ExitCode::not_possible, "make loop", std::string(loop_name(plan.options, kind)),
                     "this build does not have it", "leave it out of --loops"});
    loop->reset(changes);

    auto log = TRY(run_phase(
        {plan, workspace, team, inputs.memory.sweep, inputs.counting, session.seams.clock, session.stop}, *loop, key));

    const auto last = static_cast<std::uint32_t>(changes.size());
    const std::span<const std::uint64_t> mask(workspace.mask(last), mask_words(plan.options.workload.pool_rows));
    if (auto proven = verify_slab(*loop, workspace, mask); !proven) {
        Error error = proven.error();
        error.object = place_of(plan, key) + (error.object.empty() ? "" : ": " + error.object);
        return fail(std::move(error));
    }
    TRY(check_outcomes(plan, key, log, inputs.simulation.rows[key.experiment][key.loop].ledgers[key.repeat]));
    return log;
}

PhaseRows rows_of(const RunPlan& plan, const PhaseInputs& inputs, const PhaseKey& key, const PhaseLog& log) {
    std::vector<int> pinned;
    for (const int cpu : plan.placement.cpus)
        pinned.push_back(inputs.team.bound() ? cpu : -1);
    const auto& emulated = inputs.emulation.rows;
    return make_rows({plan, inputs.counting, inputs.simulation.rows[key.experiment][key.loop],
                      *inputs.traces.changes[key.experiment][key.repeat], pinned,
                      std::string(loop_name(plan.options, plan.options.loops[key.loop])),
                      emulated.empty() ? nullptr : &emulated[key.experiment][key.loop]},
                     key, log);
}

Result<void> measure_phase(const SessionContext& session, const PhaseInputs& inputs, const PhaseKey& key) {
    const auto log = TRY(run_proven(session, inputs, key));
    const PhaseRows rows = rows_of(session.plan, inputs, key, log);
    session.record.placement.steps += rows.steps.size();
    session.record.placement.steps_migrated += rows.migrated;
    ExperimentRecord& record = experiment_record(session, key.experiment, key.loop);
    if (key.repeat == 0 && !record.simulated && !record.stationary)
        judge_stationarity_on_counts(record, rows.steps, rows.background, inputs.counting.events,
                                     session.record.warnings);
    SampleFiles& files = inputs.files;
    TRY(files.steps.append(rows.steps));
    if (files.workers) TRY(files.workers->append(rows.workers));
    if (files.background && !rows.background.empty()) TRY(files.background->append(rows.background));
    return {};
}

/// All phases of the run in the order of measurement.
std::vector<PhaseKey> phases_of(const RunPlan& plan, int passes) {
    const std::size_t loops = plan.options.loops.size();
    std::vector<PhaseKey> keys;
    for (std::uint32_t repeat = 0; repeat < plan.options.repeats; ++repeat)
        for (std::size_t e = 0; e < plan.experiments.size(); ++e)
            for (std::size_t i = 0; i < loops; ++i)
                for (int pass = 0; pass < passes; ++pass)
                    // Rotated, so that no loop always runs after the same other one.
                    keys.push_back({e, (i + repeat) % loops, repeat, pass});
    return keys;
}

} // namespace

ExperimentRecord& experiment_record(const SessionContext& session, std::size_t experiment, std::size_t loop) {
    return session.record.experiments.at(experiment * session.plan.options.loops.size() + loop);
}

Result<std::vector<CopyMethod>> choose_oracle_copies(const SessionContext& session, PinnedTeam& team,
                                                     Workspace& workspace, const SessionTraces& traces) {
    const RunPlan& plan = session.plan;
    std::vector<CopyMethod> copies(plan.experiments.size(), plan.options.copy);
    const auto& loops = plan.options.loops;
    const auto oracle = std::find(loops.begin(), loops.end(), LoopKind::oracle);
    if (oracle == loops.end()) return copies;
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        if (session.stop != 0) return fail(stopped_by(session.stop));
        TRY(fill_masks(session, traces, workspace, e, 0));
        const CopyTrial trial =
            choose_copy_method(workspace, team.workers(),
                               loop_options(plan.options, LoopKind::oracle, plan.options.copy), *traces.changes[e][0]);
        copies[e] = trial.winner;
        experiment_record(session, e, static_cast<std::size_t>(oracle - loops.begin())).copy_method =
            name_of(trial.winner);
    }
    TRY(session.write_record());
    return copies;
}

Result<void> measure_phases(const SessionContext& session, const PhaseInputs& inputs) {
    const RunPlan& plan = session.plan;
    const std::vector<PhaseKey> phases = phases_of(plan, inputs.counting.passes);
    for (std::size_t done = 0; done < phases.size(); ++done) {
        const PhaseKey& key = phases[done];
        if (session.progress)
            session.progress(
                {"measure", done, phases.size(),
                 fmt::format("{} k {}, repeat {} of {}", loop_name(plan.options, plan.options.loops[key.loop]),
                             plan.experiments[key.experiment].trace.k(), key.repeat + 1, plan.options.repeats)});
        TRY(measure_phase(session, inputs, key));
    }
    if (session.progress) session.progress({"measure", phases.size(), phases.size(), {}});
    return {};
}

} // namespace bytebound
