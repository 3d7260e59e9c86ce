#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <thread>

#include "counters/scripted_collector.hpp"
#include "experiment/measure/team_counters.hpp"

using namespace bytebound;

namespace {

/// A collector that records concurrent opens, and refuses open number `refused` (from 1).
class WatchedCollector final : public Collector {
public:
    explicit WatchedCollector(ScriptedEvent event) : script_({std::move(event)}) {}
    std::string_view name() const override { return "perf"; }
    Capability capability() const override { return Capability::yes("scripted"); }
    Result<CountingPlan> plan(const PlanRequest& request) override { return script_.plan(request); }
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override {
        if (opening_++ > 0) at_once = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --opening_;
        if (++opened == refused)
            return fail({ExitCode::not_possible, "open", "worker " + std::to_string(opened), "it is refused", {}});
        return script_.open(plan, pass);
    }

    int refused = 0, opened = 0;
    std::atomic<bool> at_once = false;

private:
    ScriptedCollector script_;
    std::atomic<int> opening_ = 0;
};

struct CountedTeam {
    WorkerTeam team{3};
    Counting counting;
    WatchedCollector* collector = nullptr;

    explicit CountedTeam(Sharing sharing) {
        ScriptedEvent script{"cycles", {{1, 1, 1}, {20, 5, 5}}, 0, 0, false, {}, {}};
        script.sharing = sharing;
        auto watched = std::make_unique<WatchedCollector>(script);
        collector = watched.get();
        EventRecord event;
        event.name = event.role = "cycles";
        counting.events = {event};
        PlanRequest request;
        request.names = {event.name};
        auto agreed = watched->plan(request);
        counting.sources.push_back({std::move(watched), std::move(*agreed)});
    }
};

} // namespace

TEST_CASE("the counters of a team are opened sequentially and read by all workers") {
    CountedTeam counted(Sharing::per_thread);
    auto counters = TeamCounters::open(counted.team, counted.counting, 0);
    REQUIRE(counters);
    CHECK(counted.collector->opened == 3);
    CHECK_FALSE(counted.collector->at_once);
    TeamValues before = counters->values(), after = before;
    REQUIRE(before.size() == 3);
    REQUIRE(counters->read_before(before));
    REQUIRE(counters->read_after(after));
    for (unsigned worker = 0; worker < 3; ++worker)
        CHECK(difference(before[worker][0], after[worker][0]) == Reading{20, 5, 5, ReadingState::counted});
}

TEST_CASE("values shared by all workers are read by the leader only") {
    CountedTeam counted(Sharing::socket);
    auto counters = TeamCounters::open(counted.team, counted.counting, 0);
    REQUIRE(counters);
    TeamValues values = counters->values();
    REQUIRE(counters->read_before(values));
    CHECK(values[0][0] == CounterValue{1, 1, 1});
    CHECK(values[1][0] == CounterValue{});
}

TEST_CASE("a team has no counters if those of one worker cannot be opened") {
    CountedTeam counted(Sharing::per_thread);
    counted.collector->refused = 2;
    const auto counters = TeamCounters::open(counted.team, counted.counting, 0);
    REQUIRE_FALSE(counters);
    CHECK(counters.error().object == "worker 2");
    CHECK(counted.collector->opened == 2);
}
