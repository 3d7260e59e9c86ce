#include "counters/papi/papi_collector.hpp"

#include <algorithm>
#include <optional>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "counters/busy_work.hpp"
#include "counters/names/resolver.hpp"
#include "counters/papi/papi_library.hpp"
#include "counters/papi/papi_names.hpp"

namespace bytebound {
namespace {

/// Events of one component in one pass, as positions in the plan.
struct SetOfPlan {
    int component = 0;
    std::vector<std::size_t> events;
};

/// Reads all sets of a pass; the times come from our own clock.
class PapiCounters final : public WorkerCounters {
public:
    /// `thread` is released after the sets.
    explicit PapiCounters(std::unique_ptr<PapiThread> thread) : thread_(std::move(thread)) {}
    void add(PapiEventSet set, std::vector<std::size_t> positions) {
        size_ += set.size();
        sets_.push_back({std::move(set), std::move(positions)});
    }

    std::size_t size() const override { return size_; }
    bool read(std::span<CounterValue> out) noexcept override {
        const std::uint64_t since_opening = now_ns() - opened_;
        for (std::size_t s = 0; s < sets_.size(); ++s) {
            Placed& placed = sets_[s];
            if (!placed.set.refresh()) {
                failed_ = s;
                return false;
            }
            for (std::size_t i = 0; i < placed.positions.size(); ++i)
                out[placed.positions[i]] = {static_cast<std::uint64_t>(placed.set.count(i)), since_opening,
                                            since_opening};
        }
        return true;
    }
    Error last_error() const override { return sets_[failed_].set.last_error(); }

private:
    struct Placed {
        PapiEventSet set;
        std::vector<std::size_t> positions; ///< in read()'s output
    };
    std::unique_ptr<PapiThread> thread_;
    std::vector<Placed> sets_;
    std::size_t size_ = 0, failed_ = 0;
    std::uint64_t opened_ = now_ns();
};

/// Components that are switched off, each with PAPI's reason.
std::string disabled_components() {
    std::vector<std::string> reasons;
    for (const PapiComponent& component : papi_components())
        if (!component.enabled && !component.reason.empty())
            reasons.push_back(component.name + ": " + component.reason);
    return join(reasons, "; ");
}

class SetPlanner {
public:
    SetPlanner(const SysRoot& root, const PlanRequest& request) : root_(root), request_(request) {}
    Result<CountingPlan> make();

private:
    Result<void> add(const std::string& name);
    /// Error (PAPI's) unless these events can be counted together.
    Result<void> try_set(const std::vector<std::size_t>& events) const;
    void place(std::size_t event, int component);
    void set_uncountable(PlannedEvent& planned, const Error& error) const;

    const SysRoot& root_;
    const PlanRequest& request_;
    CountingPlan plan_;
    std::vector<std::string> papi_names_; ///< parallel to plan_.events
    std::vector<std::vector<SetOfPlan>> passes_;
};

Result<void> SetPlanner::add(const std::string& name) {
    auto papi = TRY(papi_name_of(name));
    if (papi.name.empty() && !is_papi_name(name)) {
        // Is the name wrong everywhere, or merely not supported by PAPI?
        TRY(EventResolver(root_, request_.cpu).resolve(name));
    }
    if (papi.name.starts_with("PAPI_")) {
        const auto presets = papi_presets();
        if (std::find(presets.begin(), presets.end(), papi.name) == presets.end()) {
            const auto near = nearest(papi.name, presets);
            return fail({ExitCode::usage, "resolve event", name, "PAPI has no preset of this name",
                         near ? "did you mean " + *near + "?" : "see papi_avail", 0});
        }
    }
    PlannedEvent& planned = plan_.events.emplace_back();
    planned.name = name;
    planned.reason = papi.reason;
    planned.remedy = papi.remedy;
    papi_names_.push_back(papi.name);
    if (papi.name.empty()) return {};
    Event event;
    event.name = name;
    event.pmu = "papi";
    event.domain = papi.domain;
    event.origin = "PAPI " + papi.name;
    planned.event = std::move(event);
    return {};
}

Result<void> SetPlanner::try_set(const std::vector<std::size_t>& events) const {
    std::vector<std::string> names;
    for (const std::size_t i : events)
        names.push_back(papi_names_[i]);
    auto set = TRY(PapiEventSet::open(names));
    work_for_a_trial();
    if (!set.refresh()) return fail(set.last_error());
    return {};
}

/// Places the event in the first pass whose set of this component accepts it.
void SetPlanner::place(std::size_t event, int component) {
    for (std::size_t pass = 0;; ++pass) {
        if (pass == passes_.size()) passes_.emplace_back();
        auto& sets = passes_[pass];
        auto set = std::find_if(sets.begin(), sets.end(), [&](const SetOfPlan& s) { return s.component == component; });
        if (set == sets.end()) set = sets.insert(sets.end(), SetOfPlan{component, {}});
        set->events.push_back(event);
        // An event alone has been tried already.
        if (set->events.size() == 1 || try_set(set->events)) {
            plan_.events[event].pass = static_cast<int>(pass);
            plan_.events[event].group = component;
            return;
        }
        set->events.pop_back();
    }
}

void SetPlanner::set_uncountable(PlannedEvent& planned, const Error& error) const {
    planned.event.reset();
    planned.reason = error.cause;
    if (const std::string disabled = disabled_components(); !disabled.empty())
        planned.reason += " (disabled components: " + disabled + ")";
    planned.remedy = error.remedy;
}

Result<CountingPlan> SetPlanner::make() {
    plan_.collector = plan_.source = "papi";
    for (const std::string& name : request_.names)
        TRY(add(name));
    for (std::size_t i = 0; i < plan_.events.size(); ++i) {
        PlannedEvent& planned = plan_.events[i];
        if (!planned.event) continue;
        // The trial opening comes first, because PAPI assigns a code to a native name only when it is added.
        if (auto alone = try_set({i}); !alone) {
            set_uncountable(planned, alone.error());
        } else if (const auto component = papi_component_of(papi_names_[i]); !component) {
            set_uncountable(planned, component.error());
        } else {
            place(i, *component);
        }
    }
    plan_.passes = std::max(1, static_cast<int>(passes_.size()));
    if (plan_.passes > 1)
        plan_.notes.push_back("PAPI splits the events into " + std::to_string(plan_.passes) + " sets: as many passes");
    plan_.reading = "PAPI_read, times from our own clock";
    return std::move(plan_);
}

} // namespace

Capability PapiCollector::capability() const {
    if (!root_.is_live())
        return Capability::no("this is a recorded machine: nothing is opened on it", "run on the machine itself");
    if (const auto started = initialise_papi(); !started)
        return Capability::no(started.error().cause, started.error().remedy);
    std::vector<std::string> usable;
    for (const PapiComponent& component : papi_components())
        if (component.enabled && component.name != "sysdetect") // sysdetect lists devices and counts nothing
            usable.push_back(component.events == 0
                                 ? component.name
                                 : component.name + " (" + std::to_string(component.events) + " events)");
    if (usable.empty())
        return Capability::no("no component of PAPI " + papi_version() + " counts here: " + disabled_components(),
                              "use --collector perf, or a PAPI whose libpfm4 knows this CPU");
    return Capability::yes("PAPI " + papi_version() + ": " + join(usable, ", "));
}

Result<CountingPlan> PapiCollector::plan(const PlanRequest& request) {
    TRY(initialise_papi());
    const QuietOutput quiet;
    const PapiThread thread;
    return SetPlanner(root_, request).make();
}

Result<std::unique_ptr<WorkerCounters>> PapiCollector::open(const CountingPlan& plan, int pass) {
    auto counters = std::make_unique<PapiCounters>(std::make_unique<PapiThread>());
    std::vector<SetOfPlan> sets;
    std::vector<std::size_t> position_of(plan.events.size());
    std::size_t position = 0;
    for (std::size_t i = 0; i < plan.events.size(); ++i) {
        const PlannedEvent& planned = plan.events[i];
        if (planned.pass != pass || !planned.event) continue;
        position_of[i] = position++;
        auto set =
            std::find_if(sets.begin(), sets.end(), [&](const SetOfPlan& s) { return s.component == planned.group; });
        if (set == sets.end()) set = sets.insert(sets.end(), SetOfPlan{planned.group, {}});
        set->events.push_back(i);
    }
    for (const SetOfPlan& set : sets) {
        std::vector<std::string> names;
        std::vector<std::size_t> positions;
        for (const std::size_t i : set.events) {
            const auto papi = TRY(papi_name_of(plan.events[i].name));
            names.push_back(papi.name);
            positions.push_back(position_of[i]);
        }
        auto opened = TRY(PapiEventSet::open(names));
        counters->add(std::move(opened), std::move(positions));
    }
    return counters;
}

} // namespace bytebound
