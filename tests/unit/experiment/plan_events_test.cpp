#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "experiment/plan/plan_replay.hpp"
#include "experiment/plan/planned_records.hpp"
#include "record/samples.hpp"
#include "support/small_plan.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("a list of collectors determines which ones count and whether the model runs") {
    CHECK(*choose_collectors({"auto"}) == CollectorChoice{{"perf"}, true, true});
    CHECK(*choose_collectors({"none"}) == CollectorChoice{{}, false, false});
    CHECK(*choose_collectors({"sim"}) == CollectorChoice{{}, true, false});
    CHECK(*choose_collectors({"perf", "sim", "perf"}) == CollectorChoice{{"perf"}, true, false});
    CHECK(*choose_collectors({"papi", "perf"}) == CollectorChoice{{"papi", "perf"}, false, false});
    CHECK(*choose_collectors({"callgrind", "sim"}) == CollectorChoice{{}, true, false, "callgrind"});
    CHECK(choose_collectors({"none", "perf"}).error().code == ExitCode::usage);
    CHECK(choose_collectors({"perff"}).error().remedy == "did you mean perf?");
}

TEST_CASE("an event's role follows from its name, regardless of modifiers") {
    CHECK(event_role("cycles", "") == "cycles");
    CHECK(event_role("cycles:uk", "") == "cycles");
    CHECK(event_role("cpu_core/cpu-cycles/u", "") == "cycles");
    CHECK(event_role("faults", "") == "page_faults");
    CHECK(event_role("cs:k", "") == "context_switches");
    CHECK(event_role("msr/tsc/", "") == "");
    CHECK(event_role("uncore_imc_0/cycles/", "") == "");
    CHECK(event_role("cpu/event=0x2e,umask=0x41/u", "cpu/event=0x2e,umask=0x41/") == "llc_misses");
    CHECK(event_role("LLC-load-misses", "") == "");
}

TEST_CASE("an unknown event name is wrong usage, whichever collector would count it") {
    for (const std::string collector : {"auto", "perf", "sim", "none"}) {
        RunOptions options = small_options();
        options.counting.collectors = {collector};
        options.counting.events = {"cycles", "instructionz"};
        const Error e = refused(options);
        CHECK(e.code == ExitCode::usage);
        CHECK(e.object == "instructionz");
        CHECK(e.remedy == "did you mean instructions?");
        options.counting.events = {"uncore_nowhere/event=1/"}; // known, without hardware
        CHECK(planned(options).counting.events.size() == 1);
    }
}

TEST_CASE("the first event of a role supplies it; an event listed twice is counted once") {
    RunOptions options = small_options();
    options.counting.events = {"cycles:u", "cycles:k", "msr/tsc/", "cycles:u"};
    const RunPlan plan = planned(options);
    CHECK(plan.counting.events ==
          std::vector<EventRequest>{{"cycles:u", "cycles"}, {"cycles:k", ""}, {"msr/tsc/", ""}});
    CHECK(codes(plan) == std::vector<std::string>{"event_repeated"});
}

TEST_CASE("name= names the column of an event, and no two columns have the same name") {
    RunOptions options = small_options();
    options.counting.events = {"task-clock", "software/config=3,name=switches/"};
    CHECK(planned(options).counting.events ==
          std::vector<EventRequest>{{"task-clock", "task_clock_ns"},
                                    {"software/config=3,name=switches/", "", "switches"}});
    const auto cause = [&](const std::string& name) {
        options.counting.events = {"task-clock", name};
        const Error e = refused(options);
        CHECK(e.code == ExitCode::usage);
        return e.object + ": " + e.cause;
    };
    for (const std::string label : {"time_ns", "loop", "dram_bytes", "sim:x", "a:enabled"}) {
        const std::string name = "software/config=3,name=" + label + "/";
        CHECK(cause(name) == "--events " + name + ": " + label + " is the name of a metric or a column of its own");
    }
    CHECK(cause("software/config=3,name=task-clock/") ==
          "--events software/config=3,name=task-clock/: two events are shown as task-clock");
}
