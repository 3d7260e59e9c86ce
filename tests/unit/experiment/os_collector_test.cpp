#include <catch2/catch.hpp>

#include "experiment/counting/os_collector.hpp"

using namespace bytebound;

TEST_CASE("the migrations of a thread are read from its sched file") {
    const std::string head = "bytebound (4711, #threads: 3)\n-----------------------\n";
    struct Row {
        std::string text;
        std::optional<std::uint64_t> expected;
    };
    const Row rows[] = {
        {head + "se.nr_migrations                             :                   12\nnr_switches : 7\n", 12},
        {head + "se.nr_migrations : 0\n", 0},
        {head + "nr_switches : 7\nse.nr_migrations:18446744073709551615\n", 18446744073709551615u},
        {head + "se.nr_migrations : 18446744073709551616\n", {}},
        {head + "se.nr_migrations : 1", {}}, // cut: may have been 12
        {head + "se.nr_migrations : -1\n", {}},
        {head + "se.nr_migrations :\n", {}},
        {head + "nr_switches : 7\n", {}},
        {"nr_migrations : 3 (4711, #threads: 3)\n", {}}, // a process of that name
        {"", {}},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        CHECK(migrations_in(row.text) == row.expected);
    }
}

TEST_CASE("the operating system's counts serve only names without a domain or with user and kernel") {
    KernelSys sys;
    const auto collector = make_os_collector(sys);
    PlanRequest request;
    request.names = {"context-switches", "context-switches:uk", "context-switches:u",
                     "page-faults:k",    "task-clock:u",        "cycles"};
    const auto plan = collector->plan(request);
    REQUIRE(plan);
    std::vector<int> passes;
    for (const PlannedEvent& event : plan->events)
        passes.push_back(event.pass);
    CHECK(passes == std::vector<int>{0, 0, -1, -1, -1, -1});
    CHECK(plan->events[2].reason == "the operating system counts user and kernel code together");
    CHECK(plan->events[5].reason == "the operating system does not keep this count");
}
