#include <fmt/format.h>

#include "experiment/schedule/session.hpp"
#include "experiment/schedule/stationarity.hpp"

namespace bytebound {
namespace {

/// "paired k 16, repeat 2, pass 0": where a proof failed.
std::string place_of(const RunPlan& plan, const PhaseKey& key) {
    return fmt::format("{} k {}, repeat {}, pass {}", loop_name(plan.options, plan.options.loops[key.loop]),
                       plan.experiments[key.experiment].k, key.repeat, key.pass);
}

/// What the loop says it stored must be what its replay stored: the published figure comes from the former.
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

} // namespace

Result<void> Session::fill_masks(std::size_t experiment, std::uint32_t repeat) {
    const RunOptions& o = parts_.plan.options;
    const Experiment& e = parts_.plan.experiments[experiment];
    if (!generate_trace(workspace_->masks(), o.pool_rows, o.active_rows, e.changes, o.pattern, o.seed, e.k, repeat,
                        [this] { return stop_ != 0; }))
        return fail(stopped_by(stop_));
    return {};
}

LoopOptions Session::loop_options(std::size_t experiment, std::size_t loop) const {
    const RunOptions& o = parts_.plan.options;
    const bool oracle = o.loops[loop] == LoopKind::oracle;
    return {o.tau, oracle ? oracle_copies_[experiment] : o.copy, o.grain, o.parallel_threshold};
}

ExperimentRecord& Session::experiment_record(std::size_t experiment, std::size_t loop) {
    return parts_.record.experiments.at(experiment * parts_.plan.options.loops.size() + loop);
}

Result<void> Session::measure_phase(const PhaseKey& key) {
    const RunPlan& plan = parts_.plan;
    const Experiment& experiment = plan.experiments[key.experiment];
    const LoopKind kind = plan.options.loops[key.loop];
    TRY(fill_masks(key.experiment, key.repeat));
    const auto loop =
        parts_.seams.make_loop(kind, *workspace_, team_->workers(), loop_options(key.experiment, key.loop));
    if (!loop)
        return fail({ExitCode::not_possible, "make loop", std::string(loop_name(plan.options, kind)),
                     "this build does not have it", "leave it out of --loops"});
    loop->reset(experiment.changes);

    const auto log = TRY(
        run_phase({plan, *workspace_, team_->workers(), *sweep_, counting_, parts_.seams.clock, stop_}, *loop, key));

    const auto last = static_cast<std::uint32_t>(experiment.changes.size());
    const std::span<const std::uint64_t> mask(workspace_->mask(last), mask_words(plan.options.pool_rows));
    if (auto proven = verify_slab(*loop, *workspace_, mask); !proven) {
        Error error = proven.error();
        error.object = place_of(plan, key) + (error.object.empty() ? "" : ": " + error.object);
        return fail(std::move(error));
    }
    const SimulatedRow& simulated = simulation_.rows[key.experiment][key.loop];
    TRY(check_outcomes(plan, key, log, simulated.ledgers[key.repeat]));

    std::vector<int> pinned;
    for (std::size_t worker = 0; worker < plan.placement.cpus.size(); ++worker)
        pinned.push_back(team_->bound() ? plan.placement.cpus[worker] : -1);
    const PhaseRows rows = make_rows({plan, counting_, simulated, pinned, std::string(loop_name(plan.options, kind)),
                                      emulation_.rows.empty() ? nullptr : &emulation_.rows[key.experiment][key.loop]},
                                     key, log);
    parts_.record.placement.steps += rows.steps.size();
    parts_.record.placement.steps_migrated += rows.migrated;
    ExperimentRecord& record = experiment_record(key.experiment, key.loop);
    if (key.repeat == 0 && !record.simulated && !record.stationary)
        judge_stationarity_on_counts(record, rows.steps, rows.background, counting_.events, parts_.record.warnings);
    TRY(samples_->append(rows.steps));
    if (workers_) TRY(workers_->append(rows.workers));
    if (background_ && !rows.background.empty()) TRY(background_->append(rows.background));
    return {};
}

} // namespace bytebound
