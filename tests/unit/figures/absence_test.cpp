#include <catch2/catch.hpp>

#include "figures/absence.hpp"
#include "support/example_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

const Absence& with_reason(const std::vector<Absence>& list, const std::string& reason) {
    for (const Absence& each : list) {
        if (each.reason == reason) return each;
    }
    FAIL("no absence with reason " << reason);
    return list.front();
}

} // namespace

TEST_CASE("missing figures are grouped by root cause") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    drop_counters(run, samples);
    const Summary summary = summarize(run, samples);
    const std::vector<std::string> keys{"cpi", "llc_mpki", "dram_bytes", "amplification"};
    const auto list = absences(summary, keys);
    REQUIRE(list.size() == 3);
    const Absence& pmu = with_reason(list, "no core PMU: the hypervisor gives none");
    CHECK(pmu.metrics == std::vector<std::string>{"cpi", "llc_mpki"});
    CHECK(remedies_for(run, pmu).empty()); // a remedy for cycles and instructions, which are not in the absence
    const Absence& hybrid = with_reason(list, "left out of this example");
    CHECK(hybrid.metrics == std::vector<std::string>{"llc_mpki", "dram_bytes", "amplification"});
    CHECK(where_text(summary, hybrid) == "hybrid");
    CHECK(where_text(summary, with_reason(list, "bound is 0")) == "k=0");
}

TEST_CASE("remedies of one cause are listed together, each once") {
    const RunRecord run = example_run();
    const Summary summary = summarize(run, example_samples());
    const std::vector<std::string> keys{"task_clock_ns", "cpu_migrations", "context_switches"};
    const auto list = absences(summary, keys);
    CHECK(remedies_for(run, with_reason(list, "not asked for")) == "--events task-clock; --events cpu-migrations");
    CHECK(where_text(summary, with_reason(list, "not asked for")) == "every row");
    CHECK(remedies_for(run, with_reason(list, "kernel events are refused")) == "sysctl kernel.perf_event_paranoid=1");
}

TEST_CASE("a remedy is that of the reason, not of another row of the same figure") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    drop_counters(run, samples);
    run.unavailable = {{"amplification", "--collector does not list sim", "give --collector auto"}};
    drop_simulation(run, samples, "--collector does not list sim");
    const Summary summary = summarize(run, samples);
    const auto list = absences(summary, std::vector<std::string>{"amplification"});
    REQUIRE(list.size() == 2);
    CHECK(where_text(summary, with_reason(list, "bound is 0")) == "k=0");
    CHECK(remedies_for(run, with_reason(list, "bound is 0")).empty());
    CHECK(remedies_for(run, *std::find_if(list.begin(), list.end(), [](const Absence& each) {
                           return each.reason != "bound is 0";
                       })) == "give --collector auto");
}

TEST_CASE("rows that do not form a whole group are listed one by one") {
    Summary summary = summarize(example_run(), example_samples());
    const Absence absence{"x", {"cpi"}, {&summary.rows[0], &summary.rows[4]}};
    CHECK(where_text(summary, absence) == "paired k=2, index k=3");
}
