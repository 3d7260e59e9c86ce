#include <catch2/catch.hpp>

#include "counters/scripted_collector.hpp"
#include "experiment/counting/counting.hpp"
#include "experiment/schedule/stationarity.hpp"

using namespace bytebound;

namespace {

KernelSys choice_kernel;
const SysRoot choice_root;

std::unique_ptr<Collector> perf(Sys&, const SysRoot&) {
    ScriptedEvent cycles{"cycles", {{1, 1, 1}}, 0, 0, false, {}, {}};
    ScriptedEvent fills{"cpu/event=0x44/", {{1, 1, 1}}, 0, 0, false, {}, {}};
    ScriptedEvent absent{"cpu/event=0x72/", {}, 0, 0, false, "no core PMU", "use bare metal"};
    return std::make_unique<ScriptedCollector>(std::vector{cycles, fills, absent});
}
std::unique_ptr<Collector> uncore(Sys&, const SysRoot&) {
    ScriptedEvent read{"ddr-read", {{1, 1, 1}}, 0, 0, false, {}, {}, "dram_read_bytes", Sharing::socket, {64, 64}};
    return std::make_unique<ScriptedCollector>(std::vector{read}, "uncore");
}
std::unique_ptr<Collector> refused_uncore(Sys&, const SysRoot&) {
    ScriptedEvent read{"ddr-read", {}, 0, 0, false, "perf_event_paranoid is 2", "sudo sysctl ..."};
    return std::make_unique<ScriptedCollector>(std::vector{read}, "uncore");
}
std::unique_ptr<Collector> no_groups_resctrl(Sys&, const SysRoot&) {
    ScriptedEvent total{"mbm_total_bytes", {{1, 1, 1}}, 0, 0, false, {}, {}, "dram_bytes", Sharing::group, {}};
    return std::make_unique<ScriptedCollector>(std::vector{total}, "resctrl");
}

/// Can be planned, but fails to open.
class Hollow final : public Collector {
public:
    std::string_view name() const override { return "uncore"; }
    Capability capability() const override { return Capability::yes("test"); }
    Result<CountingPlan> plan(const PlanRequest& request) override {
        return ScriptedCollector({{"ddr-read", {}, 0, 0, false, {}, {}, "dram_read_bytes", Sharing::socket, {64}}},
                                 "uncore")
            .plan(request);
    }
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan&, int) override {
        return fail({ExitCode::not_possible, "open event", "ddr-read", "the process has no file descriptors left",
                     "raise the limit: ulimit -n 4096", 24});
    }
};
std::unique_ptr<Collector> hollow(Sys&, const SysRoot&) { return std::make_unique<Hollow>(); }
std::unique_ptr<Collector> pmem_only(Sys&, const SysRoot&) {
    ScriptedEvent read{"pmem-read", {{1, 1, 1}}, 0, 0, false, {}, {}, "", Sharing::socket, {64}};
    return std::make_unique<ScriptedCollector>(std::vector{read}, "uncore");
}
std::unique_ptr<Collector> both_ways(Sys&, const SysRoot&) {
    ScriptedEvent read{"ddr-read", {{1, 1, 1}}, 0, 0, false, {}, {}, "dram_read_bytes", Sharing::socket, {64}};
    ScriptedEvent write{"ddr-write", {{1, 1, 1}}, 0, 0, false, {}, {}, "dram_write_bytes", Sharing::socket, {64}};
    return std::make_unique<ScriptedCollector>(std::vector{read, write}, "uncore");
}
/// The three core events that --strict requires.
std::unique_ptr<Collector> three(Sys&, const SysRoot&) {
    std::vector<ScriptedEvent> events;
    for (const char* name : {"cycles", "instructions", "misses"})
        events.push_back({name, {{1, 1, 1}}, 0, 0, false, {}, {}});
    return std::make_unique<ScriptedCollector>(events);
}

/// A monitoring group that opens and answers "Unavailable": enabled time advances, running time does not.
std::unique_ptr<Collector> mute_resctrl(Sys&, const SysRoot&) {
    ScriptedEvent total{"mbm_total_bytes", {{0, 9, 0}}, 0, 0, false, {}, {}, "dram_bytes", Sharing::group, {}};
    return std::make_unique<ScriptedCollector>(std::vector{total}, "resctrl");
}

constexpr CollectorEntry mute_table[] = {{"perf", "perf", Supplies::events, "", perf},
                                         {"resctrl", "resctrl", Supplies::dram, "", mute_resctrl}};
constexpr CollectorEntry hollow_table[] = {{"perf", "perf", Supplies::events, "", perf},
                                           {"uncore", "perf", Supplies::dram, "", hollow},
                                           {"resctrl", "resctrl", Supplies::dram, "", no_groups_resctrl}};
constexpr CollectorEntry pmem_table[] = {{"perf", "perf", Supplies::events, "", perf},
                                         {"uncore", "perf", Supplies::dram, "", pmem_only},
                                         {"resctrl", "resctrl", Supplies::dram, "", no_groups_resctrl}};
constexpr CollectorEntry reads_only[] = {{"perf", "perf", Supplies::events, "", three},
                                         {"uncore", "perf", Supplies::dram, "", uncore}};
constexpr CollectorEntry both[] = {{"perf", "perf", Supplies::events, "", three},
                                   {"uncore", "perf", Supplies::dram, "", both_ways}};
constexpr CollectorEntry all[] = {{"perf", "perf", Supplies::events, "", perf},
                                  {"uncore", "perf", Supplies::dram, "", uncore},
                                  {"resctrl", "resctrl", Supplies::dram, "", no_groups_resctrl}};
constexpr CollectorEntry no_rights[] = {{"perf", "perf", Supplies::events, "", perf},
                                        {"uncore", "perf", Supplies::dram, "", refused_uncore},
                                        {"resctrl", "resctrl", Supplies::dram, "", no_groups_resctrl}};
constexpr CollectorEntry no_resctrl[] = {{"perf", "perf", Supplies::events, "", perf},
                                         {"uncore", "perf", Supplies::dram, "", refused_uncore},
                                         {"resctrl", "resctrl", Supplies::dram, "", nullptr}};

CountingRequest request_of(std::vector<std::string> words, bool automatic) {
    CountingRequest request;
    request.placement.cpus = {0};
    request.collectors = {std::move(words), automatic, automatic};
    request.events = {{"cycles", "cycles"}};
    request.preset.memory.counters = {MemoryCounter{}};
    request.preset.estimate.terms = {{"cpu/event=0x44/", Direction::read, 64, "fills"}};
    return request;
}

std::string used(const Counting& counting) {
    std::string text;
    for (const CollectorRecord& record : counting.collectors)
        text += record.name + (record.used ? "+ " : "- ");
    return text;
}
std::string cause(const Counting& counting, const std::string& name) {
    for (const CollectorRecord& record : counting.collectors)
        if (record.name == name) return record.cause;
    return "no record";
}
std::string sources(const Counting& counting) {
    std::string text;
    for (const EventRecord& event : counting.events)
        text += event.name + "=" + event.source + ":" + event.role + " ";
    return text;
}

} // namespace

TEST_CASE("auto uses the memory controllers and says why the others were not used") {
    const auto counting = plan_counting(request_of({"perf"}, true), choice_kernel, choice_root, all);
    REQUIRE(counting);
    CHECK(used(*counting) == "uncore+ resctrl- core-estimate- perf+ ");
    CHECK(cause(*counting, "uncore") == "counts ddr-read at 2 boxes");
    CHECK(cause(*counting, "resctrl") == "uncore counts DRAM bytes more directly");
    CHECK(sources(*counting) == "cycles=perf:cycles ddr-read=uncore:dram_read_bytes ");
    CHECK(counting->slots_of(0) ==
          std::vector<CounterSlot>{{0, 1, Sharing::per_thread}, {1, 64, Sharing::socket}, {1, 64, Sharing::socket}});
    CHECK(counting->counts_shared(0));
    CHECK(counting->events[1].unit == "bytes");
    CHECK(counting->events[1].parts.size() == 2);
}

TEST_CASE("without permission for the memory controllers auto uses resctrl, and keeps the reason") {
    const auto counting = plan_counting(request_of({"perf"}, true), choice_kernel, choice_root, no_rights);
    REQUIRE(counting);
    CHECK(used(*counting) == "uncore- resctrl+ core-estimate- perf+ ");
    CHECK(cause(*counting, "uncore") == "perf_event_paranoid is 2");
    CHECK(sources(*counting) == "cycles=perf:cycles mbm_total_bytes=resctrl:dram_bytes ");
    CHECK_FALSE(counting->counts_shared(0));
}

TEST_CASE("without both auto lets perf count the core estimate, marked as such") {
    const auto counting = plan_counting(request_of({"perf"}, true), choice_kernel, choice_root, no_resctrl);
    REQUIRE(counting);
    CHECK(used(*counting) == "uncore- resctrl- perf+ core-estimate+ ");
    CHECK(cause(*counting, "resctrl") == "this build does not have it");
    CHECK(sources(*counting) == "cycles=perf:cycles cpu/event=0x44/=core-estimate:dram_read_bytes ");
    CHECK(counting->events[1].bytes_per_count == 64);
}

TEST_CASE("an estimate with a term that cannot be counted is dropped, and its other terms are not counted") {
    CountingRequest request = request_of({"perf"}, true);
    request.preset.estimate.terms.push_back({"cpu/event=0x72/", Direction::read, 64, "prefetches"});
    const auto counting = plan_counting(request, choice_kernel, choice_root, no_resctrl);
    REQUIRE(counting);
    CHECK(used(*counting) == "uncore- resctrl- perf+ core-estimate- ");
    CHECK(cause(*counting, "core-estimate") == "cpu/event=0x72/: no core PMU");
    CHECK(counting->slots_of(0) == std::vector<CounterSlot>{{0, 1, Sharing::per_thread}});
    CHECK(counting->events[1].reason == "the estimate needs cpu/event=0x72/ too: no core PMU");
    CHECK_FALSE(counting->counts_dram("dram_read_bytes"));
}

TEST_CASE("if the preset has no controllers on this machine, the reason is given before the kernel is asked") {
    CountingRequest request = request_of({"perf"}, true);
    request.preset.memory = {{}, "no PMU uncore_imc_[0-9]+", "modprobe intel_uncore", {}, {}};
    // On the running machine, doctor's cause replaces the preset's.
    const auto counting = plan_counting(request, choice_kernel, SysRoot("/nonexistent"), all);
    REQUIRE(counting);
    CHECK(cause(*counting, "uncore") == "no PMU uncore_imc_[0-9]+");
    CHECK(used(*counting) == "uncore- resctrl+ core-estimate- perf+ ");
}

TEST_CASE("explicit collectors all count, and one that cannot is an error") {
    const auto both = plan_counting(request_of({"perf", "resctrl"}, false), choice_kernel, choice_root, all);
    REQUIRE(both);
    CHECK(sources(*both) == "cycles=perf:cycles ddr-read=uncore:dram_read_bytes mbm_total_bytes=resctrl:dram_bytes ");
    const auto missing = plan_counting(request_of({"perf", "resctrl"}, false), choice_kernel, choice_root, no_resctrl);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ExitCode::not_possible);
    CHECK(to_line(missing.error()) ==
          "count with --collector resctrl: this build does not have it; give --collector auto");
}

TEST_CASE("--bw-preset none excludes the sources that a preset describes") {
    CountingRequest request = request_of({"perf"}, true);
    request.options.bandwidth_preset = "none";
    const auto counting = plan_counting(request, choice_kernel, choice_root, all);
    REQUIRE(counting);
    CHECK(used(*counting) == "uncore- resctrl+ core-estimate- perf+ "); // resctrl needs no preset
    CHECK(cause(*counting, "uncore") == "--bw-preset none");
    CHECK(cause(*counting, "core-estimate") == "resctrl counts DRAM bytes more directly");
}

TEST_CASE("a source that fails only when it is opened is left out by auto with that reason") {
    const auto counting = plan_counting(request_of({"perf"}, true), choice_kernel, choice_root, hollow_table);
    REQUIRE(counting);
    CHECK(used(*counting) == "uncore- resctrl+ core-estimate- perf+ ");
    CHECK(cause(*counting, "uncore") == "the process has no file descriptors left");
}

TEST_CASE("auto leaves out a monitoring group without numbers; requesting it is an error") {
    const auto counting = plan_counting(request_of({"perf"}, true), choice_kernel, choice_root, mute_table);
    REQUIRE(counting);
    CHECK(used(*counting) == "resctrl- perf+ core-estimate+ ");
    CHECK(cause(*counting, "resctrl") ==
          "the kernel gives no number for the program's threads (it reports Unavailable or Error)");
    const auto named = plan_counting(request_of({"perf", "resctrl"}, false), choice_kernel, choice_root, mute_table);
    REQUIRE_FALSE(named);
    CHECK(named.error().code == ExitCode::not_possible);
}

TEST_CASE("a source without total DRAM bytes is counted, and does not exclude other sources") {
    const auto counting = plan_counting(request_of({"perf"}, true), choice_kernel, choice_root, pmem_table);
    REQUIRE(counting);
    CHECK(used(*counting) == "uncore+ resctrl+ core-estimate- perf+ ");
    CHECK(cause(*counting, "core-estimate") == "resctrl counts DRAM bytes more directly");
    CHECK(sources(*counting) == "cycles=perf:cycles pmem-read=uncore: mbm_total_bytes=resctrl:dram_bytes ");
}

TEST_CASE("--strict requires reads and writes to be counted, and lists the obstacle of every source") {
    CountingRequest request = request_of({"perf"}, true);
    request.options.strict = true;
    request.events = {{"cycles", "cycles"}, {"instructions", "instructions"}, {"misses", "llc_misses"}};
    const auto refused = plan_counting(request, choice_kernel, choice_root, reads_only);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::not_possible);
    CHECK(to_line(refused.error()) ==
          "count DRAM bytes: uncore: it counts reads or writes, not both; core-estimate: uncore counts DRAM bytes more "
          "directly (--strict); remove --strict, or see bytebound doctor");
    CHECK(plan_counting(request, choice_kernel, choice_root, both));
}

TEST_CASE("--strict with --events requires those events, not the ones added for DRAM bytes") {
    CountingRequest request = request_of({"perf"}, true);
    request.options.strict = true;
    request.options.events = {"cycles"};
    request.preset.estimate.terms.push_back({"cpu/event=0x72/", Direction::read, 64, "prefetches"});
    CHECK(plan_counting(request, choice_kernel, choice_root, no_resctrl));
}

TEST_CASE(
    "without a simulation stationarity is judged on counted bytes minus background, separately for reads and writes") {
    EventRecord cycles, read, write;
    read.role = "dram_read_bytes";
    write.role = "dram_write_bytes";
    read.source = write.source = "uncore";
    read.pass = write.pass = 0;
    const std::vector<EventRecord> events = {cycles, read, write};
    // Reads: 1000, plus 9 of background in each reading. Writes: 100 in the first 20 readings, 300 in the last 20.
    std::vector<Sample> readings(40), idle(1);
    for (std::size_t i = 0; i < readings.size(); ++i)
        readings[i].readings = {Reading{7, 9, 9, ReadingState::counted}, Reading{1009, 9, 9, ReadingState::counted},
                                Reading{i < 20 ? 100u : 300u, 9, 9, ReadingState::counted}};
    idle[0].readings = {std::nullopt, Reading{100, 100, 100, ReadingState::counted},
                        Reading{0, 100, 100, ReadingState::counted}};
    ExperimentRecord record;
    record.loop = "paired";
    record.k = 16;
    std::vector<Warning> warnings;
    judge_stationarity_on_counts(record, readings, idle, events, warnings);
    CHECK(record.stationary == false);
    CHECK(record.stationary_source == "uncore");
    CHECK(record.stationary_reason ==
          "DRAM bytes written per reading went from 100 to 300 over the last 2 x 20 readings");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].code == "not_stationary");

    for (Sample& reading : readings)
        reading.readings[2]->count = 100;
    judge_stationarity_on_counts(record, readings, idle, events, warnings);
    CHECK(record.stationary == true);
    CHECK(record.stationary_reason.empty());

    ExperimentRecord unjudged;
    readings[3].readings[1] = readings[3].readings[2] = Reading{0, 9, 0, ReadingState::never_ran};
    judge_stationarity_on_counts(unjudged, readings, idle, events, warnings);
    CHECK_FALSE(unjudged.stationary);
    CHECK(unjudged.stationary_reason == "no simulation, and DRAM bytes were not counted in every reading of one pass");
    ExperimentRecord nothing;
    judge_stationarity_on_counts(nothing, readings, idle, {cycles}, warnings);
    CHECK(nothing.stationary_reason.empty());
}

TEST_CASE("only the leader reads values shared by all workers") {
    auto counting = plan_counting(request_of({"perf"}, true), choice_kernel, choice_root, all);
    REQUIRE(counting);
    auto leader = OpenCounters::open(*counting, 0, true), other = OpenCounters::open(*counting, 0, false);
    REQUIRE(leader);
    REQUIRE(other);
    CHECK(leader->size() == 3);
    CHECK(other->size() == 3);
    std::vector<CounterValue> values(3, CounterValue{7, 7, 7});
    REQUIRE(other->read_before(values));
    CHECK(values[0] == CounterValue{1, 1, 1});
    CHECK(values[1] == CounterValue{7, 7, 7});
    REQUIRE(leader->read_before(values));
    CHECK(values[2] == CounterValue{1, 1, 1});
}
