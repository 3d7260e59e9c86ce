#include <catch2/catch.hpp>

#include "merge/long_form.hpp"
#include "merge/merged_hosts.hpp"

using namespace bytebound;

namespace {

PublishedFigure timed(double ns) { return {ns, {}, {}, 20, 6, Tier::timed, "clock", ""}; }

PublishedRow row_of(const std::string& loop, std::uint32_t k, double ns) {
    return {loop, "", k, k, k / 2.0, k / 2.0, {timed(ns)}};
}

/// A run of paired and index at k = 16.
HostRun run_on(const std::string& host, double paired_ns, double index_ns) {
    static int number = 0;
    HostRun run{{"run-" + std::to_string(++number), ""}, {}, {{"time_ns"}, {}}, "", std::to_string(number)};
    run.head.host = host;
    run.head.host_facts = HostFacts{host, "CPU model", "6.1", "madvise"};
    run.head.started = "2026-11-30T08:00:00Z";
    run.head.workload.loops = {"paired", "index"};
    run.head.workload.spec = {256, 64, {}, 1};
    run.head.workload.cache = CacheChoice{{32 << 20, 16, 64}, GeometryOrigin::sysfs, true, {}};
    run.summary.rows = {row_of("paired", 16, paired_ns), row_of("index", 16, index_ns)};
    return run;
}

MergedHosts merged(const std::vector<HostRun>& runs, bool allow = false) {
    MergedHosts hosts(allow);
    for (const HostRun& run : runs)
        REQUIRE(hosts.add(run));
    hosts.compute();
    return hosts;
}

const AcrossHosts& figure(const MergedHosts& hosts, std::string_view loop, std::string_view metric) {
    for (const AcrossHosts& each : hosts.across())
        if (each.figure->loop == loop && each.figure->metric == metric) return each;
    FAIL("no such figure");
    return hosts.across().front();
}

std::string refusal(const HostRun& first, const HostRun& second) {
    MergedHosts hosts(false);
    REQUIRE(hosts.add(first));
    const auto added = hosts.add(second);
    REQUIRE_FALSE(added);
    CHECK(added.error().code == ExitCode::bad_data);
    return added.error().cause;
}

} // namespace

TEST_CASE("the median, MAD and outliers of a figure are those over its hosts") {
    std::vector<HostRun> runs;
    for (const double ns : {100.0, 101.0, 102.0, 103.0, 104.0, 180.0})
        runs.push_back(run_on("n" + std::to_string(runs.size()), ns, 1000));
    const MergedHosts hosts = merged(runs);
    CHECK(hosts.hosts().size() == 6);
    const AcrossHosts& time = figure(hosts, "paired", "time_ns");
    CHECK(time.hosts == 6);
    CHECK(time.median.value == 102.5);
    CHECK(time.spread.mad == 1.5); // deviations 0.5 0.5 1.5 1.5 2.5 77.5
    REQUIRE(time.outliers.size() == 1);
    CHECK(hosts.hosts()[time.outliers[0].host].name == "n5");
    CHECK(time.outliers[0].z == Approx(0.6745 * 77.5 / 1.5));
    CHECK(time.no_outliers.empty());
    // 1000 / 180 is as far from the others as its time is; equal times have no outlier.
    CHECK(hosts.outlier_figures(5) == 2);
    CHECK(figure(hosts, "index", "time_ns").outliers.empty());
}

TEST_CASE("a speed-up is the time of index over that of the loop, and index itself has none") {
    const MergedHosts hosts = merged({run_on("n1", 200, 1000), run_on("n2", 100, 1000)});
    CHECK(figure(hosts, "paired", "speedup").median.value == 7.5); // of 5 and 10
    for (const AcrossHosts& each : hosts.across())
        CHECK_FALSE((each.figure->loop == "index" && each.figure->metric == "speedup"));
}

TEST_CASE("a host with several runs counts once, by the median of theirs") {
    const MergedHosts hosts = merged({run_on("n1", 100, 1000), run_on("n1", 300, 1000), run_on("n2", 500, 1000)});
    CHECK(hosts.hosts().size() == 2);
    CHECK(hosts.runs().size() == 3);
    const AcrossHosts& time = figure(hosts, "paired", "time_ns");
    CHECK(time.hosts == 2);
    CHECK(time.median.value == 350); // of 200 and 500
    CHECK(time.spread.lowest == 200);
}

TEST_CASE("among fewer than 6 hosts no outlier is named, with the reason") {
    std::vector<HostRun> runs;
    for (const double ns : {100.0, 100.0, 100.0, 100.0, 900.0})
        runs.push_back(run_on("n" + std::to_string(runs.size()), ns, 1000));
    const MergedHosts hosts = merged(runs);
    const AcrossHosts& time = figure(hosts, "paired", "time_ns");
    CHECK(time.outliers.empty());
    CHECK(time.no_outliers == "5 hosts: no outlier is named among fewer than 6");
}

TEST_CASE("figures of unlike tiers, sources and modelled caches are not pooled") {
    struct Origin {
        Tier tier;
        const char* source;
        std::uint64_t cache_bytes;
    };
    std::vector<HostRun> runs;
    for (const Origin& origin : {Origin{Tier::counted, "perf", 32 << 20}, Origin{Tier::scaled, "perf", 32 << 20},
                                 Origin{Tier::counted, "papi", 32 << 20}, Origin{Tier::simulated, "sim", 32 << 20},
                                 Origin{Tier::simulated, "sim", 8 << 20}, Origin{Tier::counted, "perf", 8 << 20}}) {
        HostRun& run = runs.emplace_back(run_on("n" + std::to_string(runs.size()), 1, 2));
        run.head.workload.cache->geometry.size_bytes = origin.cache_bytes;
        for (PublishedRow& row : run.summary.rows)
            row.figures[0] = {64, {}, {}, 20, 6, origin.tier, origin.source, ""};
    }
    const MergedHosts hosts = merged(runs);
    std::size_t found = 0;
    for (const AcrossHosts& each : hosts.across())
        if (each.figure->loop == "paired" && each.figure->metric == "time_ns") {
            CHECK(each.hosts == (each.figure->tier == Tier::counted && each.figure->source == "perf" ? 2 : 1));
            ++found;
        }
    CHECK(found == 5); // a counter does not depend on the modelled cache
}

TEST_CASE("a run of another workload is refused with the fields, and allowed it has rows of its own") {
    const HostRun base = run_on("n1", 1, 2);
    HostRun other = run_on("n2", 1, 2);
    other.head.workload.spec.seed = 2;
    CHECK(refusal(base, other) == "it has another workload than the first run: seed (1 and 2)");
    const MergedHosts hosts = merged({base, other, run_on("n3", 5, 2)}, true);
    CHECK(hosts.workloads().size() == 2);
    CHECK(hosts.runs()[2].workload == 0);
    CHECK(figure(hosts, "paired", "time_ns").hosts == 2);
}

TEST_CASE("a k with other numbers of added and removed rows is another workload") {
    HostRun other = run_on("n2", 1, 2);
    for (PublishedRow& row : other.summary.rows) {
        row.added = 4;
        row.removed = 12;
    }
    CHECK(refusal(run_on("n1", 1, 2), other) ==
          "it has another workload than the first run: A+R of k=16 (8+8 and 4+12)");
    HostRun odd = run_on("n2", 1, 2); // an odd k alternates
    for (PublishedRow& row : odd.summary.rows) {
        row.added = 8.5;
        row.removed = 7.5;
    }
    CHECK(merged({run_on("n1", 1, 2), odd}).workloads().size() == 1);
}

TEST_CASE("a copy of a run is refused") {
    HostRun first = run_on("n1", 1, 2), copy = run_on("n1", 1, 2);
    copy.identity = first.identity;
    CHECK(refusal(first, copy) == "it is the same run as " + first.input.directory.string());
}

TEST_CASE("members of suites are merged by their names") {
    HostRun first = run_on("n1", 1, 2), small = run_on("n1", 1, 2), second = run_on("n2", 3, 2);
    first.input.member = second.input.member = "figures";
    small.input.member = "bytes";
    small.head.workload.spec.pool_rows = 128;
    const MergedHosts hosts = merged({first, small, second});
    CHECK(hosts.workloads().size() == 2);
    CHECK(hosts.runs()[2].workload == 0);
}

TEST_CASE("each figure of a run is a line, also without a value, and no text becomes a formula") {
    HostRun run = run_on("=1+1", 500, 1000);
    run.summary.rows[0].figures[0] = {};
    run.summary.rows[0].figures[0].reason = "no clock,\nno time";
    MergedHosts hosts(false);
    const MergedRun* const added = *hosts.add(run);
    const std::string lines = long_form_lines(run, hosts, *added);
    CHECK(lines == "'=1+1,CPU model," + added->path +
                       ",2026-11-30T08:00:00Z,,1,paired,16,8,8,,time_ns,,,,,,,,\"no clock,\\nno time\"\n"
                       "'=1+1,CPU model," +
                       added->path + ",2026-11-30T08:00:00Z,,1,index,16,8,8,,time_ns,1000,,,20,6,timed,clock,\n");
}
