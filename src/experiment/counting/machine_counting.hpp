#pragma once
// Counting of the whole machine, by every program: DRAM traffic at the memory controllers, and events on whole CPUs.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiment/counting/counting.hpp"

namespace bytebound {

/// One counter of an event of the machine.
struct MachineCounter {
    std::size_t value = 0; ///< index in a reading of its source
    int cpu = 0;           ///< the CPU that it is opened on
    std::uint32_t weight = 1;
    bool operator==(const MachineCounter&) const = default;
};

/// An event as the sum over its counters.
struct MachineEvent {
    std::string name;                     ///< as shown
    std::string role = {};                ///< the metric that it feeds ("cycles"); empty: a raw event
    std::optional<MemoryTraffic> traffic; ///< of DRAM traffic, whose values are bytes
    std::size_t source = 0;               ///< index in MachineCounting::sources
    std::string source_name = {};         ///< "uncore", "perf"
    Domain domain = Domain::unrestricted;
    std::string unit = {}; ///< of the values, from sysfs; empty: counts
    double scale = 1;
    std::vector<MachineCounter> counters = {}; ///< empty: not countable, `reason` says why
    std::string reason = {}, remedy = {};
};

struct MachineCounting {
    std::vector<PlannedCollector> sources;
    std::vector<MachineEvent> events; ///< of DRAM traffic first, then in the order of the request
    std::vector<CollectorRecord> collectors;
    std::vector<Warning> warnings;
    std::string dram_reason, dram_remedy; ///< why no event counts DRAM traffic

    bool counts() const; ///< whether any event has counters
    /// Drops the counters of a source: its events get the cause and the remedy.
    void leave_out(std::size_t source, const Error& error);
    /// The cause and the remedy if nothing can be counted: doctor's.
    Error nothing() const;
};

/// The events that are counted without --events, in user and kernel code: a machine runs both.
std::vector<std::string> default_machine_events(const std::string& llc_event);

/// `request`: of request_counting(), whose placement has the CPUs whose events are counted. `table`: its collectors of
/// DRAM traffic at memory controllers and of machines are used; all others count only threads of this program.
Result<MachineCounting> plan_machine(const CountingRequest& request, Sys& sys, const SysRoot& root,
                                     std::span<const CollectorEntry> table);

/// One reading of one source.
struct SourceReading {
    std::uint64_t time_ns = 0; ///< just before it was read
    std::vector<CounterValue> values;
    std::string failure = {}; ///< why there are no values; empty: there are
};
using MachineReading = std::vector<SourceReading>; ///< by source

/// The open counters of a machine. A source that cannot be opened is left out of the plan; one that cannot be read is a
/// failure in its readings. Neither affects the others.
class MachineCounters {
public:
    /// `counting` must outlive it.
    explicit MachineCounters(MachineCounting& counting);
    MachineReading read(std::uint64_t (*now)());
    /// Whether the last read() failed for a source.
    bool failed() const { return failed_; }

private:
    /// All are open at once: the kernel lets them take turns.
    using Passes = std::vector<std::unique_ptr<WorkerCounters>>;
    std::vector<Passes> sources_; ///< empty: could not be opened
    bool failed_ = false;
};

} // namespace bytebound
