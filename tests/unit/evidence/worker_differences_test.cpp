#include <catch2/catch.hpp>

#include "evidence/worker_differences.hpp"
#include "support/difference_lines.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

Sample step(std::uint32_t number, std::optional<Reading> reading) {
    Sample sample;
    sample.loop = "paired";
    sample.k = 16;
    sample.step = number;
    sample.time_ns = 100;
    sample.readings = {reading};
    return sample;
}

Sample part(std::uint32_t number, int worker, std::optional<Reading> reading, std::uint64_t time_ns = 50) {
    Sample sample = step(number, reading);
    sample.worker = worker;
    sample.time_ns = time_ns;
    return sample;
}

Reading counted(std::uint64_t count) { return {count, 10, 10, ReadingState::counted}; }

/// Two steps of two workers: 30 = 10 + 20, and 7 of the leader alone.
SampleTable steps_of_two() {
    SampleTable table;
    table.events = {"instructions"};
    table.rows = {step(0, Reading{30, 20, 20, ReadingState::counted}), step(1, counted(7))};
    return table;
}
SampleTable parts_of_two() {
    SampleTable table;
    table.events = {"instructions"};
    table.rows = {part(0, 0, counted(10)), part(0, 1, counted(20)), part(1, 0, counted(7)),
                  part(1, 1, std::nullopt, 0)};
    return table;
}

} // namespace

TEST_CASE("the steps of several workers are the sums of their parts") {
    CHECK(worker_differences(steps_of_two(), parts_of_two(), 2, true).empty());
}

TEST_CASE("a part that was changed, swapped or removed is found") {
    SampleTable parts = parts_of_two();
    parts.rows[1].readings[0] = counted(21);
    CHECK(lines_of(worker_differences(steps_of_two(), parts, 2, true)) ==
          Lines{"samples.csv: row 1 (paired, k 16, repeat 0, step 0), column instructions: published 30 enabled 20 ns "
                "running 20 ns, derived 31 enabled 20 ns running 20 ns (the sum over workers.csv)"});
    parts = parts_of_two();
    std::swap(parts.rows[0], parts.rows[1]);
    CHECK(lines_of(worker_differences(steps_of_two(), parts, 2, true)) ==
          Lines{"workers.csv: row 1 (paired, k 16, repeat 0, step 0), its part of worker 0: published worker 1, "
                "derived worker 0"});
    parts = parts_of_two();
    parts.rows[3].rows_written = 4;
    CHECK(lines_of(worker_differences(steps_of_two(), parts, 2, true)) ==
          Lines{"workers.csv: row 2 (paired, k 16, repeat 0, step 1), its part of worker 1: published "
                "paired,16,0,1,1,0,0,0,4, derived paired,16,0,1,1,0,0,0,0 (loop, k, repeat, step, batch, pass, A, R, "
                "rows_written)"});
    parts = parts_of_two();
    parts.rows.pop_back();
    CHECK(lines_of(worker_differences(steps_of_two(), parts, 2, true)) ==
          Lines{"workers.csv: number of rows: published 3, derived 4 (2 workers)"});
    CHECK(worker_differences(steps_of_two(), parts, 2, false).empty()); // the end of a run that did not complete
}

TEST_CASE("a count is missing in the step if a worker that took part has none, and only then") {
    SampleTable parts = parts_of_two();
    parts.rows[3].time_ns = 5;
    CHECK(lines_of(worker_differences(steps_of_two(), parts, 2, true)) ==
          Lines{"samples.csv: row 2 (paired, k 16, repeat 0, step 1), column instructions: published 7 enabled 10 ns "
                "running 10 ns, derived nothing (the sum over workers.csv)"});
    // Counted by the leader alone, outside of its part.
    parts.rows[2].readings[0].reset();
    CHECK(worker_differences(steps_of_two(), parts, 2, true).empty());
}

TEST_CASE("a multiplexed sum is compared without its rounded running time, one that never ran counts nothing") {
    SampleTable steps = steps_of_two(), parts = parts_of_two();
    parts.rows[1].readings[0] = Reading{20, 10, 3, ReadingState::scaled};
    steps.rows[0].readings[0] = Reading{30, 20, 8, ReadingState::scaled};
    CHECK(worker_differences(steps, parts, 2, true).empty());
    parts.rows[1].readings[0] = Reading{0, 10, 0, ReadingState::never_ran};
    steps.rows[0].readings[0] = Reading{0, 20, 0, ReadingState::never_ran};
    CHECK(worker_differences(steps, parts, 2, true).empty());
}
