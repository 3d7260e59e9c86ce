#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "counters/capability.hpp"
#include "counters/event.hpp"
#include "counters/memory_counter.hpp"
#include "counters/reading.hpp"
#include "counters/sent_counters.hpp"
#include "counters/tier.hpp"

namespace bytebound {

/// One hardware counter of an event that several counters count together, such as the boxes of all memory controllers.
struct EventPart {
    Event event;
    int cpu = -1;             ///< the CPU it is opened on; -1: the calling thread
    std::uint32_t weight = 1; ///< bytes per count; the event's value is the sum of weight * count
    bool operator==(const EventPart&) const = default;
};

/// Traffic that an event counts at memory controllers.
struct MemoryTraffic {
    MemoryClass memory = MemoryClass::ddr;
    Direction direction = Direction::read;
    bool operator==(const MemoryTraffic&) const = default;
};

/// How the values of an event are read in a team of workers.
enum class Sharing {
    per_thread, ///< every worker has its own counter; values are added up
    group,      ///< one counter for all threads of the program (resctrl), read by the leader
    socket,     ///< one counter for the whole machine (uncore), read by the leader; background is subtracted
};

/// One event's place in a counting plan.
struct PlannedEvent {
    std::string name;           ///< what the user wrote, or the collector's own name ("ddr-read")
    std::optional<Event> event; ///< none: not countable here, `reason` says why
    int pass = -1;              ///< the pass of the phase that counts it; -1 if not countable
    int group = -1;             ///< group within the pass; events of one group are scheduled together or not at all
    bool multiplexed = false;   ///< allowed to share counters with others (--allow-multiplex): tier scaled
    std::string reason;         ///< why it is not countable
    std::string remedy;
    std::string role = {}; ///< the metric that it feeds, for events that a collector offers by itself
    std::string unit = {}; ///< of the values ("bytes"); empty: the event's own
    Sharing sharing = Sharing::per_thread;
    bool no_core_pmu = false;                  ///< not countable since the machine has no core PMU at all
    std::vector<EventPart> parts = {};         ///< not empty: read() gives one value per part instead of one
    std::optional<MemoryTraffic> traffic = {}; ///< of an event that a collector of DRAM traffic offers by itself
};

/// Which events run in which pass and group. `events` keeps the user's order.
struct CountingPlan {
    std::string collector; ///< "perf"
    std::string source;    ///< source of the figures: "perf"
    std::vector<PlannedEvent> events;
    int passes = 1;
    std::vector<std::string> notes; ///< "3 events did not fit beside cycles: 2 passes"
    /// How values are read, if worth reporting: "user-space reads (rdpmc) of cycles, instructions".
    std::string reading = {};
};

struct PlanRequest {
    std::vector<std::string> names;
    bool allow_multiplex = false;
    int cpu = 0; ///< the leader's pinned CPU; the planner opens its probes on the calling thread
    /// Names that must share a group and pass, such as numerator and denominator of a ratio.
    std::vector<std::vector<std::string>> together = {};
    /// The counters at the memory controllers that the preset found here, for the collector of DRAM traffic.
    std::vector<MemoryCounter> memory = {};
    /// Planned events whose boxes count in the same passes, for the collector of boxes.
    std::vector<PlannedEvent> beside = {};
    /// The CPUs to count on, for the collector of whole CPUs.
    std::vector<int> cpus = {};
};

/// The open counters of one worker thread in one pass. Opened, read and destroyed on that thread.
class WorkerCounters {
public:
    virtual ~WorkerCounters() = default;
    /// Number of values that read() fills: the events of this pass, in plan order, each with one value per part.
    virtual std::size_t size() const = 0;
    /// Current values; no allocation, no exception. False if the kernel refused or returned too few bytes; see
    /// last_error().
    virtual bool read(std::span<CounterValue> out) noexcept = 0;
    /// After read(): a number that changes whenever the kernel removes, restores or reprograms one of these counters.
    /// If two reads have different stamps and there was no context switch between them, the step was interrupted.
    /// nullopt: not known. Only equality of stamps has a meaning.
    virtual std::optional<std::uint64_t> schedule_stamp() const noexcept { return {}; }
    virtual Error last_error() const = 0;
    /// For another process, which then reads them with receive_counters(). nullopt: they cannot be read from there.
    virtual std::optional<SentCounters> sent() const { return {}; }
};

/// A way to count in-process. plan() resolves events and can be printed; open() starts counting.
class Collector {
public:
    virtual ~Collector() = default;
    virtual std::string_view name() const = 0;
    virtual Capability capability() const = 0;
    /// Does not fail for an event that cannot be counted: that becomes a PlannedEvent with a reason. Error (usage) for
    /// a name that no grammar accepts.
    virtual Result<CountingPlan> plan(const PlanRequest& request) = 0;
    /// Opens the events of `pass` on the calling thread, enabled.
    virtual Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) = 0;
    /// The same on a thread of another process, which exists and runs on the CPU of the calling one. Error
    /// (not_possible), also of a collector that counts only its own process.
    virtual Result<std::unique_ptr<WorkerCounters>> open_on(const CountingPlan& plan, int pass, pid_t thread);
    /// Whether open_tree() can count another process.
    virtual bool counts_trees() const { return false; }
    /// Opens the events of all passes on a process that waits before its exec, and on everything that it will start;
    /// counting begins with its exec. read() gives all of them in plan order, complete when they have ended.
    virtual Result<std::unique_ptr<WorkerCounters>> open_tree(const CountingPlan& plan,
                                                              [[maybe_unused]] pid_t process) {
        return fail({ExitCode::not_possible, "count a process by", plan.collector, "it counts only its own threads",
                     "give --collector perf"});
    }
};

} // namespace bytebound
