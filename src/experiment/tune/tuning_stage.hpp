#pragma once
// The measured stage of an autotune for rows of one layout: an arena, traces, teams of every size. Internal to tune/.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/stop.hpp"
#include "base/sys.hpp"
#include "experiment/measure/sweep.hpp"
#include "experiment/tune/autotune_plan.hpp"
#include "experiment/tune/tuning_rule.hpp"
#include "loops/workspace.hpp"
#include "record/autotune_record.hpp"
#include "workload/trace_store.hpp"

namespace bytebound {

struct StageContext {
    Sys& sys;
    const Machine& machine;
    ClockFunction clock;
    const StopFlag& stop;
    MemoryRoom memory_available;
};

class TuningStage {
public:
    /// Allocates and binds as `rows.plan` says, and proves where the pages are. Adds to the record's warnings. Errors:
    /// not_possible, or internal for a proof that failed.
    static Result<TuningStage> make(const StageContext& context, const RowsToTune& rows, AutotuneRecord& record);

    /// Measures all settings on the segments [first, first + blocks): one phase of every cell, setting and block.
    /// Within a cell of a block the settings are in drawn order, on one segment. `tick`: called before every block.
    /// Errors: internal for a slab that is not as it must be; interrupted or terminated.
    Result<std::vector<SettingTimes>> measure(std::span<const TunedSetting> settings, std::uint32_t first,
                                              std::uint32_t blocks, const std::function<void()>& tick);

private:
    TuningStage(const StageContext& context, const RowsToTune& rows, Workspace workspace, CacheSweep sweep,
                std::uint64_t room)
        : context_(context), rows_(&rows), workspace_(std::move(workspace)), sweep_(std::move(sweep)),
          traces_(std::make_unique<TraceStore>(room)) {}
    /// The median step of a phase, without the clock pair's own time.
    Result<double> step_ns(const TunedSetting& setting, const TuningCell& cell, std::span<const StepChange> changes);

    StageContext context_;
    const RowsToTune* rows_;
    Workspace workspace_;
    CacheSweep sweep_;
    std::unique_ptr<TraceStore> traces_;
    double clock_pair_ns_ = 0;
};

} // namespace bytebound
