#pragma once

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"
#include "counters/perf_event/counter_registers.hpp"

namespace bytebound {

/// Counts with perf_event_open(2) on the opening thread: software, core and msr events and breakpoints. Reads groups
/// without a system call if the kernel allows it.
class PerfCollector final : public Collector {
public:
    /// `sys` must outlive the collector and everything that it opens.
    PerfCollector(Sys& sys, const SysRoot& root)
        : PerfCollector(sys, root, root.is_live(), root.is_live() ? processor_registers() : nullptr) {}
    /// `may_open`: opens events although `root` is a recorded machine, for tests with a scripted `sys`. `registers`:
    /// null for read(2) only.
    PerfCollector(Sys& sys, const SysRoot& root, bool may_open, const CounterRegisters* registers = nullptr)
        : sys_(sys), root_(root), may_open_(may_open), registers_(registers) {}

    std::string_view name() const override { return "perf"; }
    /// Available if a software event opens; the cause says whether there is a core PMU.
    Capability capability() const override;
    /// Opens and closes probes on the calling thread, about 1 ms each.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override {
        return open_on(plan, pass, 0);
    }
    Result<std::unique_ptr<WorkerCounters>> open_on(const CountingPlan& plan, int pass, pid_t thread) override;
    bool counts_trees() const override { return true; }
    Result<std::unique_ptr<WorkerCounters>> open_tree(const CountingPlan& plan, pid_t process) override;

private:
    Sys& sys_;
    SysRoot root_;
    bool may_open_;
    const CounterRegisters* registers_;
};

} // namespace bytebound
