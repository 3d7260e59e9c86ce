#include <catch2/catch.hpp>

#include <algorithm>

#include "experiment/counting/counting.hpp"

using namespace bytebound;

namespace {

std::string& order() {
    static std::string text;
    return text;
}

/// Records when it is read; has one event of its own name.
class NotedCollector final : public Collector {
public:
    explicit NotedCollector(std::string name) : name_(std::move(name)) {}
    std::string_view name() const override { return name_; }
    Capability capability() const override { return Capability::yes("test"); }
    Result<CountingPlan> plan(const PlanRequest&) override { return CountingPlan{}; }
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan&, int) override {
        return std::make_unique<Noted>(name_);
    }

private:
    class Noted final : public WorkerCounters {
    public:
        explicit Noted(std::string name) : name_(std::move(name)) {}
        std::size_t size() const override { return 1; }
        bool read(std::span<CounterValue> out) noexcept override {
            order() += name_;
            out[0].count = static_cast<std::uint64_t>(name_[0]);
            return true;
        }
        Error last_error() const override { return {}; }

    private:
        std::string name_;
    };
    std::string name_;
};

/// cycles on a core PMU of CPUs 0 and 1 in pass 1; software events are refused.
class HybridCollector final : public Collector {
public:
    std::string_view name() const override { return "perf"; }
    Capability capability() const override { return Capability::yes("test"); }
    Result<CountingPlan> plan(const PlanRequest& request) override {
        CountingPlan plan{"perf", "perf", {}, 1, {}};
        for (const std::string& name : request.names) {
            PlannedEvent planned;
            planned.name = name;
            if (name == "cycles") {
                planned.event.emplace();
                planned.event->pmu = "cpu_core";
                planned.event->cpus = {0, 1};
                planned.pass = 1;
                planned.group = 0;
                plan.passes = 2;
            } else {
                planned.reason = "paranoid";
            }
            plan.events.push_back(planned);
        }
        return plan;
    }
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan&, int) override { return fail(Error{}); }
};
constexpr CollectorEntry hybrid_table[] = {{"perf", "perf", Supplies::events, "hybrid", [](Sys&, const SysRoot&) {
                                                return std::unique_ptr<Collector>(std::make_unique<HybridCollector>());
                                            }}};

CountingRequest request_of(std::vector<EventRequest> events, std::vector<int> cpus) {
    CountingRequest request;
    request.placement.cpus = std::move(cpus);
    request.collectors = {{"perf"}, false, true};
    for (const EventRequest& event : events)
        request.options.events.push_back(event.name);
    request.events = std::move(events);
    return request;
}

KernelSys counting_kernel;
const SysRoot counting_root;

} // namespace

TEST_CASE("an event of one core PMU is not counted if workers are on CPUs of two") {
    const std::vector<EventRequest> events = {{"cycles", "cycles"}};
    const auto same = plan_counting(request_of(events, {1, 0}), counting_kernel, counting_root, hybrid_table);
    REQUIRE(same);
    CHECK(same->events[0].pass == 1);
    CHECK(same->passes == 2);
    const auto mixed = plan_counting(request_of(events, {1, 2}), counting_kernel, counting_root, hybrid_table);
    REQUIRE(mixed);
    CHECK(mixed->events[0].pass == -1);
    CHECK(mixed->events[0].reason == "PMU cpu_core serves CPUs 0-1: workers on CPUs of two core PMUs");
    CHECK(mixed->events[0].remedy == "pin to one kind with --cpus");
    CHECK(mixed->passes == 1);
    CHECK(mixed->sources.empty());
}

TEST_CASE("an event that requests user code is not replaced by a count of user and kernel code") {
    const auto counting = plan_counting(request_of({{"context-switches:u", "context_switches"}}, {0}), counting_kernel,
                                        counting_root, hybrid_table);
    REQUIRE(counting);
    CHECK(counting->events[0].pass == -1);
    CHECK(counting->events[0].reason == "paranoid");
    CHECK(counting->warnings.empty());
}

TEST_CASE("a missing metric's reason mentions its event only if the name differs, and a ratio's mentions the operand") {
    Counting counting;
    EventRecord cycles, instructions;
    cycles.name = cycles.role = "cycles";
    instructions.name = "instructions:k";
    instructions.role = "instructions";
    cycles.reason = instructions.reason = "no core PMU";
    counting.events = {cycles, instructions};
    const auto list =
        unavailable_metrics(request_of({{"cycles", "cycles"}, {"instructions:k", "instructions"}}, {0}), counting, "");
    const auto reason = [&](const std::string& metric) {
        const auto found = std::find_if(list.begin(), list.end(), [&](const auto& u) { return u.metric == metric; });
        return found == list.end() ? "" : found->reason;
    };
    CHECK(reason("cycles") == "no core PMU");
    CHECK(reason("instructions") == "instructions:k: no core PMU");
    CHECK(reason("cpi") == "no cycles: no core PMU");
    CHECK(reason("llc_mpki") == "no instructions: instructions:k: no core PMU");
    CHECK(reason("llc_misses").empty()); // simulated
}

TEST_CASE("--strict accepts the operating system's count only if it has the requested domain") {
    const auto strict = [](const std::string& name, const std::string& role) {
        CountingRequest request = request_of({{name, role}}, {0});
        request.options.strict = true;
        const auto counting = plan_counting(request, counting_kernel, counting_root, hybrid_table);
        return counting ? "source " + counting->events[0].source : to_line(counting.error());
    };
    CHECK(strict("context-switches", "context_switches") == "source os"); // happens only in the kernel
    CHECK(strict("page-faults:uk", "page_faults") == "source os");
    CHECK(
        strict("page-faults", "page_faults") ==
        "count page-faults: requested in domain u, but the operating system counts uk (--strict); request it with :uk");
    CHECK(strict("task-clock:u", "task_clock_ns") ==
          "count task-clock:u: paranoid (--strict); remove --strict, or see bytebound doctor");
}

TEST_CASE("the first source is read last before a step and first after it, and values keep their positions") {
    Counting counting;
    for (const std::string name : {"a", "b", "c"}) {
        PlannedEvent planned;
        planned.name = name;
        planned.pass = 0;
        counting.sources.push_back({std::make_unique<NotedCollector>(name), {name, name, {planned}, 1, {}}});
    }
    auto counters = OpenCounters::open(counting, 0, true);
    REQUIRE(counters);
    std::vector<CounterValue> values(3);
    order().clear();
    CHECK(counters->read_before(values));
    CHECK(order() == "cba");
    CHECK(values[0].count == 'a');
    CHECK(values[2].count == 'c');
    CHECK(counters->read_after(values));
    CHECK(order() == "cbaabc");
    CHECK(values[0].count == 'a');
    CHECK(values[2].count == 'c');
}

TEST_CASE("the term name= is the name of the event's column, and the written name stays with its origin") {
    const auto counting = plan_counting(request_of({{"cycles", "", "cyc"}, {"context-switches:u", ""}}, {0, 1}),
                                        counting_kernel, counting_root, hybrid_table);
    REQUIRE(counting);
    CHECK(counting->events[0].name == "cyc");
    CHECK(counting->events[0].pass == 1);
    CHECK(counting->events[0].origin == "written cycles");
    CHECK(counting->events[1].name == "context-switches:u");
    REQUIRE(counting->slots_of(1).size() == 1);
    CHECK(counting->slots_of(1)[0].column == 0);
}
