#pragma once
// The emulated tier of commands: each one once more under an emulator with a cache model, from its start to its end.

#include <memory>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "base/stop.hpp"
#include "experiment/exec/exec_run.hpp"
#include "experiment/replay/emulation_folder.hpp"
#include "record/cache_choice.hpp"

namespace bytebound {

/// Runs of each command under the emulator. If both have equal counts, the program is repeatable to the line, and the
/// interval of its figures has no width.
inline constexpr std::uint32_t emulated_runs = 2;

/// An emulator and its caches, as planned.
struct CommandEmulation {
    std::string name;
    std::unique_ptr<WrappingCollector> emulator;
    EmulatedCaches caches;
    CacheChoice cache; ///< the one that was asked for: the machine's, or --llc
    EmulationFolder folder;
    std::vector<Warning> warnings;
};
/// Errors (not_possible): the emulator is missing or has no such cache; TMPDIR cannot be used.
Result<CommandEmulation> plan_command_emulation(const ExecPlan& plan, const Machine& machine,
                                                std::span<const CollectorEntry> table);

struct EmulatedCommands {
    /// [command][run]: the sum over the processes of the command.
    std::vector<std::vector<EmulatedPart>> totals;
    EmulationRecord record;
};
/// Runs every command emulated_runs times, several at once unless something is to be prepared before each. `codes`: the
/// exit codes of the commands outside of the emulator, where they are known. Errors: not_possible with the emulator's
/// complaint, if a command does not end as it does outside of it; interrupted or terminated.
Result<EmulatedCommands> emulate_commands(CommandEmulation emulation, const ExecPlan& plan,
                                          std::span<const CommandRecord> commands, const ProgressCallback& progress,
                                          const StopFlag& stop);

} // namespace bytebound
