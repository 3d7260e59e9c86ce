#include <catch2/catch.hpp>

#include "import/google_benchmark.hpp"
#include "support/imported_text.hpp"

using namespace bytebound;
using test::Strings;

namespace {

struct ImportedBenchmarks {
    Strings rows, notes;
    std::string fault;
    ImportOrigin origin;
};

ImportedBenchmarks benchmarks_of(std::string_view text) {
    ImportBuilder builder;
    builder.set_naming(google_benchmark_metric);
    const auto done = import_google_benchmark(text_source(text), "b.json", {}, builder);
    ImportedBenchmarks out{test::lines_of(builder.samples()), {}, done ? "" : to_line(done.error()), builder.origin()};
    for (const ImportNote& note : builder.notes())
        out.notes.push_back(note.text);
    return out;
}

std::string document(const std::string& benchmarks) {
    return R"({"context": {"date": "2026-11-30T16:00:00+00:00", "host_name": "n1", "executable": "./bench", "num_cpus": 2,
  "caches": [{"type": "Data", "level": 1, "size": 32768}], "library_build_type": "release"}, "benchmarks": [)" +
           benchmarks + "]}\n";
}

} // namespace

TEST_CASE("a repetition is a block, its times are in ns and its counters keep a tier that claims nothing") {
    const auto found = benchmarks_of(document(
        R"({"name": "BM_copy/8", "run_name": "BM_copy/8", "run_type": "iteration", "repetitions": 2, "repetition_index": 0,
            "threads": 1, "iterations": 1000, "real_time": 1.5, "cpu_time": 1.25, "time_unit": "us", "bytes_per_second": 2.0e9,
            "CYCLES": 4200},
           {"name": "BM_copy/8", "run_name": "BM_copy/8", "run_type": "iteration", "repetitions": 2, "repetition_index": 1,
            "threads": 1, "iterations": 1000, "real_time": 2.5, "cpu_time": 2, "time_unit": "us"})"));
    CHECK(found.fault == "");
    CHECK(found.rows == Strings{"BM_copy/8 CYCLES 0.0 = 4200 scaled",
                                "BM_copy/8 bytes_per_second 0.0 = 2000000000 bytes/s timed",
                                "BM_copy/8 cpu_time 0.0 = 1250 ns timed", "BM_copy/8 time_ns 0.0 = 1500 ns timed",
                                "BM_copy/8 cpu_time 1.0 = 2000 ns timed", "BM_copy/8 time_ns 1.0 = 2500 ns timed"});
    CHECK(found.origin.host == "n1");
    CHECK(found.origin.command == "./bench");
}

TEST_CASE("aggregates without their repetitions are a mean with n and a standard deviation") {
    const std::string aggregates =
        R"({"name": "BM_x_mean", "run_name": "BM_x", "run_type": "aggregate", "repetitions": 3, "aggregate_name": "mean",
            "aggregate_unit": "time", "iterations": 3, "real_time": 10, "cpu_time": 9, "time_unit": "ns"},
           {"name": "BM_x_median", "run_name": "BM_x", "run_type": "aggregate", "repetitions": 3, "aggregate_name": "median",
            "iterations": 3, "real_time": 11, "cpu_time": 9, "time_unit": "ns"},
           {"name": "BM_x_stddev", "run_name": "BM_x", "run_type": "aggregate", "repetitions": 3, "aggregate_name": "stddev",
            "iterations": 3, "real_time": 2, "cpu_time": 1, "time_unit": "ns"},
           {"name": "BM_x_cv", "run_name": "BM_x", "run_type": "aggregate", "repetitions": 3, "aggregate_name": "cv",
            "aggregate_unit": "percentage", "iterations": 3, "real_time": 0.2, "cpu_time": NaN, "time_unit": "ns"})";
    const auto found = benchmarks_of(document(aggregates));
    CHECK(found.fault == "");
    CHECK(found.rows ==
          Strings{"BM_x cpu_time 0.0 = 9 ns timed mean n=3 sd=1", "BM_x time_ns 0.0 = 10 ns timed mean n=3 sd=2"});
    const auto beside = benchmarks_of(document(
        R"({"name": "BM_x", "run_name": "BM_x", "run_type": "iteration", "repetition_index": 0, "iterations": 1, "real_time": 8,
            "cpu_time": 8, "time_unit": "ns"},)" +
        aggregates));
    CHECK(beside.rows == Strings{"BM_x cpu_time 0.0 = 8 ns timed", "BM_x time_ns 0.0 = 8 ns timed"});
    CHECK(beside.notes.back() == "aggregates beside their repetitions are left out, because they follow from these");
}

TEST_CASE("a skipped benchmark and a counter without a number have reasons") {
    const auto found = benchmarks_of(document(
        R"({"name": "BM_a", "run_name": "BM_a", "run_type": "iteration", "error_occurred": true, "error_message": "no GPU",
            "iterations": 0, "real_time": 0, "cpu_time": 0, "time_unit": "ns"},
           {"name": "BM_b", "run_name": "BM_b", "run_type": "iteration", "skipped": true, "skip_message": "later"},
           {"name": "BM_c", "run_name": "BM_c", "run_type": "iteration", "iterations": 1, "real_time": 1, "time_unit": "s",
            "ratio": -NaN, "rate": Infinity, "label": "NaN"})"));
    CHECK(found.fault == "");
    CHECK(found.rows == Strings{"BM_a time_ns 0.0 = n/a (the benchmark was skipped: no GPU)",
                                "BM_b time_ns 0.0 = n/a (the benchmark was skipped: later)",
                                "BM_c rate 0.0 = n/a (Google Benchmark printed NaN or an infinity)",
                                "BM_c ratio 0.0 = n/a (Google Benchmark printed NaN or an infinity)",
                                "BM_c time_ns 0.0 = 1000000000 ns timed"});
}

TEST_CASE("a file of an old version marks aggregates by their names") {
    const auto found =
        benchmarks_of(document(R"({"name": "BM_a", "iterations": 10, "real_time": 5, "cpu_time": 5, "time_unit": "ns"},
        {"name": "BM_a", "iterations": 10, "real_time": 7, "cpu_time": 5, "time_unit": "ns"},
        {"name": "BM_a_mean", "iterations": 2, "real_time": 6, "cpu_time": 5, "time_unit": "ns"})"));
    CHECK(found.rows == Strings{"BM_a cpu_time 0.0 = 5 ns timed", "BM_a time_ns 0.0 = 5 ns timed",
                                "BM_a cpu_time 1.0 = 5 ns timed", "BM_a time_ns 1.0 = 7 ns timed"});
}

TEST_CASE("what is not Google Benchmark's JSON is refused in one line") {
    const std::string how = "; write it with --benchmark_out=FILE --benchmark_out_format=json";
    CHECK(benchmarks_of("").fault == "import b.json:1: it is not the JSON of Google Benchmark" + how);
    CHECK(benchmarks_of("{\n\"benchmarks\": [{]}").fault ==
          "import b.json:2: it is not the JSON of Google Benchmark" + how);
    CHECK(benchmarks_of("{}").fault == "import b.json: it is JSON without \"benchmarks\"" + how);
    CHECK(benchmarks_of(document(R"({"run_type": "iteration"})")).fault ==
          "import b.json: a benchmark does not have a name" + how);
    CHECK(benchmarks_of(document(R"({"name": "a", "real_time": 1, "time_unit": "h"})")).fault ==
          "import b.json: the time unit 'h' is not known" + how);
    CHECK(benchmarks_of("{\"a\": \"" + std::string(2 << 20, 'x')).fault ==
          "import b.json:1: a text or number is longer than 1 MiB" + how);
    CHECK(benchmarks_of(std::string(1000, '[')).fault != "");
}
