#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "experiment/schedule/session_steps.hpp"
#include "experiment/schedule/stationarity.hpp"
#include "loops/copy_trial.hpp"
#include "loops/replay.hpp"

namespace bytebound {

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

namespace {

/// "paired k 16, repeat 2, pass 0", for the message of a failed proof.
std::string place_of(const RunPlan& plan, const PhaseKey& key) {
    return fmt::format("{} k {}, repeat {}, pass {}", loop_name(plan.options, key.loop),
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

/// Replays a phase for its computed figures, runs it, and then verifies that the loop did what its plan and its replay
/// predict.
Result<ProvenPhase> run_proven(const SessionContext& session, const PhaseInputs& inputs, const PhaseKey& key) {
    const RunPlan& plan = session.plan;
    const std::vector<StepChange>& changes = *inputs.traces.changes[key.experiment][key.repeat];
    const LoopKind kind = plan.options.loops[key.loop];
    const LoopOptions options = loop_options(plan.options, kind, inputs.oracle_copies[key.experiment]);
    Workspace& workspace = inputs.memory.workspace;
    WorkerTeam& team = inputs.team.workers();
    TRY(fill_masks(session, inputs.traces, workspace, key.experiment, key.repeat));
    auto ledger = replay_ledger(kind, workspace, changes, options, [&] { return session.stop != 0; });
    if (session.stop != 0) return fail(stopped_by(session.stop));
    const auto loop = session.seams.make_loop(kind, workspace, team, options);
    if (!loop)
        return fail({ExitCode::not_possible, "make loop", loop_name(plan.options, key.loop),
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
    TRY(check_outcomes(plan, key, log, ledger));
    return ProvenPhase{std::move(log), std::move(ledger), {}};
}

PhaseRows rows_of(const RunPlan& plan, const PhaseInputs& inputs, const PhaseKey& key, const ProvenPhase& phase) {
    std::vector<int> pinned;
    for (const int cpu : plan.placement.cpus)
        pinned.push_back(inputs.team.bound() ? cpu : -1);
    const auto& emulated = inputs.emulation.rows;
    return make_rows({plan, inputs.counting, inputs.simulation.rows[key.experiment][key.loop],
                      *inputs.traces.changes[key.experiment][key.repeat], phase.ledger, pinned,
                      loop_name(plan.options, key.loop),
                      emulated.empty() ? nullptr : &emulated[key.experiment][key.loop], phase.told},
                     key, phase.log);
}

/// Mean over the repeats so far of the parts that every worker except the leader has in a step.
void put_worker_parts(ExperimentRecord& record, const MeasuredPhase& phase, double steps) {
    record.worker_parts.resize(phase.worker_parts.size());
    for (std::size_t other = 0; other < record.worker_parts.size(); ++other) {
        const double mean = phase.worker_parts[other] / steps;
        record.worker_parts[other] += (mean - record.worker_parts[other]) / (phase.key.repeat + 1);
    }
}

} // namespace

MeasuredPhase measured_phase(const SessionContext& session, const PhaseInputs& inputs, const PhaseKey& key,
                             const ProvenPhase& phase) {
    MeasuredPhase measured{key, rows_of(session.plan, inputs, key, phase), {}, !phase.ledger.empty() && !phase.told};
    for (std::size_t worker = 1; worker < phase.log.workers.size(); ++worker) {
        const auto& parts = phase.log.workers[worker].parts;
        measured.worker_parts.push_back(std::accumulate(parts.begin(), parts.end(), 0u));
    }
    return measured;
}

Result<MeasuredPhase> measure_phase(const SessionContext& session, const PhaseInputs& inputs, const PhaseKey& key) {
    return measured_phase(session, inputs, key, TRY(run_proven(session, inputs, key)));
}

Result<void> keep_phase(const SessionContext& session, const PhaseInputs& inputs, const MeasuredPhase& phase) {
    const auto& [key, rows, parts, replayed] = phase;
    session.record.placement.steps += rows.steps.size();
    session.record.placement.steps_migrated += rows.migrated;
    ExperimentRecord& record = experiment_record(session, key.experiment, key.loop);
    record.replayed = replayed;
    const double steps =
        static_cast<double>(rows.steps.size()) * session.plan.experiments[key.experiment].batch_of(key.loop);
    if (key.pass == 0) put_worker_parts(record, phase, steps);
    if (key.repeat == 0 && !record.simulated && !record.stationary)
        judge_stationarity_on_counts(record, rows.steps, rows.background, inputs.counting.events,
                                     session.record.warnings);
    SampleFiles& files = inputs.files;
    TRY(files.steps.append(rows.steps));
    if (files.workers) TRY(files.workers->append(rows.workers));
    if (files.background && !rows.background.empty()) TRY(files.background->append(rows.background));
    return {};
}

ExperimentRecord& experiment_record(const SessionContext& session, std::size_t experiment, std::size_t loop) {
    return session.record.experiments.at(experiment * session.plan.options.loops.size() + loop);
}

Result<std::vector<CopyMethod>> choose_oracle_copies(const SessionContext& session, PinnedTeam& team,
                                                     Workspace& workspace, const SessionTraces& traces) {
    const RunPlan& plan = session.plan;
    std::vector<CopyMethod> copies(plan.experiments.size(), plan.options.copy);
    const auto& loops = plan.options.loops;
    if (std::find(loops.begin(), loops.end(), LoopKind::oracle) == loops.end()) return copies;
    for (std::size_t e = 0; e < plan.experiments.size(); ++e) {
        if (session.stop != 0) return fail(stopped_by(session.stop));
        TRY(fill_masks(session, traces, workspace, e, 0));
        const CopyTrial trial =
            choose_copy_method(workspace, team.workers(),
                               loop_options(plan.options, LoopKind::oracle, plan.options.copy), *traces.changes[e][0]);
        copies[e] = trial.winner;
        for (std::size_t loop = 0; loop < loops.size(); ++loop) {
            if (loops[loop] != LoopKind::oracle) continue;
            ExperimentRecord& record = experiment_record(session, e, loop);
            record.copy_method = name_of(trial.winner);
            put_expected_traffic(record, plan, plan.experiments[e], *traces.changes[e][0], loops[loop], trial.winner);
        }
    }
    TRY(session.write_record());
    return copies;
}

} // namespace bytebound
