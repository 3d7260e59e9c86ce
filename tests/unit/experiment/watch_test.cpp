#include <catch2/catch.hpp>

#include <cerrno>

#include "counters/scripted_collector.hpp"
#include "experiment/watch/machine_watch.hpp"
#include "experiment/watch/watch_values.hpp"
#include "support/machine_trees.hpp"
#include "support/scripted_sys.hpp"

using namespace bytebound;

namespace {

constexpr std::uint64_t second = 1'000'000'000;

// ---- literal readings -------------------------------------------------------------------------------------------

WatchFormula formula_of(WatchKind kind, std::vector<WatchTerm> over, std::vector<WatchTerm> under = {},
                        double factor = 1) {
    WatchFormula formula;
    formula.column.kind = kind;
    formula.numerator = std::move(over);
    formula.denominator = std::move(under);
    formula.factor = factor;
    return formula;
}

/// A source read at `time_ns`, whose counters ran all the time.
SourceReading reading_of(std::uint64_t time_ns, const std::vector<std::uint64_t>& counts) {
    SourceReading reading{time_ns, {}};
    for (const std::uint64_t count : counts)
        reading.values.push_back({count, time_ns, time_ns});
    return reading;
}

WatchValue value_of_one(const WatchFormula& formula, const SourceReading& before, const SourceReading& after) {
    return watch_values({formula}, {before}, {after}).front();
}

const WatchFormula watched_reads = formula_of(WatchKind::bandwidth, {{0, 0, 0, 64}, {0, 1, 1, 64}}, {}, 1e-9);
const WatchFormula watched_cpi =
    formula_of(WatchKind::ratio, {{0, 0, 0, 1}, {0, 1, 1, 1}}, {{0, 2, 0, 1}, {0, 3, 1, 1}});

} // namespace

TEST_CASE("a bandwidth is the bytes of all its counters per measured time") {
    // 1000 and 500 counts of 64 bytes in 2 s
    const WatchValue value =
        value_of_one(watched_reads, reading_of(second, {7, 9}), reading_of(3 * second, {1007, 509}));
    CHECK(value.count == 96000.0);
    CHECK(value.value == 48000e-9);
    CHECK(value.state == ReadingState::counted);
    CHECK(value.reason.empty());
}

TEST_CASE("a counter that ran for a part of the time is extrapolated, and makes the sum scaled") {
    SourceReading after = reading_of(3 * second, {1007, 509});
    after.values[1].running_ns = 2 * second; // 1 of 2 s: 500 counts are 1000
    const WatchValue value = value_of_one(watched_reads, reading_of(second, {7, 9}), after);
    CHECK(value.count == 128000.0);
    CHECK(value.state == ReadingState::scaled);
}

TEST_CASE("a ratio is one of sums over all CPUs") {
    // 3000 + 1000 cycles, 1000 + 1000 instructions
    const WatchValue value =
        value_of_one(watched_cpi, reading_of(second, {0, 0, 0, 0}), reading_of(2 * second, {3000, 1000, 1000, 1000}));
    CHECK(value.value == 2.0);
    CHECK_FALSE(value.count);
}

TEST_CASE("what was not counted has no value and a reason, and is never 0") {
    const SourceReading before = reading_of(second, {5, 5, 5, 5});
    SourceReading after = reading_of(2 * second, {5, 5, 5, 5});
    const WatchValue idle = value_of_one(watched_cpi, before, after);
    CHECK_FALSE(idle.value);
    CHECK(idle.reason == "no instruction was counted in this interval");

    after.values[1].running_ns = second; // of the one on CPU 1
    const WatchValue starved = value_of_one(watched_reads, before, after);
    CHECK_FALSE(starved.value);
    CHECK(starved.state == ReadingState::never_ran);
    CHECK(starved.reason == "the counter on CPU 1 did not run: other programs use the counters, or it stopped");

    after.values[1] = {5, second + second / 2, second + second / 2};
    const WatchValue stopped = value_of_one(watched_reads, before, after);
    CHECK_FALSE(stopped.value);
    CHECK(stopped.reason == "the counter on CPU 1 stopped during the interval");

    after.values[1] = {4, 2 * second, 2 * second};
    CHECK(value_of_one(watched_reads, before, after).state == ReadingState::read_failed);

    after.failure = "cycles on CPU 1: the kernel refused";
    const WatchValue failed = value_of_one(watched_reads, before, after);
    CHECK_FALSE(failed.value);
    CHECK(failed.reason == "cycles on CPU 1: the kernel refused");
}

TEST_CASE("one source that fails leaves the values of the others") {
    WatchFormula other = watched_reads;
    for (WatchTerm& term : other.numerator)
        term.source = 1;
    SourceReading failed = reading_of(2 * second, {});
    failed.failure = "gone";
    const auto values = watch_values({watched_reads, other}, {reading_of(second, {0, 0}), reading_of(second, {0, 0})},
                                     {failed, reading_of(2 * second, {1, 1})});
    CHECK_FALSE(values[0].value);
    CHECK(values[1].count == 128.0);
}

TEST_CASE("readings are due at multiples of the interval; one that is late does not move the next") {
    const WatchSchedule schedule(100, 1000);
    CHECK(schedule.next_after(100) == 1100);
    CHECK(schedule.next_after(1100) == 2100);
    CHECK(schedule.next_after(1350) == 2100);
    CHECK(schedule.next_after(4700) == 5100); // three are left out
    CHECK_FALSE(schedule.is_late(1050));
    CHECK(schedule.is_late(1051));
}

// ---- scripted collectors --------------------------------------------------------------------------------------

namespace {

/// One second per call.
std::uint64_t ticking_ns() {
    static std::uint64_t now = 0;
    return now += second;
}

/// Readings at every call: 0, then `each` in a second.
std::vector<CounterValue> steady(std::uint64_t each) {
    return {{0, 0, 0}, {each, second, second}, {each, second, second}, {each, second, second}, {each, second, second}};
}

std::unique_ptr<Collector> scripted_cpus(Sys&, const SysRoot&) {
    std::vector<ScriptedEvent> events;
    for (const auto& [name, each] :
         {std::pair{"cycles:uk", 3000u}, {"instructions:uk", 1000u}, {"LLC-load-misses:uk", 5u}})
        events.push_back({name, steady(each), 0, 0, false, {}, {}, "", Sharing::socket, {1, 1}});
    events.push_back({"context-switches", steady(7), 0, 0, false, {}, {}, "", Sharing::socket, {1, 1}});
    return std::make_unique<ScriptedCollector>(events);
}
std::unique_ptr<Collector> refused_cpus(Sys&, const SysRoot&) {
    std::vector<ScriptedEvent> events;
    for (const char* name : {"cycles:uk", "instructions:uk", "LLC-load-misses:uk"})
        events.push_back({name, {}, 0, 0, false, "no core PMU here", "use bare metal"});
    return std::make_unique<ScriptedCollector>(events);
}

constexpr CollectorEntry cpus_only[] = {{"cpus", "perf", Supplies::machine, "", scripted_cpus}};
constexpr CollectorEntry no_source[] = {{"cpus", "perf", Supplies::machine, "", refused_cpus}};

Result<MachineWatch> watching(const test::Tree& tree, std::span<const CollectorEntry> table,
                              WatchOptions options = {}) {
    static ScriptedSys sys;
    options.counting.bandwidth_preset = "generic";
    return MachineWatch::open(sys, tree.root(), options, {table, ticking_ns});
}

std::vector<std::string> keys_of(const MachineWatch& watch) {
    std::vector<std::string> keys;
    for (const WatchColumn& column : watch.header().columns)
        keys.push_back(column.key);
    return keys;
}

const WatchValue& value_named(const MachineWatch& watch, const WatchLine& line, const std::string& key) {
    const auto keys = keys_of(watch);
    const auto found = std::find(keys.begin(), keys.end(), key);
    REQUIRE(found != keys.end());
    return line.values[static_cast<std::size_t>(found - keys.begin())];
}

/// A machine whose CPUs 0, 1 and 2 are on nodes 0, 0 and 1, where boxes 0, 1 and 2 of the script are.
test::TreeFiles watched_machine() {
    test::TreeFiles files = test::two_package_smt();
    files["proc/cpuinfo"] = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 1";
    return files;
}

} // namespace

TEST_CASE("a line has the traffic of each node and class, CPI and the rates of the events") {
    const test::Tree tree(watched_machine());
    auto watch = watching(tree, cpus_only);
    REQUIRE(watch);
    CHECK(keys_of(*watch) == std::vector<std::string>{"ddr_read_gbps", "ddr_write_gbps", "cpi", "llc_mpki",
                                                      "cycles:uk_per_s", "instructions:uk_per_s",
                                                      "LLC-load-misses:uk_per_s"});
    const WatchLine line = watch->next();
    CHECK(line.values.size() == 7);
    CHECK(value_named(*watch, line, "cpi").value == 3.0);
    CHECK(value_named(*watch, line, "llc_mpki").value == 5.0);
    // Two CPUs; the clock ticks once when the interval begins and once when its source is read.
    CHECK(value_named(*watch, line, "cycles:uk_per_s").count == 6000.0);
    CHECK(value_named(*watch, line, "cycles:uk_per_s").value == 3000.0);
    CHECK(line.interval_s == 2.0);
    CHECK(line.late);
    CHECK(line.cpus == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
    const WatchValue& absent = value_named(*watch, line, "ddr_read_gbps");
    CHECK_FALSE(absent.value);
    CHECK(absent.state == ReadingState::unsupported);
    CHECK_FALSE(absent.reason.empty());
}

TEST_CASE("if CPUs go offline, the interval's events of CPUs have no value, and the next one counts the others") {
    const test::Tree tree(watched_machine());
    auto watch = watching(tree, cpus_only);
    REQUIRE(watch);
    watch->next();
    tree.write("sys/devices/system/cpu/online", "0-2,4-7");
    const WatchLine changed = watch->next();
    CHECK_FALSE(value_named(*watch, changed, "cpi").value);
    CHECK(value_named(*watch, changed, "cpi").reason == "the online CPUs changed from 0-7 to 0-2,4-7 in this interval");
    const WatchLine after = watch->next();
    CHECK(value_named(*watch, after, "cpi").value == 3.0);
    CHECK(after.cpus == std::vector<int>{0, 1, 2, 4, 5, 6, 7});
}

TEST_CASE("a machine that counts nothing is not watched: exit 3 with the causes and the remedy") {
    const test::Tree tree(watched_machine());
    const auto watch = watching(tree, no_source);
    REQUIRE_FALSE(watch);
    CHECK(watch.error().code == ExitCode::not_possible);
    CHECK(to_line(watch.error()) == "watch this machine: nothing can be counted: no core PMU here; use bare metal");
}

TEST_CASE("events of the user's are the columns, and a ratio that lacks one says so") {
    const test::Tree tree(watched_machine());
    WatchOptions options;
    options.counting.events = {"context-switches"};
    auto watch = watching(tree, cpus_only, options);
    REQUIRE(watch);
    const WatchLine line = watch->next();
    CHECK(value_named(*watch, line, "context-switches_per_s").count == 14.0);
    CHECK(value_named(*watch, line, "cpi").reason == "no event of --events counts cycles");
}

TEST_CASE("DRAM traffic is that of the node of a box's CPU, for each memory class and direction") {
    const test::Tree tree(watched_machine());
    const Machine machine = *discover(tree.root());
    MachineCounting counting;
    MachineEvent read;
    read.name = "ddr-read";
    read.traffic = {MemoryClass::ddr, Direction::read};
    read.source_name = "uncore";
    read.counters = {{0, 0, 64}, {1, 0, 64}, {2, 2, 32}};
    MachineEvent write = read;
    write.traffic = {MemoryClass::pmem, Direction::write};
    write.counters = {{3, 2, 64}};
    counting.events = {read, write};
    const auto formulas = watch_formulas(counting, {}, machine);
    REQUIRE(formulas.size() == 5);
    CHECK(formulas[0].column.key == "node0_ddr_read_gbps");
    CHECK(formulas[0].numerator == std::vector<WatchTerm>{{0, 0, 0, 64}, {0, 1, 0, 64}});
    CHECK(formulas[1].column.key == "node1_ddr_read_gbps");
    CHECK(formulas[1].numerator == std::vector<WatchTerm>{{0, 2, 2, 32}});
    CHECK(formulas[2].column.key == "node1_pmem_write_gbps");
}

TEST_CASE("where a package has several nodes and boxes of one CPU, traffic is that of all its nodes") {
    test::TreeFiles files = watched_machine();
    test::add_node(files, 0, {0, 4}, 524288, "10 12 21 21");
    test::add_node(files, 1, {1, 5}, 524288, "12 10 21 21");
    test::add_node(files, 2, {2, 6}, 524288, "21 21 10 12");
    test::add_node(files, 3, {3, 7}, 524288, "21 21 12 10");
    files["sys/devices/system/node/online"] = "0-3";
    const test::Tree tree(files);
    const Machine machine = *discover(tree.root());
    MachineCounting counting;
    MachineEvent read;
    read.traffic = {MemoryClass::ddr, Direction::combined};
    read.counters = {{0, 0, 64}, {1, 2, 64}};
    counting.events = {read};
    const auto formulas = watch_formulas(counting, {}, machine);
    CHECK(formulas[0].column.key == "node0_1_ddr_total_gbps");
    CHECK(formulas[1].column.key == "node2_3_ddr_total_gbps");
}

namespace {

/// Its events can be planned; their counters cannot be open together.
class TooMany final : public Collector {
public:
    std::string_view name() const override { return "perf"; }
    Capability capability() const override { return Capability::yes("test"); }
    Result<CountingPlan> plan(const PlanRequest& request) override {
        KernelSys sys;
        return scripted_cpus(sys, SysRoot())->plan(request);
    }
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan&, int) override {
        return fail({ExitCode::not_possible, "open event", "cycles:uk on CPU 7",
                     "the process has no file descriptors left", "raise the limit: ulimit -n 4096", EMFILE});
    }
};
std::unique_ptr<Collector> too_many(Sys&, const SysRoot&) { return std::make_unique<TooMany>(); }
constexpr CollectorEntry crowded[] = {{"cpus", "perf", Supplies::machine, "", too_many}};

} // namespace

TEST_CASE("counters that cannot be open together are not counted, with the cause") {
    const test::Tree tree(watched_machine());
    const auto watch = watching(tree, crowded);
    REQUIRE_FALSE(watch);
    CHECK(watch.error().code == ExitCode::not_possible);
    CHECK(to_line(watch.error()) ==
          "watch this machine: nothing can be counted: cycles:uk on CPU 7: the process has no "
          "file descriptors left; raise the limit: ulimit -n 4096");
}
