#include "record/sample_check.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;

namespace {

/// Two loops, one k, two repeats of two readings of three steps, one pass.
RunRecord small_run() {
    RunRecord run;
    run.status = RunStatus::complete;
    run.workload.spec.pool_rows = 10;
    run.workload.spec.active_rows = 5;
    run.workload.steps_per_k = 2;
    run.workload.repeats = 2;
    run.workload.loops = {"paired", "index"};
    for (const char* loop : {"paired", "index"}) {
        ExperimentRecord experiment;
        experiment.loop = loop;
        experiment.k = 4;
        experiment.batch = 3;
        experiment.active_rows = 5;
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
                row.rows_written = loop == std::string_view("paired") ? 6 : 15;
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

TEST_CASE("a row with changes, CPUs or flags that no reading of the run can have is rejected with its column") {
    const std::string at = "row 3 (loop paired, k 4, repeat 1, pass 0, step 0): ";
    CHECK(refusal_of([](Sample& row) { row.removed = 7; }) ==
          at + "column R: A + R is 13, and 3 steps of k 4 change 12");
    CHECK(refusal_of([](Sample& row) { row.added = 13; }) ==
          at + "column A: A + R is 19, and 3 steps of k 4 change 12");
    CHECK(refusal_of([](Sample& row) { row.added = 0, row.removed = 12; }) ==
          at + "column R: 12 rows are removed of 5 that are active");
    CHECK(refusal_of([](Sample& row) { row.added = 12, row.removed = 0; }) ==
          at + "column A: 17 rows are active after it, of N = 10");
    CHECK(refusal_of([](Sample& row) { row.rows_written = 13; }) ==
          at + "column rows_written: 13 is more than the 12 that the loop can store");
    CHECK(refusal_of([](Sample& row) { row.cpu_after = 2; }) ==
          at + "column cpu_after: 2 is not the CPU -1 before it, and the flag migrated is missing");
    CHECK(refusal_of([](Sample& row) {
              row.flags = {"outlier", "no_such_flag"};
          }) == at + "column flags: \"no_such_flag\" is not a flag of a step");
    CHECK(refusal_of([](Sample& row) { row.flags = {"few_blocks"}; }) ==
          at + "column flags: \"few_blocks\" is not a flag of a step");
    RunRecord run = small_run();
    run.placement.bound_cpus = true;
    run.placement.requested.cpus = {3, 4};
    SampleTable table = all_rows();
    for (Sample& row : table.rows)
        row.cpu_before = row.cpu_after = 3;
    CHECK(check_samples(table, run, SampleFile::steps, "s.csv"));
    table.rows[2].cpu_before = table.rows[2].cpu_after = 70000;
    CHECK(refusal(table, run) ==
          at + "column cpu_before: 70000 is not the pinned CPU 3, and the flag migrated is missing");
    table.rows[2].flags = {"migrated", "outlier"};
    CHECK(check_samples(table, run, SampleFile::steps, "s.csv"));
}

TEST_CASE("a rebuild stores no more than the rows that can be active, which follow from the steps before it") {
    // --add 2 from 5 rows of 10: 5, 7, 9, and then 7, where A and R are swapped.
    RunRecord run = small_run();
    run.experiments.erase(run.experiments.begin());
    run.workload.repeats = 1;
    run.workload.steps_per_k = 3;
    run.experiments[0].k = 2;
    run.experiments[0].batch = 1;
    SampleTable table;
    for (std::uint32_t step = 0; step < 3; ++step) {
        Sample row;
        row.loop = "index";
        row.k = 2;
        row.step = step;
        row.added = step < 2 ? 2 : 0;
        row.removed = step < 2 ? 0 : 2;
        row.rows_written = step < 1 ? 7 : 9;
        table.rows.push_back(row);
    }
    CHECK(check_samples(table, run, SampleFile::steps, "s.csv"));
    std::swap(table.rows[0], table.rows[2]);
    CHECK(check_samples(table, run, SampleFile::steps, "s.csv"));
    std::swap(table.rows[0], table.rows[2]);
    table.rows[1].rows_written = 10;
    CHECK(refusal(table, run) == "row 2 (loop index, k 2, repeat 0, pass 0, step 1): "
                                 "column rows_written: 10 is more than the 9 that the loop can store");
    run.experiments[0].active_rows.reset(); // of an older version
    CHECK(check_samples(table, run, SampleFile::steps, "s.csv"));
    table.rows[1].rows_written = 11;
    CHECK(refusal(table, run) == "row 2 (loop index, k 2, repeat 0, pass 0, step 1): "
                                 "column rows_written: 11 is more than N rows in each step");
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
