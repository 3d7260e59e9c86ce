#include "run/calibration.hpp"

#include <algorithm>

#include "loops/stream_kernels.hpp"
#include "run/calibration_stage.hpp"
#include "run/calibration_store.hpp"
#include "run/environment.hpp"
#include "run/environment_facts.hpp"
#include "run/qualification.hpp"
#include "run/run.hpp"
#include "run/run_records.hpp"
#include "run/warnings.hpp"

namespace bytebound {
namespace {

/// "always [madvise] never" -> "madvise".
std::string chosen_word(const std::string& text) {
    const auto open = text.find('['), close = text.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open) return text;
    return text.substr(open + 1, close - open - 1);
}

/// A run that counts what a run counts, on the calibration's placement: its events are qualified, its DRAM reads tell
/// the write-allocates.
Result<RunPlan> counting_plan(const CalibrationPlan& plan, const Machine& machine, const SysRoot& root) {
    RunOptions options;
    options.pool_rows = 64, options.active_rows = 16, options.ks = {2}, options.steps_per_k = 1, options.repeats = 1;
    options.hidden_dim = options.up_cols = 16;
    options.warmup = 0;
    options.quick = plan.options.quick;
    options.threads = plan.options.threads.front();
    options.cpus = plan.options.cpus;
    options.memory = plan.options.memory;
    options.collectors = plan.options.collectors;
    options.bandwidth_preset = plan.options.bandwidth_preset;
    options.preset_directory = plan.options.preset_directory;
    options.bytes_per_cas = plan.options.bytes_per_cas;
    PlanFacts facts;
    facts.root = root;
    facts.under_valgrind = under_valgrind();
    auto preset = choose_preset(root, options.bandwidth_preset, options.preset_directory);
    if (!preset) return fail(preset.error());
    facts.preset = std::move(*preset);
    if (facts.preset.preset) {
        facts.memory = match_memory(root, *facts.preset.preset, options.bytes_per_cas);
        facts.estimate = match_core_estimate(root, *facts.preset.preset);
    }
    return plan_run(options, machine, facts);
}

std::vector<CacheInfo> data_caches(const Machine& machine, const std::vector<int>& cpus) {
    std::vector<CacheInfo> out;
    for (const CacheInfo& cache : machine.caches)
        if (cache.type != "Instruction" && std::any_of(cpus.begin(), cpus.end(), [&](int cpu) {
                return std::find(cache.cpus.begin(), cache.cpus.end(), cpu) != cache.cpus.end();
            }))
            out.push_back(cache);
    return out;
}

Error stopped_at(const Error& stop) {
    Error error = stop;
    error.operation = "calibrate";
    error.object = "this host";
    error.cause = stop.code == ExitCode::interrupted ? "interrupted by SIGINT" : "terminated by SIGTERM";
    error.remedy = "nothing was written; run it again";
    return error;
}

} // namespace

HostFacts host_facts(const SysRoot& root) {
    HostFacts facts;
    facts.host = host_name();
    if (const auto info = root.read("proc/cpuinfo")) {
        // arm64 has an implementer and a part instead of a name.
        for (const char* key : {"model name", "Processor", "cpu model"})
            if (facts.cpu_model.empty()) facts.cpu_model = environment::field(*info, key);
        if (facts.cpu_model.empty())
            facts.cpu_model = "implementer " + environment::field(*info, "CPU implementer") + ", part " +
                              environment::field(*info, "CPU part");
    }
    if (const auto release = root.read("proc/sys/kernel/osrelease")) facts.kernel = *release;
    const auto thp = root.read("sys/kernel/mm/transparent_hugepage/enabled");
    facts.thp = thp ? chosen_word(*thp) : "unknown";
    return facts;
}

Result<Calibration> Calibration::prepare(Sys& sys, CalibrationOptions options, CalibrationSeams seams) {
    if (!seams.root.is_live())
        return fail({ExitCode::usage, "calibrate", seams.root.path().string(), "a recorded machine cannot be measured",
                     "leave --sysroot out"});
    if (!options.out.empty())
        if (auto usable = check_calibration_file(options.out, options.force); !usable) return fail(usable.error());
    auto machine = seams.machine ? Result<Machine>(*seams.machine) : discover(seams.root);
    if (!machine) return fail(machine.error());
    auto plan = plan_calibration(options, *machine,
                                 seams.memory_available ? *seams.memory_available : memory_available(seams.root));
    if (!plan) return fail(plan.error());
    std::filesystem::path file = options.out;
    if (file.empty()) file = calibration_file(seams.directory, host_name(), plan->placement);
    if (file.empty())
        return fail({ExitCode::usage, "write calibration", "file",
                     "neither XDG_CACHE_HOME nor HOME names a directory to keep it in", "give --out FILE"});
    auto counting = counting_plan(*plan, *machine, seams.root);
    if (!counting) return fail(counting.error());
    return Calibration(sys, std::move(seams), std::move(*machine), std::move(*plan), std::move(*counting),
                       std::move(file));
}

Result<Counting> Calibration::plan_and_qualify(CalibrationRecord& record, const ProgressCallback& progress,
                                               const StopFlag& stop) const {
    WorkerTeam leader(1);
    auto pin = pin_workers(*sys_, machine_, counting_plan_.placement.cpus, leader);
    if (!pin) return fail(pin.error());
    auto counting = plan_counting(counting_plan_, *sys_, seams_.root, seams_.collectors);
    if (!counting) return counting;
    record.collectors = counting->collectors;
    record.warnings.insert(record.warnings.end(), counting->warnings.begin(), counting->warnings.end());
    if (counting->sources.empty()) {
        record.qualification.reason = "nothing was counted";
        return counting;
    }
    if (progress) progress({"qualify", 0, 1, "counters on kernels of known truth"});
    auto events = qualify_counters(
        {*counting, counting_plan_, machine_, stop, seams_.kernel_amounts, qualification_pace(plan_.options.quick)});
    if (!events) return fail(events.error());
    record.qualification.done = true;
    record.qualification.measured = utc_now();
    record.qualification.events = std::move(*events);
    return counting;
}

Result<CalibrationRecord> Calibration::measure(const ProgressCallback& progress, const StopFlag& stop) {
    CalibrationRecord record;
    const BuildInfo build = build_info();
    record.version = build.version;
    record.git_revision = build.git_revision;
    record.command = plan_.options.command;
    record.host = host_facts(seams_.root);
    record.placement = plan_.placement;
    record.threads = plan_.options.threads;
    record.caches = data_caches(machine_, plan_.placement.cpus);
    record.quick = plan_.options.quick;
    record.rounds = plan_.options.rounds;
    record.isa = widest_stream_functions().isa;
    record.ceilings.capacities = plan_.capacities;
    record.absent = plan_.absent;
    // What it sees is others' load: no worker works yet.
    record.warnings = environment_warnings(capture_environment(seams_.root, machine_, plan_.placement.cpus));
    record.warnings.insert(record.warnings.end(), plan_.warnings.begin(), plan_.warnings.end());

    auto counting = plan_and_qualify(record, progress, stop);
    if (!counting) return fail(stop != 0 ? stopped_at(counting.error()) : counting.error());
    const ReadEvents reads = find_read_events(*counting, record.qualification);
    const std::uint64_t total = plan_.stages.size() * plan_.options.rounds;
    for (std::size_t i = 0; i < plan_.stages.size(); ++i) {
        auto done = measure_stage(
            {*sys_, machine_, plan_, plan_.stages[i], seams_.clock, *counting, reads, i * plan_.options.rounds, total},
            record, progress, stop);
        if (!done) return fail(stop != 0 ? stopped_at(done.error()) : done.error());
    }
    if (progress) progress({"calibrate", total, total, {}});
    record.measured = utc_now();
    return record;
}

Result<void> Calibration::save(const CalibrationRecord& record) const {
    return write_calibration(file_, record, plan_.options.out.empty());
}

} // namespace bytebound
