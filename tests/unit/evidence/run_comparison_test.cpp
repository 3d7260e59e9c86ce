#include <catch2/catch.hpp>

#include <cmath>

#include "unit/evidence/example_pair.hpp"
#include "unit/stats/t_quantiles.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

RunComparison compared(const RunEvidence& head, const std::vector<std::string>& metrics = {"time_ns"},
                       double same_within = 0.01) {
    return compare_runs(example_evidence(), head, metrics, same_within);
}

/// A head of literal times for paired k=2; all other rows are left out of both.
RunComparison times_of(const std::vector<std::uint64_t>& base, const std::vector<std::uint64_t>& head,
                       const std::vector<std::string>& metrics = {"time_ns"}) {
    const auto run_of = [](const std::string& name, const std::vector<std::uint64_t>& times) {
        RunRecord run = example_run();
        SampleTable samples = example_samples();
        std::erase_if(run.experiments,
                      [](const ExperimentRecord& each) { return each.loop != "paired" || each.k != 2; });
        std::erase_if(samples.rows, [](const Sample& each) { return each.loop != "paired" || each.k != 2; });
        std::vector<Sample> rows;
        for (std::uint32_t repeat = 0; repeat < times.size(); ++repeat)
            for (Sample each : samples.rows) {
                if (each.repeat != 0 || each.pass != 0) continue;
                each.repeat = repeat;
                each.time_ns = times[repeat];
                rows.push_back(each);
            }
        samples.rows = rows;
        return evidence_of(name, run, samples);
    };
    return compare_runs(run_of("base", base), run_of("head", head), metrics, 0.01);
}

} // namespace

TEST_CASE("the ratio is head over base, with Welch's interval on the logarithms of the blocks") {
    const RunComparison comparison = compared(head_with_times(2));
    const MetricComparison* row = comparison.find("paired", 2, "time_ns");
    REQUIRE(row != nullptr);
    // Medians of the blocks: 110 and 100. Both runs have a variance of log(1.1)^2 / 2 over 2 blocks: error log(1.1) /
    // sqrt 2, 2 degrees of freedom. The ratio of block means is 2, too.
    const double half = t_of_2 * std::log(1.1) / std::sqrt(2);
    REQUIRE(row->ratio);
    CHECK(row->ratio->ratio == 2);
    CHECK(*row->ratio->ci_low == Approx(2 * std::exp(-half)).epsilon(1e-12));
    CHECK(*row->ratio->ci_high == Approx(2 * std::exp(half)).epsilon(1e-12));
    CHECK_FALSE(row->exact);
    CHECK(row->base->value() == 105);
    CHECK(row->head->value() == 210);
}

TEST_CASE("rows are in the order of base, and every loop and k has every metric") {
    const RunComparison comparison = compared(head_with_times(2), {"time_ns", "requested_bytes"});
    CHECK(comparison.rows.size() == 18);
    CHECK(comparison.rows[0].loop == "paired");
    CHECK(comparison.rows[1].metric == "requested_bytes");
    CHECK(comparison.rows[2].loop == "index");
    CHECK(comparison.in_both.size() == 9);
}

TEST_CASE("a longer time is worse, a shorter one better, and more of what should be high better") {
    const RunComparison slower = times_of({100, 101, 102, 103}, {200, 201, 202, 203});
    CHECK(slower.rows[0].verdict == Verdict::worse);
    const RunComparison faster = times_of({200, 201, 202, 203}, {100, 101, 102, 103});
    CHECK(faster.rows[0].verdict == Verdict::better);
    const RunComparison rate = compared(head_with_times(2), {"requested_gbps"});
    CHECK(rate.find("index", 3, "requested_gbps")->ratio->ratio == 0.5); // constant times
    CHECK(rate.find("index", 3, "requested_gbps")->verdict == Verdict::worse);
}

TEST_CASE("the same is what lies within the threshold as a whole") {
    CHECK(times_of({1000, 1001, 1000, 1001}, {1001, 1002, 1001, 1002}).rows[0].verdict == Verdict::same);
    CHECK(times_of({1000, 1100, 900, 1050}, {1001, 1102, 901, 1052}).rows[0].verdict == Verdict::unresolved);
    CHECK(times_of({1000, 1100, 900, 1050}, {1001, 1102, 901, 1052}).rows[0].reason == "the 95% interval includes 1");
}

TEST_CASE("what is significant alone, but not among all comparisons, is not resolved") {
    // scipy.stats.ttest_ind of the logarithms, equal_var=False: p = 0.034811. The rate's is the same, and Holm doubles
    // both.
    const std::vector<std::uint64_t> base{100, 104, 97, 101}, head{105, 109, 103, 106};
    const RunComparison alone = times_of(base, head);
    CHECK(*alone.rows[0].ratio->p_value == Approx(0.03481060347594838).epsilon(1e-9));
    CHECK(*alone.rows[0].p_adjusted == *alone.rows[0].ratio->p_value);
    CHECK(alone.rows[0].verdict == Verdict::worse);
    CHECK(alone.rows[0].reason.empty());
    const RunComparison two = times_of(base, head, {"time_ns", "requested_gbps", "requested_bytes"});
    for (const std::size_t row : {0, 1}) {
        CHECK(*two.rows[row].p_adjusted == Approx(2 * 0.03481060347594838).epsilon(1e-9));
        CHECK(two.rows[row].verdict == Verdict::unresolved);
        CHECK(two.rows[row].reason == "not significant among 2 comparisons (adjusted p 0.07)");
    }
    CHECK_FALSE(two.rows[2].p_adjusted); // by value
}

TEST_CASE("computed figures and simulated ones of equal traces are compared by value") {
    const RunComparison same =
        compared(example_evidence("head"), {"requested_bytes", "dram_read_bytes", "amplification"});
    for (const MetricComparison& row : same.rows) {
        if (!row.base) continue;
        CAPTURE(row.loop, row.k, row.metric);
        CHECK(row.exact);
        CHECK(row.verdict == Verdict::same);
        if (row.ratio) CHECK_FALSE(row.ratio->p_value);
    }
    const RunComparison more = compared(head_with_bytes("dram_read_bytes", "paired", 2, 2), {"dram_read_bytes"});
    CHECK(more.find("paired", 2, "dram_read_bytes")->ratio->ratio == 2);
    CHECK(more.find("paired", 2, "dram_read_bytes")->verdict == Verdict::worse);
    CHECK(more.find("index", 2, "dram_read_bytes")->verdict == Verdict::same);
    CHECK(more.find("paired", 0, "dram_read_bytes")->verdict == Verdict::same); // 0 and 0
    CHECK_FALSE(more.find("paired", 0, "dram_read_bytes")->ratio);
}

TEST_CASE("a rate of simulated bytes takes a time, and is not exact") {
    // Bytes modelled for this machine's own cache give a rate; its tier is that of the bytes.
    const auto with_host_cache = [](const std::string& name, std::uint64_t factor) {
        RunRecord run = example_run();
        run.workload.cache = CacheChoice{run.simulation->geometry, GeometryOrigin::sysfs, true};
        run.simulation->origin = GeometryOrigin::sysfs;
        SampleTable samples = example_samples();
        for (Sample& sample : samples.rows)
            sample.time_ns *= factor;
        return evidence_of(name, run, samples);
    };
    const RunComparison comparison =
        compare_runs(with_host_cache("base", 1), with_host_cache("head", 2), {"dram_gbps", "amplification"}, 0.01);
    const MetricComparison* rate = comparison.find("paired", 2, "dram_gbps");
    REQUIRE(rate != nullptr);
    REQUIRE(rate->head);
    CHECK(rate->head->tier == Tier::simulated);
    CHECK_FALSE(rate->exact);
    CHECK(rate->ratio->ratio == 0.5);
    CHECK(rate->verdict == Verdict::unresolved); // one segment was simulated
    CHECK(comparison.find("paired", 2, "amplification")->exact);
    CHECK(comparison.find("paired", 2, "amplification")->verdict == Verdict::same);
}

TEST_CASE("simulated figures of unlike traces are not exact") {
    RunRecord run = example_run();
    run.workload.spec.seed = 2;
    const RunComparison comparison = compared(evidence_of("head", run, example_samples()), {"dram_read_bytes"});
    const MetricComparison* row = comparison.find("paired", 2, "dram_read_bytes");
    CHECK_FALSE(row->exact);
    CHECK(row->verdict == Verdict::unresolved);
    CHECK(row->reason == "base has one repeat, hence no interval"); // one segment was simulated
    CHECK(comparison.notes.back() == "the runs have unlike workloads: seed (1 and 2)");
}

TEST_CASE("unlike tiers, sources and caches are never compared") {
    RunEvidence head = example_evidence("head");
    for (ComparedRow& row : head.rows)
        if (const auto figure = row.row.metrics.find("dram_read_bytes"); figure != row.row.metrics.end())
            figure->second.tier = Tier::counted;
    const auto row = *compared(head, {"dram_read_bytes"}).find("paired", 2, "dram_read_bytes");
    CHECK(row.verdict == Verdict::unresolved);
    CHECK(row.reason == "unlike tiers: simulated in base, counted in head");
    CHECK_FALSE(row.ratio);

    RunEvidence other = example_evidence("head");
    for (ComparedRow& each : other.rows)
        if (const auto figure = each.row.metrics.find("cycles"); figure != each.row.metrics.end())
            figure->second.source = "papi";
    CHECK(compared(other, {"cycles"}).rows[0].reason == "unlike sources: perf in base, papi in head");

    RunRecord run = example_run();
    run.simulation->geometry.ways = 8;
    const RunEvidence cache = evidence_of("head", run, example_samples());
    CHECK(compared(cache, {"dram_read_bytes"}).rows[0].reason.starts_with("simulated for unlike caches: "));
}

TEST_CASE("a metric that is null in both runs everywhere is set aside with its reason") {
    const RunComparison comparison = compared(example_evidence("head"), {"time_ns", "cpu_migrations", "dram_bytes"});
    REQUIRE(comparison.absent.size() == 1);
    CHECK(comparison.absent[0].metric == "cpu_migrations");
    CHECK(comparison.absent[0].reason == "not asked for");
    CHECK(comparison.find("paired", 2, "cpu_migrations") == nullptr);
    // Null for one loop only: its row stays.
    CHECK(comparison.find("hybrid", 2, "dram_bytes")->reason.starts_with("null in base: "));
}

TEST_CASE("a raw event differs without being better or worse") {
    SampleTable samples = example_samples();
    RunRecord run = example_run();
    run.events[0].name = "r01c0";
    run.events[0].role.clear();
    samples.events[0] = "r01c0";
    SampleTable twice = samples;
    for (Sample& sample : twice.rows)
        if (sample.readings[0]) sample.readings[0]->count *= 2;
    const RunComparison comparison =
        compare_runs(evidence_of("base", run, samples), evidence_of("head", run, twice), {"r01c0"}, 0.01);
    const MetricComparison* row = comparison.find("index", 3, "r01c0");
    CHECK(row->ratio->ratio == 2);
    CHECK(row->verdict == Verdict::unresolved);
    CHECK(row->reason == "it differs, but neither direction is better");
}

TEST_CASE("a comparison says that its runs were not interleaved") {
    const RunComparison comparison = compared(example_evidence("head"));
    REQUIRE(comparison.notes.size() == 1);
    CHECK(comparison.notes[0] ==
          "the runs were not interleaved: drift of the machine between them is not in the intervals");
}

TEST_CASE("a run compared with itself is said to be the same run") {
    RunEvidence base = example_evidence(), head = example_evidence("copy");
    CHECK(compare_runs(base, head, {"time_ns"}, 0.01).notes.size() == 1); // no hashes: not from files
    base.record_sha256 = head.record_sha256 = "5e";
    CHECK(compare_runs(base, head, {"time_ns"}, 0.01).notes.back() ==
          "base and head are the same run: nothing is compared");
    head.record_sha256 = "5f";
    CHECK(compare_runs(base, head, {"time_ns"}, 0.01).notes.size() == 1);
}

TEST_CASE("a run of one repeat has no interval, and no verdict") {
    const RunComparison comparison = times_of({100}, {200, 201});
    CHECK(comparison.rows[0].ratio->ratio == Approx(2.005));
    CHECK(comparison.rows[0].verdict == Verdict::unresolved);
    CHECK(comparison.rows[0].reason == "base has one repeat, hence no interval");
}

namespace {

/// A history in which every figure scatters by 10 %, by this many runs of one version.
EarlierRuns scattered(std::uint64_t runs) {
    return {"h.db", [runs](const std::string&, std::uint32_t, const std::string&, const Figure&) {
                return RunToRun{0.01, 0, 0.1, runs, 1};
            }};
}

} // namespace

TEST_CASE("the interval of a measured figure contains the scatter of enough earlier runs, and exact figures do not") {
    const RunEvidence base = example_evidence(), head = head_with_times(2);
    const RunComparison plain = compare_runs(base, head, {"time_ns", "dram_bytes"}, 0.01);
    const RunComparison wide = compare_runs(base, head, {"time_ns", "dram_bytes"}, 0.01, scattered(6));
    const MetricComparison &narrow_time = *plain.find("paired", 2, "time_ns"),
                           &time = *wide.find("paired", 2, "time_ns");
    REQUIRE(time.widening);
    CHECK(time.widening->within == *narrow_time.ratio);
    // Within: standard error log(1.1) / sqrt 2 with 2 degrees of freedom; the scatter adds 2 * 0.01.
    const double inner = std::log(1.1) * std::log(1.1) / 2;
    CHECK(std::log(*time.ratio->ci_high / 2) == Approx(2.00143142 * std::sqrt(inner + 0.02)).epsilon(1e-5));
    CHECK(*time.ratio->p_value != *narrow_time.ratio->p_value);
    const MetricComparison& bytes = *wide.find("paired", 2, "dram_bytes");
    CHECK(bytes.exact);
    CHECK_FALSE(bytes.widening);
    CHECK(bytes.verdict == Verdict::same);
    REQUIRE(wide.history);
    CHECK(wide.history->widened == wide.history->rows);
    CHECK(
        wide.notes[0].starts_with("the runs were not interleaved: what 6 earlier runs of this host differ by is in "));
    CHECK(wide.notes[0].ends_with("(10 to 10 % from run to run, up to 5 degrees of freedom)"));
}

TEST_CASE("too few earlier runs widen nothing, and the note says how many it takes") {
    const RunEvidence base = example_evidence(), head = head_with_times(2);
    const RunComparison few = compare_runs(base, head, {"time_ns"}, 0.01, scattered(5));
    CHECK(*few.find("paired", 2, "time_ns")->ratio ==
          *compare_runs(base, head, {"time_ns"}, 0.01).find("paired", 2, "time_ns")->ratio);
    CHECK(few.history->widened == 0);
    CHECK(few.notes[0] ==
          "the runs were not interleaved: drift of the machine between them is not in the intervals (that takes 6 "
          "earlier runs of one version on this host; the history has 5 that are like these)");
}
