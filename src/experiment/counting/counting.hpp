#pragma once
// Which events of a run are counted by which collector, in which pass, and why the others are not.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/sys.hpp"
#include "base/sysroot.hpp"
#include "counters/registry.hpp"
#include "experiment/counting/request.hpp"

namespace bytebound {

/// A collector with what it agreed to count.
struct PlannedCollector {
    std::unique_ptr<Collector> collector;
    CountingPlan plan;
};

/// One value of a worker's reading: of which column it is a part, and how its counts add up there.
struct CounterSlot {
    std::size_t column = 0; ///< index in Counting::events
    std::uint32_t weight = 1;
    Sharing sharing = Sharing::per_thread;
    bool leader_only() const { return sharing != Sharing::per_thread; }
    bool operator==(const CounterSlot&) const = default;
};

/// The counting of a whole run. Columns are the indices of `events`: those of RunPlan::events in the user's order, then
/// what counts DRAM traffic.
struct Counting {
    std::vector<PlannedCollector> sources;
    int passes = 1;
    std::vector<EventRecord> events;
    std::vector<CollectorRecord> collectors;
    std::vector<Warning> warnings;

    /// The values of one worker's readings of `pass`, source after source, part after part.
    std::vector<CounterSlot> slots_of(int pass) const;
    /// Whether an event counts everybody on the machine: then background is measured and subtracted.
    bool counts_shared(int pass) const;
    bool counts_shared() const; ///< in any pass
    /// Whether counters fill a DRAM metric: by themselves, or as the sum of one source's reads and writes.
    bool counts_dram(std::string_view metric) const;
    /// Gives up a source: its events get the cause and the remedy, its collector is recorded as not used.
    void leave_out(std::size_t source, const std::string& cause, const std::string& remedy);
};

/// Asks the collectors on the calling thread, which is pinned as the leader will be. Errors: usage for a name that
/// nothing knows; not_possible for an explicit collector that is not built in, not available or can open nothing, and
/// with --strict for what cannot be counted.
Result<Counting> plan_counting(const CountingRequest& request, Sys& sys, const SysRoot& root,
                               std::span<const CollectorEntry> table);

/// Metrics that no row of this run can have, with the reason, in the order of docs/figures.md.
std::vector<UnavailableRecord> unavailable_metrics(const CountingRequest& request, const Counting& counting,
                                                   const std::string& not_simulated);

/// One worker's open counters of one pass. Opened, read and closed on its thread. What is shared by all workers is read
/// by the one that leads; the others' values of it stay as they were given.
class OpenCounters {
public:
    static Result<OpenCounters> open(Counting& counting, int pass, bool leads);
    std::size_t size() const { return size_; }
    /// Fill size() values; false when a source refused. The source of the first collector asked is the innermost: read
    /// last before a step and first after it, so that its counters do not see the others' system calls.
    bool read_before(std::span<CounterValue> out) noexcept;
    bool read_after(std::span<CounterValue> out) noexcept;
    /// After a read: differs from the one after an earlier read when the kernel took counters away in between, as far
    /// as the sources know (WorkerCounters::schedule_stamp); 0 where none does.
    std::uint64_t schedule_stamp() const noexcept;
    Error last_error() const;

private:
    struct Part {
        std::unique_ptr<WorkerCounters> counters;
        std::size_t at = 0; ///< of its first value
        bool idle = false;  ///< open for what opening does (resctrl: the thread joins the group), never read
    };
    bool read(std::size_t part, std::span<CounterValue> out) noexcept;

    std::vector<Part> parts_;
    std::size_t size_ = 0;
    std::size_t failed_ = 0;
};

} // namespace bytebound
