#pragma once
// A calibration, from its options to its file.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/progress.hpp"
#include "base/stop.hpp"
#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/registry.hpp"
#include "experiment/calibrate/calibration_plan.hpp"
#include "experiment/counting/counting.hpp"
#include "experiment/qualify/qualification_kernels.hpp"
#include "record/calibration_record.hpp"

namespace bytebound {

/// External dependencies of a calibration. The defaults are the running machine; tests script them.
struct CalibrationSeams {
    SysRoot root;
    std::span<const CollectorEntry> collectors = bytebound::collectors();
    ClockFunction clock = now_ns;
    std::optional<Machine> machine;             ///< nullopt: discovered
    std::optional<MemoryRoom> memory_available; ///< nullopt: read from the root
    std::filesystem::path directory;            ///< directory of this host's calibrations; empty: none
    KernelAmounts kernel_amounts;               ///< for the qualification
};

/// Call order: prepare, (describe the plan and stop, for --dry-run), measure, save.
class Calibration {
public:
    /// Plans; opens, allocates and writes nothing. Errors: those of plan_calibration(); usage for a file that cannot be
    /// written, a missing output location, or an unknown collector or preset.
    static Result<Calibration> prepare(Sys& sys, CalibrationOptions options, CalibrationSeams seams = {});

    const CalibrationPlan& plan() const { return plan_; }
    const std::filesystem::path& file() const { return file_; }

    /// Pins, allocates, qualifies and measures on the calling thread, which becomes the leader of every team. Writes
    /// nothing. Errors: not_possible (counting, placement, memory); internal for a proof that failed; interrupted or
    /// terminated for `stop`.
    Result<CalibrationRecord> measure(const ProgressCallback& progress, const StopFlag& stop);

    /// Writes the file atomically and returns its content: in the cache, with the saved figures that are narrower.
    /// Error: not_possible for a calibration that other work disturbed, without --force; those of write_calibration().
    Result<CalibrationRecord> save(const CalibrationRecord& record) const;

private:
    Calibration(Sys& sys, CalibrationSeams seams, Machine machine, CalibrationPlan plan,
                CountingRequest counting_request, std::filesystem::path file)
        : sys_(&sys), seams_(std::move(seams)), machine_(std::move(machine)), plan_(std::move(plan)),
          counting_request_(std::move(counting_request)), file_(std::move(file)) {}
    Result<Counting> plan_and_qualify(CalibrationRecord& record, const ProgressCallback& progress,
                                      const StopFlag& stop) const;

    Sys* sys_;
    CalibrationSeams seams_;
    Machine machine_;
    CalibrationPlan plan_;
    CountingRequest counting_request_; ///< its DRAM reads determine the write-allocate factors
    std::filesystem::path file_;
};

} // namespace bytebound
