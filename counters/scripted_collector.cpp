#include "counters/scripted_collector.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace bytebound {
namespace {

class ScriptedCounters final : public WorkerCounters {
public:
    ScriptedCounters(std::vector<std::vector<CounterValue>> scripts, std::optional<std::uint64_t> failing_read)
        : scripts_(std::move(scripts)), values_(scripts_.size()), failing_read_(failing_read) {}

    std::size_t size() const override { return scripts_.size(); }

    bool read(std::span<CounterValue> out) noexcept override {
        assert(out.size() == size());
        if (++reads_ == failing_read_) return false;
        for (std::size_t i = 0; i < scripts_.size(); ++i) {
            if (scripts_[i].empty()) continue;
            const CounterValue& step = scripts_[i][(reads_ - 1) % scripts_[i].size()];
            values_[i].count += step.count;
            values_[i].enabled_ns += step.enabled_ns;
            values_[i].running_ns += step.running_ns;
        }
        std::copy(values_.begin(), values_.end(), out.begin());
        return true;
    }

    Error last_error() const override {
        return {ExitCode::internal,  "read counters of",
                "the script",        "read " + std::to_string(reads_) + " fails",
                "change the script", 0};
    }

private:
    std::vector<std::vector<CounterValue>> scripts_;
    std::vector<CounterValue> values_;
    std::optional<std::uint64_t> failing_read_;
    std::uint64_t reads_ = 0;
};

} // namespace

ScriptedCollector::ScriptedCollector(std::vector<ScriptedEvent> events, std::string source)
    : events_(std::move(events)), source_(std::move(source)) {}

const ScriptedEvent* ScriptedCollector::find(std::string_view name) const {
    const auto event = std::find_if(events_.begin(), events_.end(), [&](const auto& e) { return e.name == name; });
    return event == events_.end() ? nullptr : &*event;
}

Result<CountingPlan> ScriptedCollector::plan(const PlanRequest& request) {
    CountingPlan plan;
    plan.collector = plan.source = source_;
    std::vector<std::string> names = request.names;
    for (const ScriptedEvent& event : events_)
        if (request.names.empty()) names.push_back(event.name);
    for (const std::string& name : names) {
        const ScriptedEvent* scripted = find(name);
        if (scripted == nullptr)
            return fail({ExitCode::usage, "resolve event", name, "the script has no such event", "add it", 0});
        PlannedEvent& planned = plan.events.emplace_back();
        planned.name = name;
        planned.reason = scripted->reason;
        planned.remedy = scripted->remedy;
        if (!scripted->reason.empty()) continue;
        planned.event.emplace();
        planned.event->name = name;
        planned.event->pmu = "scripted";
        planned.event->origin = "script";
        planned.pass = scripted->pass;
        planned.group = scripted->group;
        planned.multiplexed = scripted->multiplexed;
        planned.role = scripted->role;
        planned.sharing = scripted->sharing;
        planned.traffic = scripted->traffic;
        if (!scripted->weights.empty()) planned.unit = "bytes";
        for (std::size_t part = 0; part < scripted->weights.size(); ++part)
            planned.parts.push_back({*planned.event, static_cast<int>(part), scripted->weights[part]});
        plan.passes = std::max(plan.passes, scripted->pass + 1);
    }
    return plan;
}

Result<std::unique_ptr<WorkerCounters>> ScriptedCollector::open(const CountingPlan& plan, int pass) {
    std::vector<std::vector<CounterValue>> scripts;
    for (const PlannedEvent& planned : plan.events) {
        if (planned.pass == pass && planned.event)
            scripts.insert(scripts.end(), std::max<std::size_t>(planned.parts.size(), 1),
                           find(planned.name)->increments);
    }
    return std::make_unique<ScriptedCounters>(std::move(scripts), failing_read_);
}

} // namespace bytebound
