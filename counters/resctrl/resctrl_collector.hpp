#pragma once

#include <memory>
#include <mutex>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/collector.hpp"

namespace bytebound {

class MonitorGroup;

/// Memory bandwidth of the program's threads: resctrl's mbm_total_bytes and mbm_local_bytes, summed over all L3 domains
/// (one per core complex on AMD). Reads and write-backs are not distinguished, so it feeds only dram_bytes.
class ResctrlCollector final : public Collector {
public:
    ResctrlCollector(Sys& sys, const SysRoot& root) : ResctrlCollector(sys, root, root.is_live()) {}
    /// `may_open`: lets a test make groups in its own tree.
    ResctrlCollector(Sys& sys, const SysRoot& root, bool may_open);
    ~ResctrlCollector() override;

    std::string_view name() const override { return "resctrl"; }
    Capability capability() const override;
    /// Makes the monitoring group, which exists until this collector and all its counters are destroyed. One group per
    /// phase would exhaust the RMIDs, because a freed RMID is unavailable until its lines have left the cache. Ignores
    /// request.names.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    /// Adds the calling thread to the group.
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override;
    Result<std::unique_ptr<WorkerCounters>> open_on(const CountingPlan& plan, int pass, pid_t thread) override;
    /// Of the counters that another process sent.
    static std::unique_ptr<WorkerCounters> received(Sys& sys, const SentCounters& sent);

private:
    Result<std::shared_ptr<MonitorGroup>> group();

    Sys& sys_;
    SysRoot root_;
    bool may_open_;
    std::mutex mutex_; ///< workers open at the same time
    std::shared_ptr<MonitorGroup> group_;
};

} // namespace bytebound
