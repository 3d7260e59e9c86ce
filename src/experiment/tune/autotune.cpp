#include "experiment/tune/autotune.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "archive/autotune_store.hpp"
#include "experiment/measure/pinned_team.hpp"
#include "experiment/tune/tuning_stage.hpp"
#include "machine/environment.hpp"
#include "record/environment_warnings.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

Error stopped_at(const Error& stop) {
    Error error = stop;
    error.operation = "autotune";
    error.object = "this host";
    error.remedy = "nothing was written; run it again";
    return error;
}

/// The search and the confirmation for rows of one layout.
class RowsTuner {
public:
    RowsTuner(const AutotunePlan& plan, const RowsToTune& rows, TuningStage& stage,
              std::function<void(std::string)> show)
        : plan_(plan), rows_(rows), stage_(stage), show_(std::move(show)) {}

    Result<TunedRows> run() {
        TunedRows out;
        out.groups = rows_.plan.layout.groups;
        out.workload = workload_text(rows_.plan.options);
        for (const std::uint32_t threads : plan_.options.threads)
            TRY(search(threads, out));
        TRY(confirm(out));
        out.measured = utc_now();
        return out;
    }

private:
    struct Best {
        TunedSetting setting;
        double mean_ns = 0;
    };

    /// Measures a stage of the search, adds its candidates, and returns the fastest.
    Result<TunedSetting> stage_of(const char* name, const std::vector<TunedSetting>& settings, std::uint32_t first,
                                  TunedRows& out) {
        const auto blocks = plan_.options.search_blocks;
        const auto times = TRY(stage_.measure(settings, first, blocks, [&] {
            show_(fmt::format("{} of {} bytes, {} thread{}", name, groups_text(out.groups), settings[0].threads,
                              settings[0].threads == 1 ? "" : "s"));
        }));
        for (std::size_t i = 1; i < times.size(); ++i) // the first is the default
            out.candidates.push_back({name, times[i].setting, ratio_to(times[i], times[0])});
        const SettingTimes& fastest = times[fastest_of(times)];
        last_mean_ns_ = mean_of(fastest);
        return fastest.setting;
    }

    static double mean_of(const SettingTimes& times) {
        const std::vector<double> blocks = block_means(times);
        return mean(blocks);
    }

    Result<void> search(std::uint32_t threads, TunedRows& out) {
        const TunedSetting base = default_setting(threads);
        std::vector<TunedSetting> settings;
        for (const CopyMethod copy : rows_.copies) {
            settings.push_back(base);
            settings.back().copy = copy;
        }
        TunedSetting best = TRY(stage_of("copy", settings, 0, out));
        if (threads > 1) {
            settings = {base};
            for (const std::uint32_t grain : plan_.grains)
                for (const std::uint32_t threshold : plan_.thresholds) {
                    const TunedSetting each{threads, best.copy, grain, threshold};
                    if (std::find(settings.begin(), settings.end(), each) == settings.end()) settings.push_back(each);
                }
            best = TRY(stage_of("grain", settings, plan_.options.search_blocks, out));
        }
        found_.push_back({best, last_mean_ns_});
        return {};
    }

    /// On segments that the search did not see.
    Result<void> confirm(TunedRows& out) {
        std::vector<TunedSetting> settings{default_setting(plan_.options.threads.front())}; // against itself
        for (const Best& best : found_) {
            settings.push_back(default_setting(best.setting.threads));
            if (best.setting != settings.back()) settings.push_back(best.setting);
        }
        const auto times =
            TRY(stage_.measure(settings, 2 * plan_.options.search_blocks, plan_.options.fresh_blocks,
                               [&] { show_(fmt::format("fresh blocks of {} bytes", groups_text(out.groups))); }));
        out.against_itself = ratio_to(times[0], times[1]);
        std::vector<FreshTimes> fresh;
        for (std::size_t i = 1; i < times.size(); ++i) {
            if (times[i].setting == default_setting(times[i].setting.threads))
                fresh.push_back({times[i], {}});
            else
                fresh.back().finalist = times[i];
        }
        const auto fastest = std::min_element(found_.begin(), found_.end(),
                                              [](const Best& a, const Best& b) { return a.mean_ns < b.mean_ns; });
        Decision decision = decide(fresh, static_cast<std::size_t>(fastest - found_.begin()));
        for (std::size_t i = 0; i < fresh.size(); ++i)
            if (fresh[i].finalist) put_cells(decision.settings[i], fresh[i]);
        out.settings = std::move(decision.settings);
        out.threads = decision.threads;
        out.threads_ratio = decision.threads_ratio;
        out.threads_p_adjusted = decision.threads_p_adjusted;
        out.threads_verdict = decision.threads_verdict;
        return {};
    }

    void put_cells(TunedThreads& into, const FreshTimes& fresh) const {
        const RunPlan& plan = rows_.plan;
        for (std::size_t c = 0; c < rows_.cells.size(); ++c) {
            const LoopEntry* entry = find_loop(rows_.cells[c].loop);
            into.cells.push_back({std::string(entry->name), plan.experiments[rows_.cells[c].experiment].trace.k(),
                                  cell_ratio(*fresh.finalist, fresh.base, c)});
        }
    }

    const AutotunePlan& plan_;
    const RowsToTune& rows_;
    TuningStage& stage_;
    std::function<void(std::string)> show_;
    std::vector<Best> found_; ///< by number of workers
    double last_mean_ns_ = 0;
};

} // namespace

Result<Autotune> Autotune::prepare(Sys& sys, AutotuneOptions options, AutotuneSeams seams) {
    if (!seams.root.is_live())
        return fail({ExitCode::usage, "autotune", seams.root.path().string(), "a recorded machine cannot be measured",
                     "remove --sysroot"});
    const HostFilePlace place = options.out.empty() ? HostFilePlace::cache : HostFilePlace::out;
    std::filesystem::path file;
    if (place == HostFilePlace::out) file = TRY(check_host_file(autotune_kind, options.out, place, options.force));
    auto machine = TRY(seams.machine ? Result<Machine>(*seams.machine) : discover(seams.root));
    PlanFacts facts;
    facts.limits = machine.limits;
    facts.memory_available = seams.memory_available.value_or(memory_room(machine.limits));
    auto plan = TRY(plan_autotune(options, machine, facts));
    if (place == HostFilePlace::cache) {
        const auto saved = host_file(seams.directory, host_name(), plan.placement);
        if (saved.empty())
            return fail({ExitCode::usage, "write autotune", "file",
                         "neither XDG_CACHE_HOME nor HOME is set to a directory to save it in", "give --out FILE"});
        file = TRY(check_host_file(autotune_kind, saved, place, options.force));
    }
    return Autotune(sys, std::move(seams), std::move(machine), facts.memory_available, std::move(plan),
                    std::move(file));
}

Result<AutotuneRecord> Autotune::measure(const ProgressCallback& progress, const StopFlag& stop) {
    AutotuneRecord record;
    const ProgramVersion program = program_version();
    record.version = program.version;
    record.git_revision = program.git_revision;
    record.command = plan_.options.command;
    record.host = host_facts(seams_.root);
    record.placement = plan_.placement;
    record.threads = plan_.options.threads;
    record.quick = plan_.options.quick;
    record.search_blocks = plan_.options.search_blocks;
    record.fresh_blocks = plan_.options.fresh_blocks;
    // Before the workers start, so that the load is that of other processes.
    record.warnings = environment_warnings(capture_environment(seams_.root, machine_, plan_.placement.cpus));
    record.warnings.insert(record.warnings.end(), plan_.warnings.begin(), plan_.warnings.end());
    {
        auto team = TRY(PinnedTeam::make(*sys_, machine_, plan_.placement.cpus));
        record.bound_cpus = team.bound();
    }
    const auto& threads = plan_.options.threads;
    const std::uint64_t stages =
        threads.size() +
        static_cast<std::uint64_t>(std::count_if(threads.begin(), threads.end(), [](auto each) { return each > 1; }));
    const std::uint64_t total = plan_.rows.size() * (stages * plan_.options.search_blocks + plan_.options.fresh_blocks);
    std::uint64_t done = 0;
    for (const RowsToTune& rows : plan_.rows) {
        auto stage = TuningStage::make({*sys_, machine_, seams_.clock, stop, memory_available_}, rows, record);
        if (!stage) return fail(stage.error());
        RowsTuner tuner(plan_, rows, *stage, [&](std::string what) {
            if (progress) progress({"autotune", done++, total, std::move(what)});
        });
        auto tuned = tuner.run();
        if (!tuned) return fail(stop != 0 ? stopped_at(tuned.error()) : tuned.error());
        record.rows.push_back(std::move(*tuned));
    }
    if (progress) progress({"autotune", total, total, {}});
    record.measured = utc_now();
    return record;
}

Result<AutotuneRecord> Autotune::save(const AutotuneRecord& record) const {
    const AutotuneOptions& options = plan_.options;
    if (std::string why = why_disturbed(record); !why.empty() && !options.force)
        return fail({ExitCode::not_possible, "save autotune", file_.string(), "the machine was busy: " + std::move(why),
                     "autotune again when it is idle, or give --force to save it"});
    return write_autotune(file_, record, options.out.empty() ? HostFilePlace::cache : HostFilePlace::out);
}

} // namespace bytebound
