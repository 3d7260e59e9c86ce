#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

#include "counters/scripted_collector.hpp"
#include "experiment/schedule/run.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"
#include "support/example_run.hpp"
#include "support/tree.hpp"

// Whole runs on a scripted collector, from options to reports.

using namespace bytebound;
using namespace bytebound::test;

namespace {

KernelSys kernel;
StopFlag never{0};

/// What one pair of readings counts of instructions; the loop of known length has 1 000 000.
std::uint64_t& counted() {
    static std::uint64_t count = 0;
    return count;
}
std::vector<ScriptedEvent> events_that_count(std::uint64_t cycles, std::uint64_t instructions) {
    return {{"cycles", {{1, 1, 1}, {cycles, 1000, 1000}}, 0, 0, false, {}, {}},
            {"instructions", {{1, 1, 1}, {instructions, 1000, 1000}}, 0, 0, false, {}, {}}};
}

/// The empty readings, for which a run opens its counters first, count nothing.
class CountingAfterTheFirstOpen final : public Collector {
public:
    std::string_view name() const override { return counting_.name(); }
    Capability capability() const override { return counting_.capability(); }
    Result<CountingPlan> plan(const PlanRequest& request) override { return counting_.plan(request); }
    Result<std::unique_ptr<WorkerCounters>> open(const CountingPlan& plan, int pass) override {
        return opened_++ == 0 ? empty_.open(plan, pass) : counting_.open(plan, pass);
    }

private:
    ScriptedCollector empty_{events_that_count(0, 0)}, counting_{events_that_count(1'500'000, counted())};
    int opened_ = 0;
};
constexpr CollectorEntry scripted_table[] = {
    {"perf", "perf", Supplies::events, "scripted",
     [](Sys&, const SysRoot&) { return std::unique_ptr<Collector>(std::make_unique<CountingAfterTheFirstOpen>()); }}};

RunOptions options_for(const Tree& tree, const std::string& name) {
    RunOptions options;
    options.workload.pool_rows = 16;
    options.workload.active_rows = 8;
    options.hidden_dim = options.up_cols = 4;
    options.ks = {4};
    options.steps_per_k = 2;
    options.batch = 1;
    options.repeats = 2;
    options.warmup = 1;
    options.loops = {LoopKind::paired};
    options.counting.collectors = {"perf", "sim"};
    options.counting.events = {"cycles", "instructions"};
    options.llc = CacheGeometry{4096, 4, 64};
    options.out = (tree.path() / name).string();
    options.command = {"bytebound", "run"};
    return options;
}

/// The running machine with caches small enough to sweep in no time.
RunSeams seams() {
    RunSeams seams;
    seams.collectors = scripted_table;
    seams.machine = *discover(seams.root);
    seams.machine->caches = {{3, "Unified", 65536, 16, 64, seams.machine->online, "sysfs"}};
    seams.facts = PlanFacts{};
    seams.capture_environment = false;
    return seams;
}

struct Outcome {
    Result<void> measured;
    RunRecord record;
    Summary summary;
    std::string terminal, markdown, json, csv;
};

Outcome run_with(const RunOptions& options, RunSeams where = seams()) {
    auto run = Run::prepare(kernel, options, std::move(where));
    if (!run) FAIL(to_line(run.error()));
    Outcome out;
    out.measured = run->measure({}, never);
    auto written = write_reports(*run->directory(), run->record());
    if (!written) FAIL(to_line(written.error()));
    const auto text = [&](const char* name) {
        std::ifstream stream(run->path() / name);
        return std::string{std::istreambuf_iterator<char>(stream), {}};
    };
    out.record = run->record();
    out.summary = written->summary;
    out.terminal = terminal_report(written->run, written->summary, false);
    out.markdown = text("report.md");
    out.json = text("summary.json");
    out.csv = text("summary.csv");
    return out;
}

bool contains_text(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string why = "instructions: failed qualification: counted 2.00 x the known 1 000 000 instructions";

} // namespace

TEST_CASE("figures of a counter that counts twice are withheld with a reason, the others are kept") {
    const Tree tree;
    counted() = 2'000'000;
    const Outcome out = run_with(options_for(tree, "run"));
    REQUIRE(out.measured);
    const SummaryRow& row = out.summary.rows.at(0);
    CHECK(row.find("instructions") == nullptr);
    CHECK(row.unavailable.at("instructions") == why);
    CHECK(row.find("cpi") == nullptr);
    CHECK(row.unavailable.at("cpi") == "no instructions: " + why);
    REQUIRE(row.find("cycles"));
    CHECK(row.find("cycles")->value() == 1'500'000);
    CHECK(contains_text(out.json, "\"cpi\": null"));
    CHECK_FALSE(contains_text(out.json, "\"unqualified\""));
    CHECK(contains_text(out.terminal, "n/a cpi, llc_mpki (paired): " + why));
    CHECK(contains_text(out.markdown, "## Qualification of the counters"));
    CHECK(contains_text(out.markdown,
                        "instructions failed qualification (2-instruction loop): counted 2.00 x the known 1 000 000 "
                        "instructions; its figures are withheld; --allow-unqualified shows them"));
    CHECK(contains_text(out.markdown, "no kernel takes a known number of cycles"));
    CHECK(out.record.qualification.done);
    CHECK_FALSE(out.record.qualification.cached);
    REQUIRE(out.record.qualification.events.size() == 2);
    CHECK(out.record.qualification.events[1].bias == 1);
}

TEST_CASE("--allow-unqualified shows the figures, marked in table, summary and CSV") {
    const Tree tree;
    counted() = 2'000'000;
    RunOptions options = options_for(tree, "run");
    options.allow_unqualified = true;
    options.counting.strict = true; // it is counted, and the user takes it as it is
    const Outcome out = run_with(options);
    REQUIRE(out.measured);
    const SummaryRow& row = out.summary.rows.at(0);
    REQUIRE(row.find("instructions"));
    CHECK(row.find("instructions")->value() == 2'000'000);
    CHECK(row.find("instructions")->unqualified == why);
    REQUIRE(row.find("cpi"));
    CHECK(row.find("cpi")->value() == 0.75);
    CHECK(row.find("cpi")->unqualified == why);
    CHECK(row.find("cycles")->unqualified.empty());
    CHECK(contains_text(out.json, "\"unqualified\": true"));
    INFO(out.terminal);
    CHECK(contains_text(out.terminal, " 0.750!"));
    CHECK(contains_text(out.terminal, "!: unqualified (--allow-unqualified): " + why));
    CHECK(contains_text(out.csv, ",unqualified: " + why));
}

TEST_CASE("a correct counter passes, and nothing is marked") {
    const Tree tree;
    counted() = 1'000'027; // instructions added by the reads are within the limit
    const Outcome out = run_with(options_for(tree, "run"));
    REQUIRE(out.measured);
    REQUIRE(out.summary.rows.at(0).find("cpi"));
    CHECK(out.summary.rows.at(0).find("cpi")->value() == Approx(1.5).epsilon(1e-4));
    CHECK(out.record.qualification.events[1].verdict == QualificationVerdict::passed);
    CHECK_FALSE(contains_text(out.terminal, "!"));
    CHECK_FALSE(contains_text(out.markdown, "failed qualification"));
}

TEST_CASE("--strict refuses a counter that failed, before any step is measured") {
    const Tree tree;
    counted() = 2'000'000;
    RunOptions options = options_for(tree, "run");
    options.counting.strict = true;
    const Outcome out = run_with(options);
    REQUIRE_FALSE(out.measured);
    CHECK(out.measured.error().code == ExitCode::not_possible);
    CHECK(to_line(out.measured.error()) ==
          "count instructions: failed qualification (2-instruction loop): counted 2.00 x the known 1 000 000 "
          "instructions (--strict); give --allow-unqualified, or remove --strict");
    CHECK(out.summary.rows.empty());
    CHECK(out.record.placement.steps == 0);
}

TEST_CASE("--qualify: cached uses this boot's result, always measures again, off records that it did not") {
    const Tree tree;
    RunSeams where = seams();
    where.qualification_cache = tree.path() / "cache";
    counted() = 1'000'000;
    const auto verdict = [](const Outcome& out) { return out.record.qualification.events.at(1).verdict; };
    const Outcome first = run_with(options_for(tree, "first"), where);
    CHECK_FALSE(first.record.qualification.cached);
    CHECK(verdict(first) == QualificationVerdict::passed);

    counted() = 2'000'000; // which only a new measurement detects
    const Outcome second = run_with(options_for(tree, "second"), where);
    CHECK(second.record.qualification.cached);
    CHECK(second.record.qualification.measured == first.record.qualification.measured);
    CHECK(verdict(second) == QualificationVerdict::passed);
    CHECK(contains_text(second.markdown, "cached from an earlier run since this boot"));

    RunOptions options = options_for(tree, "third");
    options.qualify = Qualify::always;
    const Outcome third = run_with(options, where);
    CHECK_FALSE(third.record.qualification.cached);
    CHECK(verdict(third) == QualificationVerdict::failed);
    CHECK(verdict(run_with(options_for(tree, "fourth"), where)) == QualificationVerdict::failed); // kept, too

    options = options_for(tree, "fifth");
    options.qualify = Qualify::off;
    const Outcome off = run_with(options, where);
    CHECK_FALSE(off.record.qualification.done);
    CHECK(off.record.qualification.reason == "--qualify off");
    CHECK(off.summary.rows.at(0).find("instructions")->value() == 2'000'000);
    CHECK(contains_text(off.markdown, "Not done: --qualify off."));
}

TEST_CASE("a damaged or unwritable cache is a warning, and the counters are measured") {
    const Tree tree;
    counted() = 1'000'000;
    RunSeams where = seams();
    where.qualification_cache = tree.path() / "cache";
    REQUIRE(run_with(options_for(tree, "first"), where).measured);
    for (const auto& entry : std::filesystem::directory_iterator(*where.qualification_cache))
        std::ofstream(entry.path(), std::ios::trunc) << "{";
    const auto cache_warnings = [](const Outcome& out) {
        return std::count_if(out.record.warnings.begin(), out.record.warnings.end(),
                             [](const Warning& warning) { return warning.code == "qualification_cache"; });
    };
    const Outcome damaged = run_with(options_for(tree, "second"), where);
    CHECK(cache_warnings(damaged) == 1);
    CHECK(damaged.record.qualification.done);
    CHECK_FALSE(damaged.record.qualification.cached);
    CHECK(run_with(options_for(tree, "third"), where).record.qualification.cached); // it was replaced

    std::ofstream(tree.path() / "file") << "x";
    where.qualification_cache = tree.path() / "file/below";
    const Outcome unwritable = run_with(options_for(tree, "fourth"), where);
    CHECK(unwritable.measured);
    CHECK(cache_warnings(unwritable) == 1);
    CHECK(unwritable.record.qualification.done);
}
