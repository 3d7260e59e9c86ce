#include "experiment/calibrate/calibration.hpp"

#include <algorithm>

#include "archive/calibration_store.hpp"
#include "experiment/calibrate/team_ceilings.hpp"
#include "experiment/measure/pinned_team.hpp"
#include "experiment/qualify/qualification.hpp"
#include "io/valgrind.hpp"
#include "loops/stream_kernels.hpp"
#include "machine/environment.hpp"
#include "record/calibration_judgement.hpp"
#include "record/environment_warnings.hpp"
#include "record/stamp.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

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
    error.remedy = "nothing was written; run it again";
    return error;
}

} // namespace

Result<Calibration> Calibration::prepare(Sys& sys, CalibrationOptions options, CalibrationSeams seams) {
    if (!seams.root.is_live())
        return fail({ExitCode::usage, "calibrate", seams.root.path().string(), "a recorded machine cannot be measured",
                     "remove --sysroot"});
    const CalibrationPlace place = options.out.empty() ? CalibrationPlace::cache : CalibrationPlace::out;
    std::filesystem::path file;
    if (place == CalibrationPlace::out) file = TRY(check_calibration_file(options.out, place, options.force));
    auto machine = seams.machine ? Result<Machine>(*seams.machine) : discover(seams.root);
    if (!machine) return fail(machine.error());
    auto plan = TRY(plan_calibration(options, *machine, seams.memory_available.value_or(memory_room(machine->limits))));
    if (place == CalibrationPlace::cache) {
        const auto saved = calibration_file(seams.directory, host_name(), plan.placement);
        if (saved.empty())
            return fail({ExitCode::usage, "write calibration", "file",
                         "neither XDG_CACHE_HOME nor HOME is set to a directory to save it in", "give --out FILE"});
        file = TRY(check_calibration_file(saved, place, options.force));
    }
    auto preset = TRY(match_presets(seams.root, options.counting));
    auto counting = TRY(request_counting(options.counting, plan.placement, preset, seams.root));
    return Calibration(sys, std::move(seams), std::move(*machine), std::move(plan), std::move(counting),
                       std::move(file));
}

Result<Counting> Calibration::plan_and_qualify(CalibrationRecord& record, const ProgressCallback& progress,
                                               const StopFlag& stop) const {
    auto leader = TRY(PinnedTeam::make(*sys_, machine_, {counting_request_.placement.cpus.at(0)}));
    auto counting = TRY(plan_counting(counting_request_, *sys_, seams_.root, seams_.collectors));
    record.collectors = counting.collectors;
    record.warnings.insert(record.warnings.end(), counting.warnings.begin(), counting.warnings.end());
    if (counting.sources.empty()) {
        record.qualification.reason = "nothing was counted";
        return counting;
    }
    if (progress) progress({"qualify", 0, 1, "counters on kernels with known counts"});
    auto events = TRY(qualify_counters(
        {counting, counting_request_, machine_, stop, seams_.kernel_amounts, qualification_pace(plan_.options.quick)}));
    record.qualification.done = true;
    record.qualification.measured = utc_now();
    record.qualification.events = std::move(events);
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
    // Before the workers start, so that the load is that of other processes.
    record.warnings = environment_warnings(capture_environment(seams_.root, machine_, plan_.placement.cpus));
    record.warnings.insert(record.warnings.end(), plan_.warnings.begin(), plan_.warnings.end());

    auto counting = plan_and_qualify(record, progress, stop);
    if (!counting) return fail(stop != 0 ? stopped_at(counting.error()) : counting.error());
    const ReadEvents reads = find_read_events(*counting, record.qualification);
    const std::uint64_t total = plan_.teams.size() * plan_.options.rounds;
    for (std::size_t i = 0; i < plan_.teams.size(); ++i) {
        auto done = measure_team(
            {*sys_, machine_, plan_, plan_.teams[i], seams_.clock, *counting, reads, i * plan_.options.rounds, total},
            record, progress, stop);
        if (!done) return fail(stop != 0 ? stopped_at(done.error()) : done.error());
    }
    if (progress) progress({"calibrate", total, total, {}});
    record.measured = utc_now();
    return record;
}

Result<CalibrationRecord> Calibration::save(const CalibrationRecord& record) const {
    const CalibrationOptions& options = plan_.options;
    if (std::string why = why_disturbed(record.ceilings); !why.empty() && !options.force)
        return fail({ExitCode::not_possible, "save calibration", file_.string(),
                     "the machine was busy: " + std::move(why),
                     "calibrate again when it is idle, or give --force to save it"});
    return write_calibration(file_, record, options.out.empty() ? CalibrationPlace::cache : CalibrationPlace::out);
}

} // namespace bytebound
