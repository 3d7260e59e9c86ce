#include "record/sample_check.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;

namespace {

/// Two loops, one k, two repeats of two readings of three steps, one pass.
RunRecord small_run() {
    RunRecord run;
    run.status = RunStatus::complete;
    run.workload.spec.pool_rows = 10;
    run.workload.steps_per_k = 2;
    run.workload.repeats = 2;
    run.workload.loops = {"paired", "index"};
    for (const char* loop : {"paired", "index"}) {
        ExperimentRecord experiment;
        experiment.loop = loop;
        experiment.k = 4;
        experiment.batch = 3;
        run.experiments.push_back(experiment);
    }
    return run;
}

SampleTable all_rows() {
    SampleTable table;
    for (const char* loop : {"paired", "index"})
        for (std::uint32_t repeat = 0; repeat < 2; ++repeat)
            for (std::uint32_t step : {0u, 3u}) {
                Sample row;
                row.loop = loop;
                row.k = 4;
                row.repeat = repeat;
                row.step = step;
                row.batch = 3;
                row.added = 6;
                row.removed = 6;
                row.rows_written = 30;
                table.rows.push_back(row);
            }
    return table;
}

std::string refusal(const SampleTable& table, const RunRecord& run = small_run(), SampleFile kind = SampleFile::steps) {
    const auto checked = check_samples(table, run, kind, "s.csv");
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == ExitCode::bad_data);
    CHECK(checked.error().object == "s.csv");
    return checked.error().cause;
}

/// The refusal of the rows with one of them, the third, changed.
std::string refusal_of(void (*change)(Sample&)) {
    SampleTable table = all_rows();
    change(table.rows[2]);
    return refusal(table);
}

} // namespace

TEST_CASE("the rows that a complete run must have are accepted in any order") {
    SampleTable table = all_rows();
    CHECK(check_samples(table, small_run(), SampleFile::steps, "s.csv"));
    std::swap(table.rows[0], table.rows[5]);
    CHECK(check_samples(table, small_run(), SampleFile::steps, "s.csv"));
}

TEST_CASE("a row that is no reading of the complete run is rejected with its number") {
    CHECK(refusal_of([](Sample& row) { row.loop = "torch"; }) ==
          "row 3 (loop torch, k 4, repeat 1, pass 0, step 0): run.json does not list this loop and k");
    CHECK(refusal_of([](Sample& row) { row.k = 5; }) ==
          "row 3 (loop paired, k 5, repeat 1, pass 0, step 0): run.json does not list this loop and k");
    CHECK(refusal_of([](Sample& row) { row.repeat = 2; }) ==
          "row 3 (loop paired, k 4, repeat 2, pass 0, step 0): the run has 2 repeats");
    CHECK(refusal_of([](Sample& row) { row.pass = 1; }) ==
          "row 3 (loop paired, k 4, repeat 1, pass 1, step 0): the run has 1 passes");
    CHECK(refusal_of([](Sample& row) { row.batch = 6; }) ==
          "row 3 (loop paired, k 4, repeat 1, pass 0, step 0): it has 6 steps, the run's readings have 3");
    CHECK(refusal_of([](Sample& row) { row.step = 1; }) ==
          "row 3 (loop paired, k 4, repeat 1, pass 0, step 1): no reading of the run begins with this step");
    CHECK(refusal_of([](Sample& row) { row.step = 6; }) ==
          "row 3 (loop paired, k 4, repeat 1, pass 0, step 6): no reading of the run begins with this step");
    CHECK(
        refusal_of([](Sample& row) { row.rows_written = 31; }) ==
        "row 3 (loop paired, k 4, repeat 1, pass 0, step 0): column rows_written: 31 is more than N rows in each step");
}

TEST_CASE("a repeated row and a missing one are rejected") {
    SampleTable table = all_rows();
    table.rows.push_back(table.rows[1]);
    CHECK(refusal(table) == "row 9 (loop paired, k 4, repeat 0, pass 0, step 3): it occurs twice");
    table = all_rows();
    table.rows[6] = table.rows[3];
    CHECK(refusal(table) == "row 7 (loop paired, k 4, repeat 1, pass 0, step 3): it occurs twice");
    table = all_rows();
    table.rows.pop_back();
    CHECK(refusal(table) == "it contains 21 of the 24 steps of a complete run");
}

TEST_CASE("rows of an unfinished run may be fewer, but not foreign or repeated") {
    RunRecord run = small_run();
    run.status = RunStatus::failed;
    run.workload.repeats = 1; // --repeats auto adds repeats while it measures
    SampleTable table = all_rows();
    table.rows.pop_back();
    CHECK(check_samples(table, run, SampleFile::steps, "s.csv"));
    table.rows.push_back(table.rows[0]);
    CHECK(refusal(table, run) == "row 8 (loop paired, k 4, repeat 0, pass 0, step 0): it occurs twice");
    table.rows.back().loop = "torch";
    CHECK(refusal(table, run) ==
          "row 8 (loop torch, k 4, repeat 0, pass 0, step 0): run.json does not list this loop and k");
}

TEST_CASE("windows of the idle machine are numbered freely, each once") {
    SampleTable table = all_rows();
    for (Sample& row : table.rows)
        row.batch = 1, row.rows_written = 0, row.step += 100;
    CHECK(check_samples(table, small_run(), SampleFile::background, "s.csv"));
    table.rows[7] = table.rows[6];
    CHECK(refusal(table, small_run(), SampleFile::background) ==
          "row 8 (loop index, k 4, repeat 1, pass 0, step 100): it occurs twice");
}
