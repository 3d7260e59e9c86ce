#pragma once

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// Counts at boxes, whose counters belong to a whole socket or die: DRAM traffic through the preset's counters, or the
/// events that the user names, each as the sum over the boxes that the name matches.
///
/// DRAM traffic: every box of every socket, opened once on each CPU of its cpumask.
/// Opening on all online CPUs would be wrong: the kernel redirects those to the same box, which would count n times.
/// The counts include all traffic of the machine. Offers "ddr-read", "ddr-write", "ddr-combined", "hbm-read", ... in
/// bytes, one event per memory class, direction and pass; later passes append "-2", "-3" to the name. The sums feed the
/// DRAM metrics: those of DDR, or of HBM on a machine without DDR controllers. Classes are never added up.
class UncoreCollector final : public Collector {
public:
    /// `sys` must outlive the collector and everything that it opens.
    UncoreCollector(Sys& sys, const SysRoot& root) : UncoreCollector(sys, root, root.is_live()) {}
    /// `may_open`: opens events although `root` is a recorded machine, for tests with a scripted `sys`.
    UncoreCollector(Sys& sys, const SysRoot& root, bool may_open) : sys_(sys), root_(root), may_open_(may_open) {}

    std::string_view name() const override { return "uncore"; }
    Capability capability() const override;
    /// With names: plans those that are counted at boxes, and nothing for the others. Otherwise: distributes
    /// request.memory over passes of at most counters_per_box events per box. See plan_boxes() for refusals.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    /// Any thread may open and read; only one does (Sharing::socket).
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override {
        return open_on(plan, pass, 0);
    }
    Result<std::unique_ptr<WorkerCounters>> open_on(const CountingPlan& plan, int pass, pid_t thread) override;

private:
    Sys& sys_;
    SysRoot root_;
    bool may_open_;
};

} // namespace bytebound
