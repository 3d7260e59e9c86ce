#pragma once
// What a calibration measures, and on which buffer sizes. Pure: nothing is opened, bound or allocated.

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

/// Options of `bytebound calibrate`, parsed but not validated.
struct CalibrationOptions {
    std::string cpus = "auto", memory = "local";
    std::vector<std::uint32_t> threads; ///< empty: 1, 2, 4, ... and all cores of --cpus
    std::vector<std::uint64_t> row_bytes = {256, 1024, 4096, 16384, 65536};
    std::uint32_t rounds = 20;
    bool quick = false;
    CountingOptions counting; ///< its events stay empty: a calibration counts the default events of a run
    std::string out;          ///< empty: the host's file in the cache directory
    bool force = false, dry_run = false, quiet = false, json = false;
    std::vector<std::string> command;
};
inline constexpr std::uint32_t quick_rounds = 5;

/// One working set of a team.
struct LevelBuffers {
    MemoryLevel level = MemoryLevel::memory;
    std::uint64_t worker_bytes = 0; ///< per worker; copies go from its first half to its second half
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

/// All ceilings for one number of workers.
struct TeamPlan {
    Placement placement;
    std::vector<CeilingRequest> requests;
    std::uint64_t arena_bytes = 0; ///< for the whole team
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

/// Errors: those of resolve_placement(); usage for invalid options, and for buffers larger than the memory;
/// not_possible for more threads or a larger file than the limits of the process allow.
Result<CalibrationPlan> plan_calibration(const CalibrationOptions& options, const Machine& machine,
                                         const MemoryRoom& memory_available);

/// The plan as lines of text, for --dry-run.
std::vector<std::string> describe(const CalibrationPlan& plan);

} // namespace bytebound
