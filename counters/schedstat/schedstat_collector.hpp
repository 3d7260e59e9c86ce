#pragma once

#include <memory>
#include <string_view>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// Whether only this collector accepts the name: sched-running-ns, sched-waiting-ns.
bool is_schedstat_name(std::string_view name);

/// What the scheduler itself accounts of each worker: ns on a CPU and ns runnable but waiting for one, from
/// /proc/thread-self/schedstat (Linux Documentation/scheduler/sched-stats.rst).
class SchedstatCollector final : public Collector {
public:
    SchedstatCollector(Sys& sys, const SysRoot& root) : sys_(sys), root_(root) {}

    std::string_view name() const override { return "schedstat"; }
    Capability capability() const override;
    Result<CountingPlan> plan(const PlanRequest& request) override;
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override;

private:
    Sys& sys_;
    SysRoot root_;
};

} // namespace bytebound
