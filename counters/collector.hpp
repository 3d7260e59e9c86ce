#pragma once

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
#include "counters/tier.hpp"

namespace bytebound {

/// One hardware counter of an event that is counted by several: the boxes of all memory controllers.
struct EventPart {
    Event event;
    int cpu = -1;             ///< opened on this CPU; -1: on the calling thread
    std::uint32_t weight = 1; ///< bytes per count; the event's value is the sum of weight * count
    bool operator==(const EventPart&) const = default;
};

/// How the values of an event are read in a team of workers.
enum class Sharing {
    per_thread, ///< every worker has its own counter; values are summed
    group,      ///< one counter for all threads of the program (resctrl): the leader reads it
    socket,     ///< one counter for everybody on the machine (uncore): the leader reads it, background is subtracted
};

/// One event's place in a counting plan.
struct PlannedEvent {
    std::string name;           ///< what the user wrote, or the collector's own name ("ddr-read")
    std::optional<Event> event; ///< none: not countable here, `reason` says why
    int pass = -1;              ///< in which pass of the phase it is counted; -1 when not countable
    int group = -1;             ///< group within the pass; events of one group are scheduled together or not at all
    bool multiplexed = false;   ///< allowed to share counters with others (--allow-multiplex): tier scaled
    std::string reason;         ///< why not countable
    std::string remedy;
    std::string role = {}; ///< the metric that it fills, for events that a collector offers by itself
    std::string unit = {}; ///< of the values ("bytes"); empty: the event's own
    Sharing sharing = Sharing::per_thread;
    std::vector<EventPart> parts = {}; ///< not empty: read() gives one value per part instead of one
};

/// Which events run in which pass and group. `events` keeps the user's order.
struct CountingPlan {
    std::string collector; ///< "perf"
    std::string source;    ///< source of the figures: "perf"
    std::vector<PlannedEvent> events;
    int passes = 1;
    std::vector<std::string> notes; ///< "3 events did not fit beside cycles: 2 passes"
    /// How values are read, where it is worth saying: "user-space reads (rdpmc) of cycles, instructions".
    std::string reading = {};
};

struct PlanRequest {
    std::vector<std::string> names;
    bool allow_multiplex = false;
    int cpu = 0; ///< the leader's pinned CPU; the planner's probes open on the calling thread
    /// Names that must share a group and pass, as numerator and denominator of a ratio do.
    std::vector<std::vector<std::string>> together;
    /// The counters at the memory controllers that the preset found here; for the collector that counts DRAM traffic.
    std::vector<MemoryCounter> memory = {};
};

/// The open counters of one worker thread in one pass. Opened, read and destroyed on that thread.
class WorkerCounters {
public:
    virtual ~WorkerCounters() = default;
    /// Number of values that read() fills: the events of this pass, in plan order, each with one value per part.
    virtual std::size_t size() const = 0;
    /// Current values; no allocation, no exception. False when the kernel refused or gave fewer bytes than promised;
    /// last_error() then says more.
    virtual bool read(std::span<CounterValue> out) noexcept = 0;
    /// After read(): a number that changes whenever the kernel takes a counter of these away, gives it back or
    /// reprograms it. Two reads with different stamps and no context switch between them: the step was interrupted.
    /// Nothing: not known. No order, no size: only equality means something.
    virtual std::optional<std::uint64_t> schedule_stamp() const noexcept { return {}; }
    virtual Error last_error() const = 0;
};

/// A way to count in-process. Resolving (plan) and counting (open) are two things; a plan can be printed.
class Collector {
public:
    virtual ~Collector() = default;
    virtual std::string_view name() const = 0;
    virtual Capability capability() const = 0;
    /// Never fails for an event that cannot be counted (that is a PlannedEvent with a reason); Error for a name that
    /// nothing knows (usage).
    virtual Result<CountingPlan> plan(const PlanRequest& request) = 0;
    /// Opens the events of `pass` on the calling thread, enabled and running.
    virtual Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) = 0;
};

} // namespace bytebound
