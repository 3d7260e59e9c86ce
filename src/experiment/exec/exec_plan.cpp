#include "experiment/exec/exec_plan.hpp"

#include <linux/mempolicy.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.hpp"
#include "counters/search_path.hpp"
#include "record/warnings.hpp"

namespace bytebound {
namespace {

Failure no_program(const NamedCommand& command, std::string cause, int error) {
    return fail({ExitCode::usage, "find command " + command.name, command.argv.front(), std::move(cause),
                 "give a program that can be executed, or --shell for words of the shell", error});
}

/// The file that execve(2) gets.
Result<std::string> program_of(const NamedCommand& command) {
    const std::string& word = command.argv.front();
    if (word.find('/') == std::string::npos) {
        if (auto found = find_program(std::getenv("PATH"), word); found && !word.empty()) return std::move(*found);
        return no_program(command, "there is no such program in PATH", 0);
    }
    struct stat status {};
    if (::stat(word.c_str(), &status) != 0) return no_program(command, "there is no such file", errno);
    if (!S_ISREG(status.st_mode)) return no_program(command, "it is not a file", 0);
    if (::access(word.c_str(), X_OK) != 0) return no_program(command, "it is not executable", errno);
    return word;
}

/// A setuid or setgid program whose rights this process does not have.
bool changes_user(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return false;
    return ((status.st_mode & S_ISUID) != 0 && status.st_uid != ::geteuid()) ||
           ((status.st_mode & S_ISGID) != 0 && status.st_gid != ::getegid());
}

/// "default", "interleave" or a node.
Result<std::optional<MemoryPlace>> memory_of(const Machine& machine, const ExecOptions& options,
                                             const Placement& placement) {
    if (options.memory == "default") return std::nullopt;
    if (!machine.bind_memory.available && machine.nodes.size() < 2) return std::nullopt; // every page is in place
    const int mode = placement.policy == MemoryPolicy::interleave ? MPOL_INTERLEAVE
                     : placement.policy == MemoryPolicy::node     ? MPOL_BIND
                                                                  : MPOL_PREFERRED;
    MemoryPlace place{mode, placement.nodes};
    if (mode == MPOL_PREFERRED) place.nodes.clear(); // without nodes: the node of the CPU
    return std::optional(std::move(place));
}

Result<Placement> placement_of(const Machine& machine, const ExecOptions& options) {
    const std::string cpus = options.cpus == "all" ? "auto" : options.cpus;
    const std::vector<int> list = TRY(resolve_cpus(machine, cpus));
    Placement placement = TRY(resolve_placement(machine, cpus, options.memory == "default" ? "local" : options.memory,
                                                static_cast<unsigned>(list.size())));
    placement.cpus_request = options.cpus;
    placement.memory_request = options.memory;
    return placement;
}

Result<void> check_collectors(const CollectorChoice& chosen, bool regions) {
    const auto refuse = [](const std::string& name, std::string cause) {
        return fail({ExitCode::not_possible, "count with", "--collector " + name, std::move(cause),
                     "give --collector auto or perf"});
    };
    if (chosen.simulate && !chosen.automatic) return refuse("sim", "a command has no row trace to simulate");
    if (regions && !chosen.emulating.empty())
        return refuse(chosen.emulating, "it counts whole commands, and --regions their parts");
    return {};
}

} // namespace

Result<ExecPlan> plan_exec(const ExecOptions& options, const Machine& machine, const ExecSeams& seams) {
    ExecPlan plan;
    plan.options = options;
    for (const NamedCommand& command : options.commands) {
        plan.paths.push_back(TRY(program_of(command)));
        if (changes_user(plan.paths.back())) plan.warnings.push_back(warnings::command_changes_user(command.name));
    }
    plan.placement = TRY(placement_of(machine, options));
    plan.pinned = options.cpus != "all";
    plan.memory = TRY(memory_of(machine, options, plan.placement));
    const CollectorChoice chosen = TRY(choose_collectors(options.counting.collectors));
    TRY(check_collectors(chosen, options.regions));
    const PresetMatches preset = TRY(match_presets(seams.root, options.counting));
    plan.counting = TRY(request_counting(options.counting, plan.placement, preset, seams.root));
    plan.warnings.insert(plan.warnings.end(), plan.counting.warnings.begin(), plan.counting.warnings.end());
    return plan;
}

std::vector<std::string> describe(const ExecPlan& plan) {
    const ExecOptions& o = plan.options;
    std::vector<std::string> lines;
    for (const NamedCommand& command : o.commands)
        lines.push_back(fmt::format("{}: {}", command.name, command_line(command.argv)));
    const std::string repeats =
        o.repeats ? fmt::format("{} blocks", *o.repeats)
                  : fmt::format("{} blocks or more, until the time is within {:g} % or {:g} s "
                                "have passed",
                                least_auto_blocks(Subject::commands), o.precision * 100, o.max_seconds);
    lines.push_back(repeats + (o.commands.size() > 1 ? ", each ABBA or BAAB, drawn by the seed" : ", each one run"));
    lines.push_back(fmt::format("{} warm-up run{} of each command{}", o.warmup, o.warmup == 1 ? "" : "s",
                                o.prepare.empty() ? "" : "; before each run: " + o.prepare));
    if (o.regions) lines.push_back("a step is a pass of a region of the command");
    lines.push_back(fmt::format("CPUs {}{}, memory {}", format_cpu_list(plan.placement.cpus),
                                plan.pinned ? "" : " (not pinned)", o.memory));
    std::vector<std::string> events;
    for (const EventRequest& event : plan.counting.events)
        events.push_back(event.column());
    lines.push_back("events: " + join(events, ", "));
    return lines;
}

} // namespace bytebound
