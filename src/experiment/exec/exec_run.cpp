#include "experiment/exec/exec_run.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "archive/run_ending.hpp"
#include "archive/samples_csv.hpp"
#include "base/clock.hpp"
#include "base/exception_error.hpp"
#include "experiment/exec/blocks.hpp"
#include "experiment/exec/exec_plan.hpp"
#include "experiment/exec/placement_samples.hpp"
#include "experiment/exec/tree_reading.hpp"
#include "machine/environment.hpp"
#include "record/environment_warnings.hpp"
#include "record/stamp.hpp"
#include "record/warnings.hpp"

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

/// One run, measured.
struct MeasuredCommand {
    CommandEnd end;
    std::vector<std::optional<Reading>> readings;
};

std::string signal_text(int signal) {
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? std::to_string(signal) : fmt::format("SIG{}", name);
}

/// Runs the commands of one session.
class Commands {
public:
    Commands(const ExecPlan& plan, TreeReading& counters, RunRecord& record, const StopFlag& stop)
        : plan_(plan), counters_(counters), record_(record), stop_(stop), blocks_of_time_(plan.options.commands.size()),
          order_(plan.options.commands.size(), plan.options.seed) {}

    Result<void> open_output();
    bool any_max_rss() const { return any_max_rss_; }
    Result<void> warm_up(const ProgressCallback& progress);
    Result<void> blocks(SampleWriter& samples, std::optional<SampleWriter>& background,
                        const ProgressCallback& progress, RunDirectory& directory);

private:
    std::size_t count() const { return plan_.options.commands.size(); }
    CommandRecord& command(std::size_t i) { return record_.subject.commands->commands.at(i); }
    Launch launch_of(std::size_t i) const;
    Result<void> prepare();
    Result<CommandEnd> run(const Launch& launch, bool counted, PlacementSamples* seen,
                           std::vector<std::optional<Reading>>* readings);
    Result<void> judge(std::size_t i, const CommandEnd& end);
    Result<void> block(std::uint32_t number, SampleWriter& samples, std::optional<SampleWriter>& background);
    bool enough(double seconds, RepeatsEnd& why) const;
    void put_repeats(std::uint32_t finished, double seconds);

    const ExecPlan& plan_;
    TreeReading& counters_;
    RunRecord& record_;
    const StopFlag& stop_;
    Descriptor output_;
    bool any_max_rss_ = false;
    BlockTimes blocks_of_time_;
    BlockOrder order_;
    std::vector<std::vector<std::size_t>> orders_;
};

Result<void> Commands::open_output() {
    const std::string& wanted = plan_.options.command_output;
    const std::string name = wanted == "none" ? "/dev/null" : wanted;
    output_ = wanted == "stderr" ? Descriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3))
                                 : Descriptor(::open(name.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (output_) return {};
    return fail(
        {ExitCode::usage, "open output", wanted, "it cannot be written", "give another --command-output", errno});
}

Launch Commands::launch_of(std::size_t i) const {
    const NamedCommand& command = plan_.options.commands[i];
    return {command.name, plan_.paths[i], command.argv, plan_.pinned ? plan_.placement.cpus : std::vector<int>{},
            plan_.memory, output_.get()};
}

Result<CommandEnd> Commands::run(const Launch& launch, bool counted, PlacementSamples* seen,
                                 std::vector<std::optional<Reading>>* readings) {
    if (stop_ != 0) return fail(stopped_by(stop_));
    GatedProcess process = TRY(GatedProcess::start(launch));
    if (counted) {
        TRY(counters_.attach(process.pid()));
        TRY(counters_.before());
    }
    TRY(process.go());
    if (!process.wait(plan_.options.timeout_seconds, stop_, seen != nullptr ? &PlacementSamples::sample : nullptr,
                      seen))
        return fail(stopped_by(stop_));
    if (counted) TRY(counters_.after());
    CommandEnd end = process.finish();
    if (counted) *readings = TRY(counters_.readings(end));
    return end;
}

Result<void> Commands::prepare() {
    if (plan_.options.prepare.empty()) return {};
    const Launch shell{"--prepare", "/bin/sh", {"sh", "-c", plan_.options.prepare}, {}, {}, output_.get()};
    const CommandEnd end = TRY(run(shell, false, nullptr, nullptr));
    if (end.signal == 0 && end.exit_code == 0) return {};
    return fail(
        {ExitCode::internal, "prepare", plan_.options.prepare,
         end.signal != 0 ? "it died of " + signal_text(end.signal) : fmt::format("it exited with {}", end.exit_code),
         "give a --prepare that succeeds"});
}

/// A command that fails is not measured: the time of a failure is not that of the work.
Result<void> Commands::judge(std::size_t i, const CommandEnd& end) {
    const auto refuse = [&](std::string cause, std::string remedy) {
        return fail({ExitCode::internal, "measure command", plan_.options.commands[i].name, std::move(cause),
                     std::move(remedy)});
    };
    const std::string see = "see what it says: --command-output stderr";
    if (end.timed_out)
        return refuse(
            fmt::format("it ran longer than --timeout ({:g} s) and was killed", plan_.options.timeout_seconds),
            "give a longer --timeout");
    if (end.signal != 0) return refuse("it died of " + signal_text(end.signal), see);
    CommandRecord& record = command(i);
    if (end.exit_code != 0 && !plan_.options.ignore_failure)
        return refuse(fmt::format("it exited with {}", end.exit_code),
                      see + "; --ignore-failure measures it all the same");
    if (record.exit_code && *record.exit_code != end.exit_code)
        return refuse(fmt::format("it exited with {} and then with {}", *record.exit_code, end.exit_code),
                      "measure a command that ends alike in every run");
    record.exit_code = end.exit_code;
    return {};
}

Result<void> Commands::warm_up(const ProgressCallback& progress) {
    double shortest = plan_.options.warmup == 0 ? least_shared_seconds : 1e9;
    for (std::size_t i = 0; i < count(); ++i) {
        PlacementSamples seen;
        for (std::uint32_t n = 0; n < plan_.options.warmup; ++n) {
            if (progress)
                progress({"warm up", i * plan_.options.warmup + n, count() * plan_.options.warmup,
                          plan_.options.commands[i].name});
            TRY(prepare());
            const CommandEnd end = TRY(run(launch_of(i), false, &seen, nullptr));
            TRY(judge(i, end));
            shortest = std::min(shortest, static_cast<double>(end.time_ns) * 1e-9);
        }
        seen.put(command(i));
    }
    if (counters_.counts_shared() && shortest < least_shared_seconds) counters_.leave_out_shared(shortest);
    return {};
}

Result<void> Commands::block(std::uint32_t number, SampleWriter& samples, std::optional<SampleWriter>& background) {
    std::vector<std::vector<Sample>> rows(count());
    std::vector<std::vector<std::uint64_t>> times(count());
    orders_.push_back(order_.next());
    auto idle = TRY(counters_.idle());
    for (const std::size_t i : orders_.back()) {
        TRY(prepare());
        Sample row;
        row.loop = plan_.options.commands[i].name;
        row.k = no_k;
        row.repeat = number;
        row.step = static_cast<std::uint32_t>(rows[i].size());
        const CommandEnd end = TRY(run(launch_of(i), true, nullptr, &row.readings));
        TRY(judge(i, end));
        row.time_ns = end.time_ns;
        ++command(i).runs;
        any_max_rss_ = any_max_rss_ || end.max_rss_bytes;
        if (end.children_left != 0) ++command(i).runs_with_children;
        times[i].push_back(end.time_ns);
        rows[i].push_back(std::move(row));
    }
    for (auto& window : TRY(counters_.idle()))
        idle.push_back(std::move(window));
    for (std::size_t i = 0; i < count(); ++i) {
        blocks_of_time_.add(i, times[i]);
        TRY(samples.append(rows[i]));
        if (!background) continue;
        std::vector<Sample> windows;
        for (std::size_t w = 0; w < idle.size(); ++w) {
            Sample window = rows[i].front();
            window.step = static_cast<std::uint32_t>(w);
            window.time_ns = 0;
            window.readings = idle[w];
            windows.push_back(std::move(window));
        }
        TRY(background->append(windows));
    }
    return {};
}

void Commands::put_repeats(std::uint32_t finished, double seconds) {
    record_.workload.repeats = finished;
    if (record_.workload.auto_repeats) record_.workload.auto_repeats->seconds = seconds;
    record_.subject.commands->order = order_text(std::span(orders_).first(finished));
    for (ExperimentRecord& row : record_.experiments)
        row.repeats = finished;
}

bool Commands::enough(double seconds, RepeatsEnd& why) const {
    const ExecOptions& o = plan_.options;
    const std::uint64_t done = blocks_of_time_.blocks();
    if (o.repeats) {
        why = RepeatsEnd::given;
        return done >= *o.repeats;
    }
    if (done < least_auto_blocks(Subject::commands)) return false;
    const auto width = blocks_of_time_.half_width();
    if (width && *width <= half_width_to_stop(done, o.precision)) {
        why = RepeatsEnd::precision;
        return true;
    }
    why = RepeatsEnd::max_time;
    return seconds >= o.max_seconds;
}

Result<void> Commands::blocks(SampleWriter& samples, std::optional<SampleWriter>& background,
                              const ProgressCallback& progress, RunDirectory& directory) {
    const ExecOptions& o = plan_.options;
    const std::uint64_t begin = now_ns();
    const auto seconds = [begin] { return static_cast<double>(now_ns() - begin) * 1e-9; };
    RepeatsEnd why = RepeatsEnd::given;
    for (std::uint32_t number = 0; !enough(seconds(), why); ++number) {
        const std::uint64_t total = o.repeats ? *o.repeats : std::max(number + 1, least_auto_blocks(Subject::commands));
        if (progress) progress({"measure", number, total, fmt::format("block {}", number + 1)});
        TRY(block(number, samples, background));
        put_repeats(number + 1, seconds());
        TRY(directory.write_record(record_));
    }
    const auto width = blocks_of_time_.half_width();
    for (ExperimentRecord& row : record_.experiments) {
        row.repeats_end = why;
        if (!o.repeats) row.ratio_half_width = width;
    }
    if (why == RepeatsEnd::max_time)
        record_.warnings.push_back(warnings::blocks_imprecise(o.max_seconds, o.precision, width));
    return {};
}

PresetRecord preset_record(const PresetChoice& choice) {
    PresetRecord record;
    record.reason = choice.reason;
    if (!choice.preset) return record;
    record.name = choice.preset->name;
    record.source = choice.preset->source;
    record.verified = choice.preset->verified;
    return record;
}

/// What is known before the first run.
void put_plan(RunRecord& record, const ExecPlan& plan, const ExecSeams& seams) {
    const ExecOptions& o = plan.options;
    const BuildInfo build = build_info();
    record.version = build.version;
    record.git_revision = build.git_revision;
    record.command = o.command;
    record.host_facts = host_facts(seams.root);
    record.host = record.host_facts->host;
    record.workload.spec.seed = o.seed;
    record.workload.steps_per_k = o.commands.size() == 1 ? 1 : 2;
    record.workload.repeats = 0;
    if (!o.repeats) record.workload.auto_repeats = AutoRepeats{o.precision, o.max_seconds, 0};
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
    auto counting = TRY(plan_counting(plan.counting, sys, seams.root, seams.collectors));
    record.warnings.insert(record.warnings.end(), plan.warnings.begin(), plan.warnings.end());
    record.warnings.insert(record.warnings.end(), counting.warnings.begin(), counting.warnings.end());
    TreeReading counters = TRY(TreeReading::open(std::move(counting)));
    put_counting(record, counters.counting());
    record.unavailable = unavailable_metrics(plan.counting, counters.counting(), why_no_trace(Subject::commands));
    std::erase_if(record.unavailable, [](const UnavailableRecord& each) { return each.metric == "by_buffer"; });
    Commands commands(plan, counters, record, stop);
    TRY(commands.open_output());
    directory.emplace(TRY(default_name.empty() ? RunDirectory::create(path, plan.options.force)
                                               : RunDirectory::create_new(default_name)));
    path = directory->path();
    TRY(directory->write_record(record));
    adopt_orphans();
    TRY(commands.warm_up(progress));
    put_counting(record, counters.counting());
    SampleWriter samples = TRY(writer(*directory, record, samples_file, SampleFile::steps));
    std::optional<SampleWriter> background;
    if (counters.counts_shared())
        background.emplace(TRY(writer(*directory, record, background_file, SampleFile::background)));
    TRY(directory->write_record(record));
    TRY(commands.blocks(samples, background, progress, *directory));
    if (!commands.any_max_rss()) {
        counters.withdraw(accounting_name::max_rss, "no run needed more memory than bytebound has itself at its exec");
        put_counting(record, counters.counting());
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
