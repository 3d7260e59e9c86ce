#include "experiment/exec/emulated_commands.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/input_file.hpp"
#include "experiment/plan/modelled_cache.hpp"
#include "experiment/replay/emulation.hpp"
#include "io/child_process.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

constexpr auto poll_every = std::chrono::milliseconds(5);

Failure cannot_emulate(const std::string& name, std::string cause, std::string remedy) {
    return fail({ExitCode::not_possible, "emulate", name, std::move(cause), std::move(remedy)});
}

struct EmulatedTask {
    std::size_t command = 0;
    std::uint32_t run = 0;
};

struct RunningTask {
    EmulatedTask task;
    ChildProcess process;
    std::string stem; ///< of its files
};

class CommandProcesses {
public:
    CommandProcesses(const CommandEmulation& emulation, const ExecPlan& plan, std::span<const CommandRecord> commands)
        : emulation_(emulation), plan_(plan), commands_(commands), environment_(emulator_environment()) {
        out_.totals.resize(plan.options.commands.size(), std::vector<EmulatedPart>(emulated_runs));
        for (std::uint32_t run = 0; run < emulated_runs; ++run)
            for (std::size_t i = 0; i < plan.options.commands.size(); ++i)
                tasks_.push_back({i, run});
    }

    std::size_t total() const { return tasks_.size(); }
    std::size_t done() const { return done_; }

    /// Starts what fits and takes what has ended.
    Result<void> advance() {
        const std::size_t at_once =
            plan_.options.prepare.empty() ? std::max<std::size_t>(plan_.placement.cpus.size(), 1) : 1;
        while (next_ < tasks_.size() && running_.size() < at_once)
            TRY(start(tasks_[next_++]));
        for (std::size_t i = running_.size(); i-- > 0;) {
            const auto end = running_[i].process.poll();
            if (!end) continue;
            TRY(take(running_[i], *end));
            running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
            ++done_;
        }
        return {};
    }

    EmulatedCommands result() { return std::move(out_); }

private:
    const std::string& name_of(const EmulatedTask& task) const { return plan_.options.commands[task.command].name; }
    fs::path log_of(const std::string& stem) const { return emulation_.folder.path() / (stem + ".log"); }

    Result<void> start(const EmulatedTask& task) {
        if (!plan_.options.prepare.empty()) TRY(prepare());
        const NamedCommand& command = plan_.options.commands[task.command];
        std::vector<std::string> words = command.argv;
        words.front() = plan_.paths[task.command];
        std::string stem = fmt::format("{}-{}", task.command, task.run);
        auto process = TRY(ChildProcess::start(
            emulation_.emulator->wrap_program(words, emulation_.caches, (emulation_.folder.path() / stem).string()),
            environment_, log_of(stem)));
        running_.push_back({task, std::move(process), std::move(stem)});
        return {};
    }

    Result<void> prepare() {
        auto process =
            TRY(ChildProcess::start({"/bin/sh", "-c", plan_.options.prepare}, environment_, log_of("prepare")));
        std::optional<ProcessEnd> end;
        while (!(end = process.poll()))
            std::this_thread::sleep_for(poll_every);
        if (end->fine()) return {};
        return fail(
            {ExitCode::internal, "prepare", plan_.options.prepare, "it failed", "give a --prepare that succeeds"});
    }

    Result<void> take(const RunningTask& running, const ProcessEnd& end) {
        const auto log = read_input(log_of(running.stem).string(), input::emulator_file);
        const std::string said = first_complaint(log.value_or(""));
        const auto& native = commands_[running.task.command].exit_code;
        if (end.signal != 0 || (native && end.exit_code != *native) || (!native && end.exit_code != 0))
            return cannot_emulate(name_of(running.task),
                                  fmt::format("{} ended {}{}", emulation_.name,
                                              end.signal != 0 ? fmt::format("by signal {}", end.signal)
                                                              : fmt::format("with exit code {}", end.exit_code),
                                              said.empty() ? "" : ": " + said),
                                  "it cannot run setuid programs, AVX-512 or other architectures: measure without it");
        return add_files(running);
    }

    /// Each process of the command has written a file of its own.
    Result<void> add_files(const RunningTask& running) {
        EmulatedPart& total = out_.totals[running.task.command][running.task.run];
        std::vector<fs::path> files;
        std::error_code error;
        for (fs::directory_iterator entry(emulation_.folder.path(), error), last; !error && entry != last;
             entry.increment(error))
            if (const std::string name = entry->path().filename().string();
                name.starts_with(running.stem + ".") && !name.ends_with(".log"))
                files.push_back(entry->path());
        for (const fs::path& file : files) {
            const auto text = read_input(file.string(), input::emulator_file);
            const EmulatedOutput output =
                TRY(emulation_.emulator->parse_program(text.value_or(""), file.filename().string()));
            out_.record.version = output.version;
            for (const EmulatedPart& part : output.parts) {
                total.instructions += part.instructions;
                total.lines_fetched += part.lines_fetched;
                total.lines_written_back += part.lines_written_back;
            }
            ++out_.record.processes;
            fs::remove(file, error);
        }
        if (!files.empty()) return {};
        return cannot_emulate(name_of(running.task),
                              emulation_.name + " wrote no counts: the program is not one of this "
                                                "machine's, or ended without it",
                              "measure without it");
    }

    const CommandEmulation& emulation_;
    const ExecPlan& plan_;
    std::span<const CommandRecord> commands_;
    std::vector<std::string> environment_;
    std::vector<EmulatedTask> tasks_;
    std::vector<RunningTask> running_;
    std::size_t next_ = 0, done_ = 0;
    EmulatedCommands out_;
};

} // namespace

Result<CommandEmulation> plan_command_emulation(const ExecPlan& plan, const Machine& machine,
                                                std::span<const CollectorEntry> table) {
    CommandEmulation out;
    out.name = plan.counting.collectors.emulating;
    const auto refuse = [&](const std::string& cause, const std::string& remedy) {
        return fail({ExitCode::not_possible, "count with", "--collector " + out.name, cause, remedy});
    };
    const CollectorEntry* entry = find_collector(table, out.name);
    if (entry == nullptr || entry->make_wrapping == nullptr)
        return refuse("this build does not have it", "give --collector auto");
    out.emulator = entry->make_wrapping();
    if (const Capability capability = out.emulator->capability(); !capability.available)
        return refuse(capability.cause, capability.remedy);
    out.cache = TRY(modelled_cache(machine, plan.placement.cpus, plan.options.llc, out.warnings));
    const CacheGeometry& wanted = out.cache.geometry;
    const EmulatedCache asked{wanted.size_bytes, wanted.ways, wanted.line_bytes};
    const EmulatedCache nearest = TRY(out.emulator->nearest_cache(asked));
    out.caches = {out.emulator->first_level_above(nearest), nearest};
    if (nearest != asked)
        out.warnings.push_back(warnings::emulated_cache_differs(out.name, wanted, nearest.size_bytes, nearest.ways));
    out.folder = TRY(EmulationFolder::make());
    return out;
}

Result<EmulatedCommands> emulate_commands(CommandEmulation emulation, const ExecPlan& plan,
                                          std::span<const CommandRecord> commands, const ProgressCallback& progress,
                                          const StopFlag& stop) {
    const std::uint64_t begun = now_ns();
    CommandProcesses processes(emulation, plan, commands);
    for (std::size_t shown = processes.total() + 1; processes.done() < processes.total();) {
        if (stop != 0) return fail(stopped_by(stop));
        TRY(processes.advance());
        if (progress && shown != processes.done())
            progress({"emulate", shown = processes.done(), processes.total(), emulation.name});
        std::this_thread::sleep_for(poll_every);
    }
    EmulatedCommands out = processes.result();
    out.record.collector = emulation.name;
    out.record.caches = emulation.caches;
    out.record.seconds = static_cast<double>(now_ns() - begun) * 1e-9;
    return out;
}

} // namespace bytebound
