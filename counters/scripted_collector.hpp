#pragma once

#include <optional>
#include <string>
#include <vector>

#include "counters/collector.hpp"

namespace bytebound {

/// One event of a scripted collector.
struct ScriptedEvent {
    std::string name;
    /// Added to the event's three words at successive reads, cyclically; the first read returns the first entry. If a
    /// step is read before and after, odd entries are the steps and even ones the gaps.
    std::vector<CounterValue> increments;
    int pass = 0, group = 0;
    bool multiplexed = false;
    std::string reason, remedy; ///< with a reason, the event is not countable
    std::string role = {};      ///< the metric that it feeds, for an event that the collector offers by itself
    Sharing sharing = Sharing::per_thread;
    std::vector<std::uint32_t> weights =
        {}; ///< bytes per count of its parts, each with these increments; empty: no parts
    std::optional<MemoryTraffic> traffic = {};
};

/// Replays given readings through the whole program, without hardware. Every open() restarts the script.
class ScriptedCollector final : public Collector {
public:
    /// `source` becomes name() and the plan's source.
    explicit ScriptedCollector(std::vector<ScriptedEvent> events, std::string source = "perf");

    /// Read number `n` (from 1) after each open() fails; nullopt: never.
    void fail_at_read(std::optional<std::uint64_t> n) { failing_read_ = n; }

    std::string_view name() const override { return source_; }
    Capability capability() const override { return Capability::yes("scripted"); }
    /// No names: all events of the script, as for a collector of DRAM traffic. The script decides passes, groups and
    /// reasons. Error (usage) for a name that is not in the script.
    Result<CountingPlan> plan(const PlanRequest& request) override;
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override;

private:
    const ScriptedEvent* find(std::string_view name) const;

    std::vector<ScriptedEvent> events_;
    std::string source_;
    std::optional<std::uint64_t> failing_read_;
};

} // namespace bytebound
