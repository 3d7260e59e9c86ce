#include <catch2/catch.hpp>

#include <cerrno>
#include <cstring>

#include "counters/registry.hpp"
#include "counters/schedstat/schedstat_collector.hpp"
#include "support/forwarding_sys.hpp"

using namespace bytebound;

namespace {

/// A kernel with one schedstat file.
class ScheduledSys : public test::ForwardingSys {
public:
    SysResult open_file(const char*, int) override { return error == 0 ? SysResult{7, 0} : SysResult{-1, error}; }
    SysResult read_at_start(int, void* buffer, std::size_t bytes) override {
        std::memcpy(buffer, text.data(), std::min(bytes, text.size()));
        return {static_cast<long>(text.size()), 0};
    }
    SysResult close(int) override { return {0, 0}; }

    std::string text = "1000 20 3\n";
    int error = 0;
};

} // namespace

TEST_CASE("schedstat counts the ns that a worker ran and waited, in the order of the plan") {
    ScheduledSys kernel;
    SchedstatCollector collector(kernel, SysRoot());
    PlanRequest request;
    request.names = {"sched-waiting-ns", "cycles", "sched-running-ns"};
    const auto plan = collector.plan(request);
    REQUIRE(plan);
    CHECK(plan->events[1].reason == "schedstat has only sched-running-ns and sched-waiting-ns");
    CHECK(plan->events[1].pass == -1);
    const auto counters = collector.open(*plan, 0);
    REQUIRE(counters);
    REQUIRE((*counters)->size() == 2);
    CounterValue values[2];
    REQUIRE((*counters)->read(values));
    CHECK(values[0].count == 20);
    CHECK(values[1].count == 1000);
    CHECK(values[0].enabled_ns == values[0].running_ns);
    kernel.text = "no number\n";
    CHECK_FALSE((*counters)->read(values));
    CHECK((*counters)->last_error().cause == "it does not contain two numbers of ns");
}

TEST_CASE("a kernel without schedstat is a capability that is missing, and opening it is an error") {
    ScheduledSys kernel;
    kernel.error = ENOENT;
    SchedstatCollector collector(kernel, SysRoot());
    CHECK_FALSE(collector.capability().available);
    CHECK(collector.open({}, 0).error().sys_errno == ENOENT);
    CHECK_FALSE(SchedstatCollector(kernel, SysRoot("/nonexistent")).capability().available);
}

TEST_CASE("the names of schedstat are found through the table of collectors") {
    CHECK(owner_of(collectors(), "sched-waiting-ns")->name == "schedstat");
    CHECK(owner_of(collectors(), "cycles") == nullptr);
    CHECK(find_collector(collectors(), "schedstat")->built_in());
}
