#pragma once

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

/// Counts with PAPI on the opening thread: PAPI's presets and native events, and the usual generic and software events
/// under our names. PAPI reports no times. enabled and running are both the time since opening on our own clock,
/// because a set that PAPI does not multiplex either counts the whole time or cannot be read.
class PapiCollector final : public Collector {
public:
    PapiCollector(Sys&, const SysRoot& root) : root_(root) {}

    std::string_view name() const override { return "papi"; }
    /// Available if a component has events; otherwise the reasons of the disabled components.
    Capability capability() const override;
    /// Opens and closes probes on the calling thread, because a component that reports itself active may still open
    /// nothing.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override;

private:
    SysRoot root_;
};

} // namespace bytebound
