#pragma once
// The emulated tier: every (loop, k) once more in a process of its own, under an emulator with a cache model.

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
    std::string reason;                 ///< why not emulated
    std::vector<EmulatedPart> readings; ///< as many as measured readings of a phase
};

/// What was agreed before anything is written: the emulator, its caches and the rows it runs.
struct Emulation {
    std::string name; ///< of the collector; empty: none was asked for
    std::unique_ptr<WrappingCollector> emulator;
    EmulatedCaches caches;
    std::vector<std::vector<EmulatedRow>> rows; ///< [experiment][loop], in the plan's orders
    std::vector<Warning> warnings;
    EmulationFolder folder; ///< made at planning: a TMPDIR that cannot be used is found before anything is written
    std::string version;    ///< of the emulator, after the run
    std::size_t processes = 0;
    double seconds = 0;
};

/// Processes that run side by side, and how.
struct EmulationPlace {
    std::filesystem::path program; ///< this program
    std::vector<int> cpus;
    std::uint64_t memory_available = 0; ///< beside what the run itself holds; 0: unknown
};

/// Why a row cannot be emulated; empty when it can. oracle copies with memcpy whatever its trial chose.
std::string why_not_emulated(LoopKind loop, CopyMethod copy);

/// Errors (not_possible): the emulator is not built in or not installed, has no such cache, or can run no row; its
/// temporary folder cannot be made.
Result<Emulation> plan_emulation(const RunPlan& plan, std::span<const CollectorEntry> table);

/// Runs all rows, several at once, and reads what the emulator wrote. Errors: internal with what a process complained
/// of, or for one that took too long; not_possible where that was its end; interrupted or terminated for `stop`. No
/// process is left behind, no file either.
Result<void> emulate_run(Emulation& emulation, const RunPlan& plan, const EmulationPlace& place,
                         const ProgressCallback& progress, const StopFlag& stop);

/// Of what a failed process wrote: the error of this program, else the first line that is no warning. valgrind's last
/// line is advice.
std::string first_complaint(std::string_view log);

/// Names of the emulated columns of samples.csv.
std::vector<std::string> emulated_columns();
/// Their values for one reading.
std::vector<std::optional<std::uint64_t>> emulated_values(const EmulatedPart& reading, std::uint32_t line_bytes);
/// Metrics of the report that those columns supply.
bool emulation_supplies(std::string_view metric);

} // namespace bytebound
