#include <catch2/catch.hpp>

#include "experiment/qualify/qualification_judgement.hpp"
#include "experiment/qualify/qualification_kernels.hpp"

using namespace bytebound;

namespace {

std::vector<KernelTrial> trials(const std::vector<double>& counts, Truth truth) {
    std::vector<KernelTrial> list;
    for (const double count : counts)
        list.push_back({count, truth});
    return list;
}
const Truth million = Truth::exactly(1'000'000);

QualificationVerdict verdict_of(double count, double threshold) {
    return judge(trials(std::vector<double>(5, count), million), threshold, "instructions").verdict;
}

using enum QualificationVerdict;

} // namespace

TEST_CASE("a bias exactly at the threshold passes, one more count fails") {
    CHECK(verdict_of(1'000'000, exact_bias) == passed);
    CHECK(verdict_of(1'010'000, exact_bias) == passed);
    CHECK(verdict_of(1'010'001, exact_bias) == failed);
    CHECK(verdict_of(990'000, exact_bias) == passed);
    CHECK(verdict_of(989'999, exact_bias) == failed);
    CHECK(verdict_of(1'050'000, traffic_bias) == passed);
    CHECK(verdict_of(1'050'001, traffic_bias) == failed);
    CHECK(verdict_of(950'000, traffic_bias) == passed);
    CHECK(verdict_of(949'999, traffic_bias) == failed);
}

TEST_CASE("a failure reports the factor and the numbers") {
    const auto twice = judge(trials(std::vector<double>(6, 2'000'000), million), exact_bias, "instructions");
    CHECK(twice.verdict == failed);
    CHECK(twice.reason == "counted 2.00 x the known 1 000 000 instructions");
    CHECK(twice.n == 6);
    CHECK(twice.mean == 2'000'000);
    CHECK(twice.truth == 1'000'000);
    CHECK_FALSE(twice.truth_high);
    CHECK(twice.bias == 1);
    CHECK(twice.cv == 0);
    CHECK(twice.threshold == 0.01);
    CHECK(judge(trials(std::vector<double>(5, 1'015'000), million), exact_bias, "instructions").reason ==
          "counted 1.0150 x the known 1 000 000 instructions");
    const auto nothing = judge(trials(std::vector<double>(5, 0), million), exact_bias, "lines");
    CHECK(nothing.reason == "counted 0.00 x the known 1 000 000 lines");
    CHECK(nothing.bias == -1);
    CHECK_FALSE(nothing.cv); // no mean to divide by
}

TEST_CASE("a variation of 5 % passes, more fails") {
    // Four counts of 100 and one of 100 + x: mean 100 + x/5, sample variance x^2/5. With x = 100/8.8 (11.3636) the
    // quotient is x / sqrt(5) / (100 + x/5) = 5.0819 / 102.2727 = 0.04969; with x = 11.5 it is 5.1430 / 102.3 =
    // 0.05027.
    const Truth truth = Truth::exactly(102);
    const auto below = judge(trials({100, 100, 100, 100, 111.3636}, truth), traffic_bias, "lines");
    CHECK(below.verdict == passed);
    CHECK(*below.cv == Approx(0.04969).epsilon(1e-4));
    const auto above = judge(trials({100, 100, 100, 100, 111.5}, truth), traffic_bias, "lines");
    CHECK(above.verdict == failed);
    CHECK(above.reason == "varies by 5.03 % between repeats of the known 102 lines");
}

TEST_CASE("variation is that of count divided by truth, so repeats with different work are steady") {
    std::vector<KernelTrial> list;
    for (const double switches : {20.0, 21.0, 40.0, 20.0, 20.0})
        list.push_back({switches, Truth::exactly(switches)});
    const auto judged = judge(list, exact_bias, "context switches");
    CHECK(judged.verdict == passed);
    CHECK(judged.cv == 0);
    CHECK(judged.truth == 24.2);
}

TEST_CASE("the bias is 0 inside a range, and the distance to the nearer end outside") {
    const Truth range{100, 200};
    CHECK(judge(trials({100, 100, 100, 100, 100}, range), traffic_bias, "bytes").bias == 0);
    CHECK(judge(trials({200, 200, 200, 200, 200}, range), traffic_bias, "bytes").bias == 0);
    CHECK(judge(trials({210, 210, 210, 210, 210}, range), traffic_bias, "bytes").verdict == passed);
    const auto much = judge(trials({300, 300, 300, 300, 300}, range), traffic_bias, "bytes");
    CHECK(much.verdict == failed);
    CHECK(much.bias == 0.5);
    CHECK(much.truth_high == 200);
    CHECK(much.reason == "counted 1.50 x the most it can be, 200 bytes");
    const auto little = judge(trials({50, 50, 50, 50, 50}, range), traffic_bias, "bytes");
    CHECK(little.reason == "counted 0.50 x the least it can be, 100 bytes");
}

TEST_CASE("a count within its witness's range passes, one beyond it by more than the limit fails") {
    // 2 000 799 ns of CPU time between the readings, 2 040 000 ns passed around them; 1.0174 x is 2 035 613.
    const Truth truth = Truth::seen(2'000'799, 2'040'000);
    const auto within = judge(trials(std::vector<double>(5, 2'035'613), truth), exact_bias, "ns of CPU time");
    CHECK(within.verdict == passed);
    CHECK(within.bias == 0);
    CHECK(within.truth == 2'000'799);
    CHECK(within.truth_high == 2'040'000);
    const auto beyond = judge(trials(std::vector<double>(5, 2'060'401), truth), exact_bias, "ns of CPU time");
    CHECK(beyond.verdict == failed); // 1 % above the range is 2 060 400
    CHECK(beyond.reason == "counted 1.0100 x the most it can be, 2 040 000 ns of CPU time");
    // 1 % below it is 1 980 791.01
    CHECK(judge(trials(std::vector<double>(5, 2'060'400), truth), exact_bias, "ns of CPU time").verdict == passed);
    CHECK(judge(trials(std::vector<double>(5, 1'980'792), truth), exact_bias, "ns of CPU time").verdict == passed);
    CHECK(judge(trials(std::vector<double>(5, 1'980'791), truth), exact_bias, "ns of CPU time").verdict == failed);
    // The same count of an exact truth has no such tolerance.
    CHECK(judge(trials(std::vector<double>(5, 2'035'613), Truth::exactly(2'000'799)), exact_bias, "ns").verdict ==
          failed);
    CHECK(Truth::seen(20, 19) == Truth::seen(20, 20)); // around is never less than between
}

TEST_CASE("counts within a witnessed range have no variation, counts within a machine-dependent range do") {
    std::vector<KernelTrial> witnessed, machines;
    for (const double count : {100.0, 150.0, 100.0, 150.0, 125.0}) {
        witnessed.push_back({count, Truth::seen(100, 150)});
        machines.push_back({count, Truth{100, 150, false}});
    }
    CHECK(judge(witnessed, exact_bias, "ns of CPU time").cv == 0);
    CHECK(judge(witnessed, exact_bias, "ns of CPU time").verdict == passed);
    CHECK(judge(machines, traffic_bias, "bytes").verdict == failed); // a store that sometimes allocates
}

TEST_CASE("fewer than five counted repeats are a failure, not a mean") {
    std::vector<KernelTrial> list = trials({100, 100, 100, 100}, Truth::exactly(100));
    list.push_back({std::nullopt, Truth::exactly(100)});
    const auto judged = judge(list, exact_bias, "instructions");
    CHECK(judged.verdict == failed);
    CHECK(judged.reason == "was counted in 4 of 5 repeats of the kernel");
    CHECK(judged.n == 4);
    CHECK_FALSE(judged.mean);
    list.push_back({100.0, Truth::exactly(100)});
    CHECK(judge(list, exact_bias, "instructions").verdict == passed);
}

TEST_CASE("the truth of a stream is N bytes read or written, plus 0 to N bytes for a store's own reads") {
    const double n = 64;
    using enum TruthKernel;
    CHECK(truth_of(read, "dram_read_bytes", n, 64) == Truth{64, 64});
    CHECK(truth_of(copy, "dram_read_bytes", n, 64) == Truth{64, 128});
    CHECK(truth_of(store, "dram_write_bytes", n, 64) == Truth{64, 64});
    CHECK(truth_of(nontemporal_store, "dram_write_bytes", n, 64) == Truth{64, 64});
    CHECK(truth_of(copy, "dram_write_bytes", n, 64) == Truth{64, 64});
    CHECK(truth_of(read, "dram_bytes", n, 64) == Truth{64, 64});
    CHECK(truth_of(store, "dram_bytes", n, 64) == Truth{64, 128});
    CHECK(truth_of(nontemporal_store, "dram_bytes", n, 64) == Truth{64, 64});
    CHECK(truth_of(copy, "dram_bytes", n, 64) == Truth{128, 192});
    CHECK(truth_of(read, "llc_misses", 1024, 64) == Truth{16, 16});
    CHECK(truth_of(read, "llc_misses", 1024, 256) == Truth{4, 4});
    CHECK(truth_of(instructions, "instructions", 1'000'000, 64) == Truth{1e6, 1e6});
}

TEST_CASE("no event is judged on a kernel whose truth for it is 0") {
    for (const std::string role : {"instructions", "page_faults", "context_switches", "task_clock_ns", "llc_misses",
                                   "dram_read_bytes", "dram_write_bytes", "dram_bytes"}) {
        CHECK_FALSE(checks_of(role).empty());
        for (const KernelCheck& check : checks_of(role))
            CHECK(truth_of(check.kernel, role, 4096, 64).low > 0);
    }
    CHECK(checks_of("cycles").empty());
    CHECK(why_no_truth("cycles") == "no kernel takes a known number of cycles");
    CHECK(why_no_truth("cpu_migrations") == "a pinned thread does not migrate");
    CHECK(why_no_truth("") == "there is no kernel with known counts for this event");
}

TEST_CASE("the first failure of an event is found by its name") {
    QualificationRecord record;
    QualifiedEvent passing, failing;
    passing.name = failing.name = "ddr-read";
    passing.verdict = passed;
    failing.verdict = failed;
    failing.kernel = "copy 64 MiB";
    record.events = {passing, failing};
    REQUIRE(failure_of(record, "ddr-read"));
    CHECK(failure_of(record, "ddr-read")->kernel == "copy 64 MiB");
    CHECK_FALSE(failure_of(record, "ddr-write"));
}
