#include "experiment/exec/exec_run.hpp"

#include <algorithm>

#include "archive/run_ending.hpp"
#include "base/exception_error.hpp"
#include "experiment/exec/command_session.hpp"
#include "experiment/exec/exec_plan.hpp"
#include "experiment/exec/region_reading.hpp"
#include "experiment/exec/tree_reading.hpp"
#include "experiment/replay/emulation.hpp"
#include "machine/environment.hpp"
#include "record/environment_warnings.hpp"
#include "record/stamp.hpp"

namespace bytebound {

struct ExecRun::Impl {
    Sys& sys;
    ExecSeams seams;
    Machine machine;
    ExecPlan plan;
    std::filesystem::path path;
    std::filesystem::path default_name; ///< empty: --out was given
    std::optional<RunDirectory> directory;
    RunRecord record;
};

namespace {

/// What the rows are. Those of regions are known after the first block.
void put_subject(RunRecord& record, const ExecOptions& o) {
    if (o.regions) {
        record.subject.kind = Subject::regions;
        record.subject.regions.emplace().argv = o.commands.front().argv;
        record.workload.steps_per_k = 1;
        return;
    }
    record.subject.kind = Subject::commands;
    CommandsRecord& commands = record.subject.commands.emplace();
    if (!o.prepare.empty()) commands.prepare = {"sh", "-c", o.prepare};
    commands.warmup = o.warmup;
    commands.timeout_seconds = o.timeout_seconds;
    for (const NamedCommand& command : o.commands) {
        record.workload.loops.push_back(command.name);
        CommandRecord& each = commands.commands.emplace_back();
        each.name = command.name;
        each.argv = command.argv;
        each.nodes_reason = "the run ended before it";
        ExperimentRecord& row = record.experiments.emplace_back();
        row.loop = command.name;
        row.k = row.k_requested = no_k;
        row.repeats = 0;
    }
}

/// What is known before the first run.
void put_plan(RunRecord& record, const ExecPlan& plan, const ExecSeams& seams) {
    const ExecOptions& o = plan.options;
    stamp_origin(record, o.command, seams.root);
    record.workload.spec.seed = o.seed;
    record.workload.steps_per_k = o.commands.size() == 1 ? 1 : 2;
    record.workload.repeats = 0;
    if (!o.repeats) record.workload.auto_repeats = AutoRepeats{o.precision, o.max_seconds, 0};
    put_subject(record, o);
    record.same_within = o.same_within;
    record.placement.requested = plan.placement;
    record.placement.bound_cpus = plan.pinned;
    if (!plan.pinned) record.placement.bind_cpus_reason = "not requested";
    record.placement.bound_memory = plan.memory.has_value();
    if (!plan.memory) record.placement.bind_memory_reason = o.memory == "default" ? "not requested" : "one node";
    record.placement.pages_reason = "pages of a command are sampled from /proc/PID/numa_maps";
    record.preset = preset_record(plan.counting.preset.choice);
    record.qualification.reason = "counters of a command are not qualified: bytebound run and doctor do that";
}

void put_counting(RunRecord& record, const Counting& counting) {
    record.collectors = counting.collectors;
    record.events = counting.events;
    record.passes = 1;
}

Result<SampleWriter> writer(RunDirectory& directory, const RunRecord& record, std::string_view name, SampleFile kind) {
    SampleTable shape;
    for (const EventRecord& event : record.events)
        shape.events.push_back(event.name);
    if (record.emulation && kind == SampleFile::steps) shape.emulated = emulated_columns();
    shape.comments = sample_comments(record, kind);
    return SampleWriter::create(TRY(directory.create_file(name)), shape, kind);
}

} // namespace

ExecRun::ExecRun(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ExecRun::ExecRun(ExecRun&&) noexcept = default;
ExecRun& ExecRun::operator=(ExecRun&&) noexcept = default;
ExecRun::~ExecRun() = default;

const ExecPlan& ExecRun::plan() const { return impl_->plan; }
const std::filesystem::path& ExecRun::path() const { return impl_->path; }
RunDirectory* ExecRun::directory() { return impl_->directory ? &*impl_->directory : nullptr; }
const RunRecord& ExecRun::record() const { return impl_->record; }

Result<ExecRun> ExecRun::prepare(Sys& sys, ExecOptions options, ExecSeams seams) {
    const std::filesystem::path default_name = options.out.empty() ? default_directory() : "";
    if (options.out.empty()) options.out = free_name(default_name).string();
    const std::filesystem::path path = options.out;
    TRY(RunDirectory::check(path, options.force));
    auto machine = TRY(seams.machine ? Result<Machine>(*seams.machine) : discover(seams.root));
    auto plan = TRY(plan_exec(options, machine, seams));
    return ExecRun(std::make_unique<Impl>(
        Impl{sys, std::move(seams), std::move(machine), std::move(plan), path, default_name, std::nullopt, {}}));
}

namespace {

Result<void> measure_all(Sys& sys, const ExecSeams& seams, const Machine& machine, const ExecPlan& plan,
                         std::filesystem::path& path, const std::filesystem::path& default_name,
                         std::optional<RunDirectory>& directory, RunRecord& record, const ProgressCallback& progress,
                         const StopFlag& stop) {
    put_plan(record, plan, seams);
    if (seams.capture_environment) {
        record.environment = capture_environment(seams.root, machine, plan.placement.cpus);
        record.warnings = environment_warnings(record.environment);
    }
    std::optional<CommandEmulation> emulation;
    if (!plan.counting.collectors.emulating.empty())
        emulation = TRY(plan_command_emulation(plan, machine, seams.collectors));
    auto counting = TRY(plan_counting(plan.counting, sys, seams.root, seams.collectors));
    record.warnings.insert(record.warnings.end(), plan.warnings.begin(), plan.warnings.end());
    record.warnings.insert(record.warnings.end(), counting.warnings.begin(), counting.warnings.end());
    std::optional<RegionReading> regions;
    if (plan.options.regions) {
        regions.emplace(TRY(RegionReading::open(plan.counting)));
        RegionReading::prepare(counting);
        put_counting(record, counting);
    }
    TreeReading counters = TRY(TreeReading::open(regions ? Counting{} : std::move(counting)));
    if (!regions) put_counting(record, counters.counting());
    record.unavailable =
        unavailable_metrics(plan.counting, regions ? counting : counters.counting(), why_no_trace(record.subject.kind));
    std::erase_if(record.unavailable, [](const UnavailableRecord& each) { return each.metric == "by_buffer"; });
    CommandSession commands(plan, counters, regions ? &*regions : nullptr, record, stop);
    TRY(commands.open_output());
    directory.emplace(TRY(default_name.empty() ? RunDirectory::create(path, plan.options.force)
                                               : RunDirectory::create_new(default_name)));
    path = directory->path();
    TRY(directory->write_record(record));
    adopt_orphans();
    TRY(commands.warm_up(progress));
    if (!regions) put_counting(record, counters.counting());
    if (emulation) {
        record.workload.cache = emulation->cache;
        record.warnings.insert(record.warnings.end(), emulation->warnings.begin(), emulation->warnings.end());
        record.collectors.push_back({emulation->name, true, "runs each command twice more", {}});
        EmulatedCommands emulated =
            TRY(emulate_commands(std::move(*emulation), plan, record.subject.commands->commands, progress, stop));
        record.emulation = emulated.record;
        for (ExperimentRecord& row : record.experiments)
            row.emulated = true;
        std::erase_if(record.unavailable,
                      [](const UnavailableRecord& each) { return emulation_supplies(each.metric); });
        commands.take(std::move(emulated));
    }
    SampleWriter samples = TRY(writer(*directory, record, samples_file, SampleFile::steps));
    std::optional<SampleWriter> background;
    if (counters.counts_shared())
        background.emplace(TRY(writer(*directory, record, background_file, SampleFile::background)));
    TRY(directory->write_record(record));
    TRY(commands.blocks(samples, background, progress, *directory));
    if (regions) {
        regions->finish(record);
    } else if (!commands.any_max_rss()) {
        counters.withdraw(accounting_name::max_rss, "no run needed more memory than bytebound has itself at its exec");
        record.events = counters.counting().events;
    }
    return {};
}

/// The error of a signal, with the path of the run and what is left of it.
Error stopped_at(const std::filesystem::path& path, bool any_block, const Error& stop) {
    Error error = stop;
    error.object = path.string();
    error.remedy =
        any_block ? "finished blocks are kept; bytebound report shows them" : "no block had finished; run it again";
    return error;
}

} // namespace

Result<void> ExecRun::measure(const ProgressCallback& progress, const StopFlag& stop) {
    Impl& run = *impl_;
    run.record.started = utc_now();
    Result<void> done;
    try {
        done = measure_all(run.sys, run.seams, run.machine, run.plan, run.path, run.default_name, run.directory,
                           run.record, progress, stop);
        run.record.finished = utc_now();
        if (done) done = note_measured(run.directory, run.record);
    } catch (const std::exception& exception) {
        run.record.finished = utc_now();
        done = fail(error_of(exception));
    }
    if (!done) {
        Error& e = done.error();
        if (e.code == ExitCode::interrupted || e.code == ExitCode::terminated)
            e = stopped_at(run.path, run.record.workload.repeats > 0, e);
        static_cast<void>(give_up(e));
        return done;
    }
    run.record.status = RunStatus::complete;
    return {};
}

Result<void> ExecRun::give_up(const Error& e) { return note_failure(impl_->directory, impl_->record, e); }

Result<void> ExecRun::finish() { return seal_run(impl_->directory, impl_->record); }

} // namespace bytebound
