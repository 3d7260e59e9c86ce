#pragma once

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// Counts with PAPI on the thread that opens: its presets and native events, and the usual generic and software events
/// under our names. PAPI gives no times: enabled and running are both the time since opening on our own clock, as a set
/// that PAPI does not multiplex counts the whole time or cannot be read.
class PapiCollector final : public Collector {
public:
    PapiCollector(Sys&, const SysRoot& root) : root_(root) {}

    std::string_view name() const override { return "papi"; }
    /// Available when a component has events; else the reason of each that is switched off.
    Capability capability() const override;
    /// Opens and closes probes on the calling thread: a component that calls itself active may open nothing.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override;

private:
    SysRoot root_;
};

} // namespace bytebound
