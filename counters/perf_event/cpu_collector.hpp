#pragma once

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// Counts events on whole CPUs, for all threads that run there: perf_event_open(2) with pid -1. An event is the sum
/// over its counters, one on each CPU of PlanRequest::cpus that its PMU serves. Counters of one PMU on one CPU are a
/// group, so that ratios of their counts are of the same time.
class CpuCollector final : public Collector {
public:
    /// `sys` must outlive the collector and everything that it opens.
    CpuCollector(Sys& sys, const SysRoot& root) : CpuCollector(sys, root, root.is_live()) {}
    /// `may_open`: opens events although `root` is a recorded machine, for tests with a scripted `sys`.
    CpuCollector(Sys& sys, const SysRoot& root, bool may_open) : sys_(sys), root_(root), may_open_(may_open) {}

    std::string_view name() const override { return "perf"; }
    Capability capability() const override;
    /// Tries each event for 1 ms on every CPU. All events are in one pass: those that do not fit are multiplexed. An
    /// event that cannot be counted on one of the CPUs is refused, because a sum without that CPU would be wrong.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    /// Any thread may open and read; only one does (Sharing::socket).
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override;

private:
    Result<PlannedEvent> plan_event(const std::string& name, const std::vector<int>& cpus);

    Sys& sys_;
    SysRoot root_;
    bool may_open_;
};

} // namespace bytebound
