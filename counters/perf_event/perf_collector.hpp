#pragma once

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// Counts with perf_event_open(2) on the thread that opens: software, core and msr events and breakpoints.
class PerfCollector final : public Collector {
public:
    /// `sys` outlives the collector and everything that it opens.
    PerfCollector(Sys& sys, const SysRoot& root) : PerfCollector(sys, root, root.is_live()) {}
    /// `may_open`: open events although `root` is a recorded machine, for tests with a scripted `sys`.
    PerfCollector(Sys& sys, const SysRoot& root, bool may_open) : sys_(sys), root_(root), may_open_(may_open) {}

    std::string_view name() const override { return "perf"; }
    /// Available when a software event opens; says whether there is a core PMU.
    Capability capability() const override;
    /// Opens and closes probes on the calling thread, about 1 ms each.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override;

private:
    Sys& sys_;
    SysRoot root_;
    bool may_open_;
};

} // namespace bytebound
