#pragma once
// What a calibration measures, on how large buffers. Pure: nothing is opened, bound or allocated.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "experiment/counting/request.hpp"
#include "machine/machine.hpp"
#include "machine/placement.hpp"
#include "model/ceilings.hpp"
#include "record/calibration_record.hpp"

namespace bytebound {

/// Options of `bytebound calibrate`, parsed but not yet judged.
struct CalibrationOptions {
    std::string cpus = "auto", memory = "local";
    std::vector<std::uint32_t> threads; ///< empty: 1, 2, 4, ... and every core of --cpus
    std::vector<std::uint64_t> row_bytes = {256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536};
    std::uint32_t rounds = 20;
    bool quick = false;
    CountingOptions counting; ///< whose events stay empty: a calibration counts what a run counts by default
    std::string out;          ///< empty: the host's file in the cache directory
    bool force = false, dry_run = false, quiet = false, json = false;
    std::vector<std::string> command;
};
inline constexpr std::uint32_t quick_rounds = 5;

/// One working set of a team.
struct LevelBuffers {
    MemoryLevel level = MemoryLevel::memory;
    std::uint64_t worker_bytes = 0; ///< every worker's own part; copies go from its first half to its second
    bool small_buffers = false;
    bool operator==(const LevelBuffers&) const = default;
};

/// One ceiling to measure.
struct CeilingRequest {
    StreamKernel kernel = StreamKernel::copy;
    LevelBuffers buffers;
    std::uint64_t row_bytes = 0;
    bool operator==(const CeilingRequest&) const = default;
};

/// All ceilings of one number of workers.
struct TeamPlan {
    Placement placement;
    std::vector<CeilingRequest> requests;
    std::uint64_t arena_bytes = 0; ///< of the whole team
    std::uint32_t threads() const { return static_cast<std::uint32_t>(placement.cpus.size()); }
};

struct CalibrationPlan {
    CalibrationOptions options;
    Placement placement; ///< of the largest team
    std::vector<TeamPlan> teams;
    std::vector<LevelCapacity> capacities;
    std::vector<CeilingAbsence> absent;
    std::vector<Warning> warnings;
};

/// `memory_available`: bytes; 0: unknown. Errors: those of resolve_placement(); usage for impossible options and for
/// buffers larger than the memory.
Result<CalibrationPlan> plan_calibration(const CalibrationOptions& options, const Machine& machine,
                                         std::uint64_t memory_available);

/// The plan in lines of text, for --dry-run.
std::vector<std::string> describe(const CalibrationPlan& plan);

} // namespace bytebound
