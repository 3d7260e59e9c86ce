#pragma once
// The simulated tier: every (loop, k) replayed through a last-level cache, and the computed figures of every step.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "loops/replay.hpp"
#include "model/cache.hpp"
#include "run/plan.hpp"
#include "run/progress.hpp"

namespace bytebound {

/// Bytes that moved in the gap in front of a step (--between).
struct GapBytes {
    std::uint64_t read = 0, written = 0;
    bool operator==(const GapBytes&) const = default;
};

/// One (loop, k). Steps are the warm-up's and the measured ones.
struct SimulatedRow {
    bool simulated = false;
    std::string reason;                           ///< why not simulated
    std::vector<LineCounts> steps;                ///< segment 0
    std::vector<GapBytes> gaps;                   ///< parallel to steps; empty without --between
    std::vector<std::vector<StepLedger>> ledgers; ///< per repeat; empty ones for library code
    std::uint64_t line_references = 0;
};

/// rows[experiment][loop], in the plan's orders.
struct Simulation {
    std::vector<std::vector<SimulatedRow>> rows;
    double seconds = 0;
};

/// Replays all of them, several at once on `cpus`. Nothing is timed meanwhile. Errors: not_possible for no memory,
/// interrupted or terminated for `stop`.
Result<Simulation> simulate(const RunPlan& plan, const std::vector<int>& cpus, const ProgressCallback& progress,
                            const StopFlag& stop);

/// Names of the simulated columns of samples.csv.
std::vector<std::string> simulated_columns(Between between);
/// Values of those columns for one step (an index into row.steps).
std::vector<std::optional<std::uint64_t>> simulated_values(const SimulatedRow& row, std::size_t step,
                                                           std::uint32_t line_bytes, Between between);

/// The cache behind one arena: what a replay touches, in lines. Addresses are offsets in the arena.
class CacheObserver final : public AccessObserver {
public:
    explicit CacheObserver(const CacheGeometry& geometry) : cache_(geometry), line_bytes_(geometry.line_bytes) {}
    void copy(Buffer from, std::uint64_t from_offset, Buffer to, std::uint64_t to_offset, std::uint64_t bytes) override;
    void load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override;
    void store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override;
    CacheSim& cache() { return cache_; }

private:
    struct Lines {
        std::uint64_t first, count;
    };
    Lines lines_of(std::uint64_t offset, std::uint64_t bytes) const {
        const std::uint64_t first = offset / line_bytes_;
        return {first, bytes == 0 ? 0 : (offset + bytes - 1) / line_bytes_ - first + 1};
    }

    CacheSim cache_;
    std::uint64_t line_bytes_;
};

} // namespace bytebound
