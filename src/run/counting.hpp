#pragma once
// Which events of a run are counted by which collector, in which pass, and why the others are not.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/registry.hpp"
#include "run/plan.hpp"

namespace bytebound {

/// A collector with what it agreed to count.
struct CountingSource {
    std::unique_ptr<Collector> collector;
    CountingPlan plan;
};

/// The counting of a whole run. Columns are the indices of RunPlan::events, in the user's order.
struct Counting {
    std::vector<CountingSource> sources;
    int passes = 1;
    std::vector<EventRecord> events; ///< parallel to RunPlan::events
    std::vector<CollectorRecord> collectors;
    std::vector<Warning> warnings;

    /// Columns in the order in which one worker's readings of `pass` come: source after source.
    std::vector<std::size_t> columns_of(int pass) const;
};

/// Asks the collectors on the calling thread, which is pinned as the leader will be. Errors: usage for a name that
/// nothing knows; not_possible for an explicit collector that is not built in, not available or can open nothing, and
/// with --strict for what cannot be counted.
Result<Counting> plan_counting(const RunPlan& plan, Sys& sys, const SysRoot& root,
                               std::span<const CollectorEntry> table);

/// Metrics that no row of this run can have, with the reason, in the order of docs/figures.md.
std::vector<UnavailableRecord> unavailable_metrics(const RunPlan& plan, const Counting& counting,
                                                   const std::string& not_simulated);

/// One worker's open counters of one pass. Opened, read and closed on its thread.
class OpenCounters {
public:
    static Result<OpenCounters> open(Counting& counting, int pass);
    std::size_t size() const { return size_; }
    /// Fill size() values; false when a source refused. The source of the first collector asked is the innermost: read
    /// last before a step and first after it, so that its counters do not see the others' system calls.
    bool read_before(std::span<CounterValue> out) noexcept;
    bool read_after(std::span<CounterValue> out) noexcept;
    Error last_error() const;

private:
    struct Part {
        std::unique_ptr<WorkerCounters> counters;
        std::size_t at = 0; ///< of its first value
    };
    bool read(std::size_t part, std::span<CounterValue> out) noexcept;

    std::vector<Part> parts_;
    std::size_t size_ = 0;
    std::size_t failed_ = 0;
};

} // namespace bytebound
