#pragma once
// The emulated tier: every (loop, k) runs again in its own process, under an emulator with a cache model.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "counters/registry.hpp"
#include "experiment/plan/plan.hpp"
#include "experiment/replay/emulation_folder.hpp"

namespace bytebound {

/// One (loop, k): its readings of segment 0, in order.
struct EmulatedRow {
    bool emulated = false;
    std::string reason;                 ///< why it is not emulated
    std::vector<EmulatedPart> readings; ///< one per measured reading of a phase
};

/// The plan of an emulation: the emulator, its caches and the rows it runs.
struct Emulation {
    std::string name; ///< name of the collector; empty: none requested
    std::unique_ptr<WrappingCollector> emulator;
    EmulatedCaches caches;
    std::vector<std::vector<EmulatedRow>> rows; ///< [experiment][loop], in the plan's order
    std::vector<Warning> warnings;
    EmulationFolder folder; ///< made while planning, so that an unusable TMPDIR is detected before anything is written
    std::string version;    ///< the emulator's, known after the run
    std::size_t processes = 0;
    double seconds = 0;
};

/// Resources for the emulated processes.
struct EmulationPlace {
    std::filesystem::path program; ///< this executable
    std::vector<int> cpus;
    std::optional<std::uint64_t> memory_available; ///< in addition to the run itself; nullopt: unknown
};

/// Why a row cannot be emulated with this copy method; empty if it can. A loop that chooses its method is emulated
/// with memcpy, but not after its trial chose non-temporal stores.
std::string why_not_emulated(LoopKind loop, CopyMethod copy);

/// Errors (not_possible): the emulator is not built in or not installed, has no such cache, or cannot run any row; its
/// temporary folder cannot be made.
Result<Emulation> plan_emulation(const RunPlan& plan, std::span<const CollectorEntry> table);

/// Runs all rows, several concurrently, and reads the emulator's output. Errors: internal with the complaint of a
/// failed process, or for a process that took too long; not_possible if a process ended with it; interrupted or
/// terminated for `stop`. Leaves no process and no file behind.
Result<void> emulate_run(Emulation& emulation, const RunPlan& plan, const EmulationPlace& place,
                         const ProgressCallback& progress, const StopFlag& stop);

/// The environment without variables that change how an emulator runs or make it contact a server.
std::vector<std::string> emulator_environment();

/// Picks the line to show from a failed process's log: our own error if there is one, otherwise the first line that is
/// not a warning. valgrind's last line is only advice.
std::string first_complaint(std::string_view log);

/// Names of the emulated columns in samples.csv.
std::vector<std::string> emulated_columns();
/// Values of those columns for one reading.
std::vector<std::optional<std::uint64_t>> emulated_values(const EmulatedPart& reading, std::uint32_t line_bytes);
/// Whether those columns supply the metric of the report.
bool emulation_supplies(std::string_view metric);

} // namespace bytebound
