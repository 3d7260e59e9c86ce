#include <catch2/catch.hpp>

#include <signal.h>

#include <algorithm>

#include "counters/scripted_collector.hpp"
#include "experiment/qualify/qualification.hpp"

using namespace bytebound;

namespace {

constexpr std::uint64_t stream = 1 << 20, lines = stream / 64;
const Machine machine = *discover(SysRoot());

/// Every pair of readings counts `count`; 1 between pairs.
ScriptedEvent event(const std::string& name, std::uint64_t count, int pass = 0) {
    return {name, {{1, 1, 1}, {count, 1000, 1000}}, pass, 0, false, {}, {}};
}

struct Setup {
    Counting counting;
    CountingRequest request;
    StopFlag stop{0};
    KernelAmounts amounts;
    QualificationPace pace{5, 60'000'000'000};

    explicit Setup(const std::vector<ScriptedEvent>& events, const std::vector<std::string>& roles) {
        request.placement = *resolve_placement(machine, "auto", "local", 1);
        amounts.stream_bytes = stream;
        amounts.naps = 5;
        auto collector = std::make_unique<ScriptedCollector>(events);
        std::vector<std::string> names;
        for (std::size_t i = 0; i < events.size(); ++i) {
            EventRecord record;
            record.name = events[i].name;
            record.role = roles[i];
            record.domain = "u";
            record.pass = events[i].pass;
            record.group = 0;
            counting.passes = std::max(counting.passes, record.pass + 1);
            names.push_back(record.name);
            counting.events.push_back(record);
        }
        CountingPlan agreed = *collector->plan({names, false, 0, {}, {}});
        counting.sources.push_back({std::move(collector), std::move(agreed)});
    }

    std::vector<QualifiedEvent> results() {
        auto judged = qualify_counters({counting, request, machine, stop, amounts, pace});
        if (!judged) FAIL(to_line(judged.error()));
        return *judged;
    }
};

/// "instructions [2-instruction loop] failed: counted 2.00 x ..."
std::string text_of(const QualifiedEvent& e) {
    return e.name + " [" + e.kernel + "] " + std::string(name_of(e.verdict)) +
           (e.reason.empty() ? "" : ": " + e.reason);
}
std::vector<std::string> texts(const std::vector<QualifiedEvent>& events) {
    std::vector<std::string> list;
    for (const QualifiedEvent& each : events)
        list.push_back(text_of(each));
    return list;
}
using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("every pass is checked with its own counters; an exact count passes, twice the count fails") {
    Setup setup({event("page-faults", 512), event("instructions", 2'000'000, 1)}, {"page_faults", "instructions"});
    const auto results = setup.results();
    CHECK(texts(results) ==
          Texts{"page-faults [touch 512 fresh pages] passed",
                "instructions [2-instruction loop] failed: counted 2.00 x the known 1 000 000 instructions"});
    CHECK(results[0].n == 5);
    CHECK(results[0].truth == 512);
    CHECK(results[1].truth == 1'000'000);
    CHECK(results[1].mean == 2'000'000);
}

TEST_CASE("an event without a kernel of known truth is not judged, with a reason") {
    Setup setup({event("cycles", 5), event("cpu-migrations", 0), event("r01c0", 7), event("instructions:k", 9),
                 event("instructions:uk", 9), event("hbm-read", 1), event("mem:0x1000/4:w", 1)},
                {"cycles", "cpu_migrations", "", "instructions", "", "dram_read_bytes", ""});
    setup.counting.events[3].domain = "k";
    setup.counting.events[4].domain = "uk"; // its role belongs to the event before it; its name still identifies it
    CHECK(texts(setup.results()) ==
          Texts{"cycles [] not_judged: no kernel takes a known number of cycles",
                "cpu-migrations [] not_judged: a pinned thread does not migrate",
                "r01c0 [] not_judged: there is no kernel with known counts for this event",
                "instructions:k [] not_judged: it counts kernel code, and the kernels with known counts are user code",
                "instructions:uk [] not_judged: it also counts kernel code, for which no count is known",
                "hbm-read [] not_judged: it is not known whether the run's memory is of this class",
                "mem:0x1000/4:w [] not_judged: the script has no such event"});
}

TEST_CASE("LLC misses and DRAM bytes are judged on streams, within 5 % of the bytes moved") {
    Setup setup(
        {event("llc", lines), event("read", stream), event("write", stream + stream / 25), event("all", stream)},
        {"llc_misses", "dram_read_bytes", "dram_write_bytes", "dram_bytes"});
    CHECK(texts(setup.results()) ==
          Texts{"llc [read 1 MiB] passed",                    //
                "read [read 1 MiB] passed",                   //
                "all [read 1 MiB] passed",                    //
                "write [store 1 MiB] passed",                 // 4 % too many
                "all [store 1 MiB] passed",                   // no write-allocate
                "write [store 1 MiB past the caches] passed", //
                "all [store 1 MiB past the caches] passed",   //
                "read [copy 1 MiB] passed",                   //
                "write [copy 1 MiB] passed",                  //
                "all [copy 1 MiB] failed: counted 0.50 x the least it can be, 2 097 152 bytes"});
}

TEST_CASE("the terms of an estimate are judged as their sum, and share the verdict") {
    Setup setup({event("a", stream / 128), event("b", stream / 128)}, {"dram_read_bytes", "dram_read_bytes"});
    for (EventRecord& record : setup.counting.events) {
        record.source = "core-estimate";
        record.bytes_per_count = 64;
    }
    const auto results = setup.results();
    REQUIRE(results.size() == 4);
    CHECK(text_of(results[0]) == "a [read 1 MiB, sum of 2 events] passed");
    CHECK(text_of(results[1]) == "b [read 1 MiB, sum of 2 events] passed");
    CHECK(results[0].mean == stream);
}

TEST_CASE("part of a sum is not judged if other parts are counted in another pass") {
    // Channels 0-3 and 4-7 of one controller: each sees half of the stream.
    Setup setup({event("ddr-combined", stream / 2), event("ddr-combined-2", stream / 2, 1)},
                {"dram_bytes", "dram_bytes"});
    for (EventRecord& record : setup.counting.events)
        record.source = "uncore";
    const std::string why =
        " [] not_judged: other events of its sum are counted in another pass: no kernel is counted by all of them";
    CHECK(texts(setup.results()) == Texts{"ddr-combined" + why, "ddr-combined-2" + why});
}

TEST_CASE("an event of several counters is the weighted sum of its parts") {
    Setup setup({event("read", 0)}, {"dram_read_bytes"});
    /// Boxes count lines: three quarters on one, a quarter on the other.
    class Boxes final : public Collector {
    public:
        std::string_view name() const override { return "uncore"; }
        Capability capability() const override { return Capability::yes(); }
        Result<CountingPlan> plan(const PlanRequest&) override { return CountingPlan{}; }
        Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan&, int) override {
            class Two final : public WorkerCounters {
                std::size_t size() const override { return 2; }
                bool read(std::span<CounterValue> out) noexcept override {
                    time_ += 1000;
                    if (++reads_ % 2 == 0) lines_ += lines;
                    out[0] = {lines_ * 3 / 4, time_, time_};
                    out[1] = {lines_ / 4, time_, time_};
                    return true;
                }
                Error last_error() const override { return {}; }
                std::uint64_t reads_ = 0, lines_ = 0, time_ = 0;
            };
            return std::make_unique<Two>();
        }
    };
    PlannedEvent planned = setup.counting.sources[0].plan.events[0];
    planned.parts = {{*planned.event, 0, 64}, {*planned.event, 1, 64}};
    planned.sharing = Sharing::group;
    CountingPlan plan{"uncore", "uncore", {planned}, 1, {}};
    setup.counting.sources.clear();
    setup.counting.sources.push_back({std::make_unique<Boxes>(), plan});
    setup.counting.events[0].parts.resize(2);
    setup.counting.events[0].bytes_per_count = 64;
    const auto results = setup.results();
    CHECK(text_of(results[0]) == "read [read 1 MiB] passed");
    CHECK(results[0].mean == stream);
}

TEST_CASE("a machine-wide counter's background, measured while the leader rests, is subtracted") {
    // Pairs of readings: the warm-up, then alternately rest and kernel.
    ScriptedEvent busy = event("llc", 3 * lines);
    busy.increments = {{1, 1, 1}, {3 * lines, 9, 9}, {1, 1, 1}, {2 * lines, 9, 9}};
    Setup setup({busy}, {"llc_misses"});
    setup.counting.sources[0].plan.events[0].sharing = Sharing::socket;
    const auto results = setup.results();
    REQUIRE(results.size() == 1);
    CHECK(*results[0].mean < 3 * lines);
    Setup own({busy}, {"llc_misses"}); // the same numbers for a per-thread counter
    CHECK(*own.results()[0].mean > 2 * lines);
}

TEST_CASE("a shared counter without an idle baseline is not judged") {
    // Alternately rest and kernel, as above; during rest the counter never runs.
    ScriptedEvent unseen = event("llc", 3 * lines);
    unseen.increments = {{1, 1, 1}, {lines, 9, 9},     {1, 1, 1}, {0, 9, 0},         {1, 1, 1}, {3 * lines, 9, 9},
                         {1, 1, 1}, {0, 9, 0},         {1, 1, 1}, {3 * lines, 9, 9}, {1, 1, 1}, {0, 9, 0},
                         {1, 1, 1}, {3 * lines, 9, 9}, {1, 1, 1}, {0, 9, 0},         {1, 1, 1}, {3 * lines, 9, 9},
                         {1, 1, 1}, {0, 9, 0},         {1, 1, 1}, {3 * lines, 9, 9}};
    Setup setup({unseen}, {"llc_misses"});
    setup.counting.sources[0].plan.events[0].sharing = Sharing::socket;
    CHECK(texts(setup.results()) == Texts{"llc [read 1 MiB] failed: was counted in 0 of 5 repeats of the kernel"});
}

TEST_CASE("a counter that never ran is a failure; a read that fails is an error") {
    ScriptedEvent idle = event("instructions", 0);
    idle.increments = {{0, 1000, 0}};
    CHECK(texts(Setup({idle}, {"instructions"}).results()) ==
          Texts{"instructions [2-instruction loop] failed: was counted in 0 of 5 repeats of the kernel"});
    Setup failing({event("instructions", 1)}, {"instructions"});
    auto collector = std::make_unique<ScriptedCollector>(std::vector{event("instructions", 1)});
    collector->fail_at_read(4);
    failing.counting.sources[0].collector = std::move(collector);
    const auto judged =
        qualify_counters({failing.counting, failing.request, machine, failing.stop, failing.amounts, failing.pace});
    REQUIRE_FALSE(judged);
    CHECK(judged.error().cause == "read 4 fails");
}

TEST_CASE("CPU time and context switches are judged on the range of their witnesses") {
    Setup setup({event("task-clock", 1'000'000), event("context-switches", 2)}, {"task_clock_ns", "context_switches"});
    const auto results = setup.results();
    REQUIRE(results.size() == 2);
    const QualifiedEvent &naps = results[0], &time = results[1];
    CHECK(naps.name == "context-switches");
    CHECK(naps.verdict == QualificationVerdict::failed); // there were at least 5 naps
    CHECK(time.name == "task-clock");
    CHECK(time.verdict == QualificationVerdict::failed); // half of 2 ms, and less than any witness counted
    CHECK(*time.truth >= 2'000'000);
    REQUIRE(time.truth_high); // more time passes around the readings than between them
    CHECK(*time.truth_high > *time.truth);
    CHECK(*time.bias == Approx(1'000'000 / *time.truth - 1));
}

TEST_CASE("a kernel that getrusage does not confirm judges no event") {
    Setup setup({event("context-switches", 5)}, {"context_switches"});
    setup.amounts.naps = 0;
    CHECK(texts(setup.results()) == Texts{"context-switches [0 naps, confirmed by getrusage] not_judged: getrusage did "
                                          "not confirm the kernel's work"});
}

TEST_CASE("a kernel that does not fit into the time limit is not judged, with a reason; a stop ends it") {
    Setup setup({event("instructions", 1'000'000)}, {"instructions"});
    setup.pace.budget_ns = 0;
    CHECK(texts(setup.results()) ==
          Texts{"instructions [2-instruction loop] not_judged: there was no time left for it"});
    setup.pace.budget_ns = 10'000'000;
    setup.amounts.iterations = 50'000'000; // 10 ms on a CPU with 5 iterations per ns; five repeats do not fit
    const auto results = setup.results();
    REQUIRE(results.size() == 1);
    CHECK(results[0].verdict == QualificationVerdict::not_judged);
    CHECK(results[0].reason.find("5 repeats of ") == 0);
    CHECK(results[0].reason.find("do not fit into the 0.01 s of this qualification") != std::string::npos);
    setup.stop = SIGINT;
    const auto stopped =
        qualify_counters({setup.counting, setup.request, machine, setup.stop, setup.amounts, setup.pace});
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ExitCode::interrupted);
}

TEST_CASE("--strict rejects exactly the failed events that the run needs") {
    Setup setup({event("cycles", 1), event("page-faults", 1)}, {"cycles", "page_faults"});
    QualificationRecord record;
    record.events.resize(1);
    record.events[0].verdict = QualificationVerdict::failed;
    record.events[0].kernel = "touch 512 fresh pages";
    record.events[0].reason = "counted 2.00 x the known 512 page faults";
    record.events[0].name = "page-faults"; // a default event that --strict does not require
    CHECK(check_qualified(setup.request, setup.counting, record));
    setup.request.options.events = {"page-faults"};
    const auto refused = check_qualified(setup.request, setup.counting, record);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::not_possible);
    CHECK(to_line(refused.error()) ==
          "count page-faults: failed qualification (touch 512 fresh pages): counted 2.00 x "
          "the known 512 page faults (--strict); give --allow-unqualified, or remove --strict");
    setup.request.options.events.clear();
    record.events[0].name = "cycles";
    CHECK_FALSE(check_qualified(setup.request, setup.counting, record));
}
