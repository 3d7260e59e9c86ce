#include "cli/suite_members.hpp"

#include "archive/record_json.hpp"
#include "base/text.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/progress_bar.hpp"
#include "cli/run_session.hpp"
#include "cli/stop_signals.hpp"
#include "doctor/diagnosis.hpp"
#include "experiment/calibrate/calibration.hpp"
#include "machine/machine.hpp"
#include "render/answers/doctor_text.hpp"
#include "render/answers/topology_text.hpp"

namespace bytebound {
namespace {

std::string path_of(const SuiteContext& context, const SuiteMemberEntry& own) {
    return (context.directory.path() / own.path).string();
}

Result<void> diagnose(SuiteContext& context, const SuiteMemberEntry& own) {
    KernelSys sys;
    return context.directory.write_file(std::string(own.path), doctor_json(diagnose_machine(&sys, SysRoot())));
}

Result<void> describe_topology(SuiteContext& context, const SuiteMemberEntry& own) {
    const Machine machine = TRY(discover(SysRoot()));
    return context.directory.write_file(std::string(own.path), topology_json(machine));
}

Result<void> calibrate(SuiteContext& context, const SuiteMemberEntry& own) {
    CalibrationOptions options;
    options.cpus = context.options.cpus;
    options.memory = context.options.memory;
    options.counting.preset_directory = user_presets_directory();
    options.out = path_of(context, own);
    options.quick = context.options.quick;
    if (options.quick) options.rounds = quick_rounds;
    options.command = context.options.command;
    KernelSys sys;
    CalibrationSeams seams;
    seams.directory = calibration_directory();
    auto calibration = TRY(Calibration::prepare(sys, std::move(options), std::move(seams)));
    ProgressBar bar(!context.options.quiet);
    const auto record =
        TRY(calibration.measure([&bar](const Progress& progress) { bar.show(progress); }, StopSignals::flag()));
    for (const Warning& warning : record.warnings)
        warn(text_of(warning));
    if (const auto saved = calibration.save(record); !saved) return fail(saved.error());
    context.calibrated = true;
    return {};
}

/// What both runs of a suite have in common.
RunOptions run_options(const SuiteContext& context, const SuiteMemberEntry& own) {
    RunOptions options;
    options.cpus = context.options.cpus;
    options.memory = context.options.memory;
    options.threads = context.options.threads;
    options.autotune = "none"; // equal settings on every host
    options.counting.preset_directory = user_presets_directory();
    options.calibration = context.calibrated ? (context.directory.path() / "calibration.json").string() : "auto";
    options.out = path_of(context, own);
    options.command = context.options.command;
    options.quiet = context.options.quiet;
    return options;
}

Result<void> measure(const SuiteContext& context, RunOptions options) {
    KernelSys sys;
    auto run = TRY(Run::prepare(sys, std::move(options), run_seams(context.program)));
    for (const Warning& warning : run.plan().warnings)
        warn(text_of(warning));
    const auto [measured, written] = measure_and_seal(run, context.options.quiet);
    TRY(Result<void>(measured));
    if (!*written) return fail(written->error());
    return {};
}

/// N, m and the columns of the prior figures are the defaults of a run.
Result<void> measure_figures(SuiteContext& context, const SuiteMemberEntry& own) {
    RunOptions options = run_options(context, own);
    if (context.options.quick) {
        options.quick = true;
        options.max_seconds = 4;
        options.steps_per_k = 20;
    }
    if (context.options.max_seconds) options.max_seconds = *context.options.max_seconds;
    return measure(context, std::move(options));
}

/// Nothing here depends on the machine: warm-up, steps, repeats and cache are given, so that equal programs move equal
/// simulated bytes on every host.
Result<void> measure_bytes(SuiteContext& context, const SuiteMemberEntry& own) {
    RunOptions options = run_options(context, own);
    options.workload.pool_rows = 2048;
    options.workload.active_rows = 256;
    options.hidden_dim = options.up_cols = 128;
    options.ks = {16, 64, 256};
    options.loops = {LoopKind::paired, LoopKind::index, LoopKind::mask};
    options.llc = CacheGeometry{64 << 10, 16, 64};
    options.counting.collectors = {"sim"};
    options.warmup = 32;
    options.steps_per_k = 20;
    options.repeats = 6;
    options.threads = 1;
    options.calibration = "none";
    return measure(context, std::move(options));
}

constexpr SuiteMemberEntry member_table[] = {
    {"doctor", "doctor.json", false, "what can be measured here", diagnose},
    {"topology", "topology.json", false, "packages, cores, caches, nodes", describe_topology},
    {"calibrate", "calibration.json", false, "ceilings, write-allocate factors, counter qualification", calibrate},
    {"figures", "figures", true, "a run at the sizes of the prior figures: N=8192, m=1024, rows of 8 KiB",
     measure_figures},
    {"bytes", "bytes", true, "a run at a small simulated cache: bytes that are equal on every machine", measure_bytes},
};

} // namespace

Result<void> check_placement(const SuiteOptions& options, const ProgramSeams& program) {
    RunOptions run;
    run.cpus = options.cpus;
    run.memory = options.memory;
    run.threads = options.threads;
    run.calibration = run.autotune = "none";
    run.out = (std::filesystem::path(options.out) / "figures").string();
    run.force = true;
    KernelSys sys;
    const auto plan = Run::prepare(sys, std::move(run), run_seams(program));
    if (plan || plan.error().code == ExitCode::not_possible) return {};
    return fail(plan.error());
}

std::span<const SuiteMemberEntry> suite_members() { return member_table; }

} // namespace bytebound
