#include "experiment/schedule/run.hpp"
#include "io/valgrind.hpp"

#include <algorithm>

#include "archive/calibration_store.hpp"
#include "archive/run_ending.hpp"
#include "base/exception_error.hpp"
#include "experiment/schedule/plug_ins.hpp"
#include "experiment/schedule/session.hpp"
#include "experiment/schedule/tuned_options.hpp"
#include "machine/environment.hpp"
#include "record/stamp.hpp"
#include "record/warnings.hpp"

namespace bytebound {

struct Run::Impl {
    Sys& sys;
    RunSeams seams;
    Machine machine;
    RunPlan plan;
    MemoryRoom memory_available;
    std::filesystem::path path;
    std::filesystem::path default_name; ///< empty: --out was given
    std::optional<RunDirectory> directory;
    RunRecord record;
};

namespace {

/// A placement that cannot be resolved has no calibration; planning reports the reason.
Result<CalibrationChoice> calibration_of(const RunOptions& options, const Machine& machine, const RunSeams& seams) {
    const auto placement = resolve_placement(machine, options.cpus, options.memory, options.threads);
    if (!placement) return CalibrationChoice{};
    return choose_calibration(options.calibration, seams.calibrations,
                              {host_facts(seams.root), *placement, options.threads});
}

} // namespace

Run::Run(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Run::Run(Run&&) noexcept = default;
Run& Run::operator=(Run&&) noexcept = default;
Run::~Run() = default;

const RunPlan& Run::plan() const { return impl_->plan; }
const std::filesystem::path& Run::path() const { return impl_->path; }
const RunRecord& Run::record() const { return impl_->record; }
RunDirectory* Run::directory() { return impl_->directory ? &*impl_->directory : nullptr; }

Result<Run> Run::prepare(Sys& sys, RunOptions options, RunSeams seams) {
    if (!seams.root.is_live())
        return fail({ExitCode::usage, "run", seams.root.path().string(), "a recorded machine cannot be measured",
                     "remove --sysroot"});
    const std::filesystem::path default_name = options.out.empty() ? default_directory() : "";
    if (options.out.empty()) options.out = free_name(default_name).string();
    const std::filesystem::path path = options.out;
    TRY(RunDirectory::check(path, options.force));
    const StopFlag never{0};
    TRY(describe_plug_ins(options, seams.stop != nullptr ? *seams.stop : never));
    auto machine = TRY(seams.machine ? Result<Machine>(*seams.machine) : discover(seams.root));
    const auto tuned = TRY(tune(options, machine, {host_facts(seams.root), seams.autotunes}));
    PlanFacts facts;
    if (seams.facts) {
        facts = *seams.facts;
    } else {
        facts.limits = machine.limits;
        // The simulator, which can use more threads, takes what it gets.
        facts.memory_available = memory_room(machine.limits, options.threads);
        facts.under_valgrind = under_valgrind();
        facts.preset = TRY(match_presets(seams.root, options.counting));
    }
    auto calibration = TRY(calibration_of(options, machine, seams));
    if (!facts.ceilings && facts.no_ceilings.empty()) {
        if (calibration.record) facts.ceilings = calibration.record->ceilings;
        facts.no_ceilings = calibration.reason;
    }
    auto plan = TRY(plan_run(options, machine, facts));
    plan.warnings.insert(plan.warnings.end(), calibration.warnings.begin(), calibration.warnings.end());
    plan.warnings.insert(plan.warnings.end(), tuned.warnings.begin(), tuned.warnings.end());
    plan.autotune = tuned.use;
    RunRecord record;
    record.autotune = tuned.use;
    record.autotune_reason = tuned.reason;
    record.calibration = use_of(calibration);
    record.calibration_reason = calibration.reason;
    record.plug_ins = TRY(plug_in_records(plan.options));
    return Run(
        std::make_unique<Impl>(Impl{sys, std::move(seams), std::move(machine), std::move(plan), facts.memory_available,
                                    path, default_name, std::nullopt, std::move(record)}));
}

namespace {

/// The error of a signal, completed with the run's path and what is left of the run.
Error stopped_at(const std::filesystem::path& path, bool any_phase, const Error& stop) {
    Error error = stop;
    error.object = path.string();
    error.remedy =
        any_phase ? "finished phases are kept; bytebound report shows them" : "no phase had finished; run it again";
    return error;
}

} // namespace

Result<void> Run::measure(const ProgressCallback& progress, const StopFlag& stop) {
    Impl& run = *impl_;
    run.record.started = utc_now();
    Result<void> done;
    try {
        done = run_session({run.sys, run.seams, run.machine, run.plan, run.memory_available, run.path, run.default_name,
                            run.directory, run.record, progress, stop});
        run.record.finished = utc_now();
        if (done) done = note_measured(run.directory, run.record);
    } catch (const std::exception& exception) { // no memory, no thread
        run.record.finished = utc_now();
        done = fail(error_of(exception));
    }
    if (!done) {
        Error& e = done.error();
        const bool stopped = e.code == ExitCode::interrupted || e.code == ExitCode::terminated;
        if (stopped) e = stopped_at(run.path, run.record.placement.steps > 0, e);
        static_cast<void>(give_up(e)); // the run's own failure is reported
        return done;
    }
    // finish() writes this status together with the hashes; if the process is killed before, the file still says
    // "running".
    run.record.status = RunStatus::complete;
    return {};
}

Result<void> Run::give_up(const Error& e) { return note_failure(impl_->directory, impl_->record, e); }

Result<void> Run::finish() { return seal_run(impl_->directory, impl_->record); }

} // namespace bytebound
