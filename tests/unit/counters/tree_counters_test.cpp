#include <catch2/catch.hpp>

#include "counters/perf_event/tree_counters.hpp"
#include "support/scripted_sys.hpp"

using namespace bytebound;

namespace {

PlannedEvent planned(const char* name, std::uint64_t config, int pass, int group) {
    PlannedEvent out;
    out.name = name;
    out.event.emplace();
    out.event->name = name;
    out.event->config = config;
    out.pass = pass;
    out.group = group;
    return out;
}

} // namespace

TEST_CASE("events of a command are opened on its process, begin with its exec and follow its children") {
    ScriptedSys sys;
    CountingPlan plan;
    plan.events = {planned("cycles", 0, 0, 0), planned("instructions", 1, 0, 0), planned("refused", 2, -1, -1),
                   planned("misses", 3, 1, 0)};
    const auto counters = TreeCounters::open(sys, plan, 4711);
    REQUIRE(counters);
    REQUIRE(sys.calls.size() == 3);
    for (const ScriptedSys::Call& call : sys.calls) {
        CHECK(call.pid == 4711);
        CHECK(call.cpu == -1);
        CHECK(call.attr.inherit == 1);
        CHECK(call.attr.read_format == (PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING));
    }
    // The leaders of both groups wait for the exec, and members follow theirs.
    CHECK(sys.calls[0].attr.enable_on_exec == 1);
    CHECK(sys.calls[0].attr.disabled == 1);
    CHECK(sys.calls[1].group_fd == sys.calls[0].fd);
    CHECK(sys.calls[1].attr.disabled == 0);
    CHECK(sys.calls[2].group_fd == -1);
    CHECK(sys.calls[2].attr.enable_on_exec == 1);
    CHECK((*counters)->size() == 3);
}

TEST_CASE("where one event of a command cannot be opened, the error has its name, and nothing stays open") {
    ScriptedSys sys;
    sys.refuse = [](const perf_event_attr& attr) { return attr.config == 1 ? EACCES : 0; };
    CountingPlan plan;
    plan.events = {planned("cycles", 0, 0, 0), planned("instructions", 1, 0, 0)};
    const auto counters = TreeCounters::open(sys, plan, 4711);
    REQUIRE_FALSE(counters);
    CHECK(counters.error().object == "instructions");
    CHECK(counters.error().sys_errno == EACCES);
    CHECK(sys.open_descriptors.empty());
}

TEST_CASE("an answer that is not three words is no count") {
    ScriptedSys sys;
    CountingPlan plan;
    plan.events = {planned("cycles", 0, 0, 0)};
    const auto counters = TreeCounters::open(sys, plan, 4711);
    REQUIRE(counters);
    sys.read_answer = 16;
    CounterValue value;
    CHECK_FALSE((*counters)->read(std::span(&value, 1)));
}
