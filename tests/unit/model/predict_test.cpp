#include <catch2/catch.hpp>

#include <cmath>

#include "model/predict.hpp"
#include "model/row_ceiling.hpp"

using namespace bytebound;

namespace {

Ceiling rows(StreamKernel kernel, MemoryLevel level, std::uint64_t row_bytes, double gigabytes,
             std::uint32_t threads = 1) {
    Ceiling ceiling;
    ceiling.kernel = kernel;
    ceiling.level = level;
    ceiling.threads = threads;
    ceiling.row_bytes = row_bytes;
    ceiling.bytes_per_second = gigabytes * 1e9;
    return ceiling;
}

/// Row copies of 1 KiB and 4 KiB rows, and reads. 1 GB/s is 1 byte per nanosecond.
Ceilings measured() {
    Ceilings ceilings;
    ceilings.ceilings = {rows(StreamKernel::row_copy, MemoryLevel::memory, 1024, 4),
                         rows(StreamKernel::row_copy, MemoryLevel::memory, 4096, 16),
                         rows(StreamKernel::row_copy, MemoryLevel::llc, 1024, 40),
                         rows(StreamKernel::row_copy, MemoryLevel::llc, 4096, 80),
                         rows(StreamKernel::row_copy, MemoryLevel::memory, 1024, 8, 2),
                         rows(StreamKernel::row_copy, MemoryLevel::llc, 1024, 50, 2),
                         rows(StreamKernel::nt_row_copy, MemoryLevel::memory, 1024, 5),
                         rows(StreamKernel::read, MemoryLevel::memory, 0, 20),
                         rows(StreamKernel::read, MemoryLevel::llc, 0, 100)};
    return ceilings;
}

ClosedForm step(double row_bytes, double missed_share, double metadata = 0, double metadata_read = 0) {
    ClosedForm form;
    form.requested_load_bytes = form.requested_store_bytes = row_bytes / 2;
    form.missed_row_share = missed_share;
    form.metadata_load_bytes = metadata;
    form.by_buffer[static_cast<std::size_t>(Buffer::mask)].read = metadata_read;
    return form;
}

CopyFacts copies(std::uint64_t row_bytes) {
    return {make_layout(Dtype::i8, row_bytes, 0, 0), CopyMethod::memcpy, RowOrder::random, 1, 0};
}

} // namespace

TEST_CASE("a row ceiling between two measured sizes is interpolated in the logarithms") {
    const auto at = [&](std::uint64_t bytes) {
        return row_ceiling(measured(), StreamKernel::row_copy, MemoryLevel::memory, 1, bytes);
    };
    CHECK(at(1024)->bytes_per_second == 4e9);
    CHECK(at(4096)->bytes_per_second == 16e9);
    CHECK(at(2048)->bytes_per_second == Approx(8e9));
    CHECK(at(512).error() == Unmodelled{"the ceilings of row-copy in memory with 1 thread reach no rows of 512 bytes",
                                        "run bytebound calibrate --row-bytes 512"});
    CHECK(at(8192).error().remedy == "run bytebound calibrate --row-bytes 8192");
    CHECK(row_ceiling(measured(), StreamKernel::row_copy, MemoryLevel::memory, 3, 1024).error() ==
          Unmodelled{"no ceiling of row-copy in memory with 3 threads", "run bytebound calibrate --threads 3"});
}

TEST_CASE("a step takes its row bytes at the ceiling of the level that serves them") {
    CHECK(*predict_step_ns(step(8000, 1), 4, measured(), copies(1024)) == Approx(2000));
    CHECK(*predict_step_ns(step(8000, 0), 4, measured(), copies(1024)) == Approx(200));
    CHECK(*predict_step_ns(step(8000, 0.25), 4, measured(), copies(1024)) == Approx(2000 * 0.25 + 200 * 0.75));
}

TEST_CASE("metadata is read after the rows, at the read ceilings") {
    // 2000 bytes of masks and lists, 500 of them from memory: 1500 / 100 + 500 / 20.
    CHECK(*predict_step_ns(step(8000, 1, 2000, 500), 4, measured(), copies(1024)) == Approx(2000 + 15 + 25));
    CHECK(*predict_step_ns(step(0, 0, 2000, 0), 0, measured(), copies(1024)) == Approx(20));
}

TEST_CASE("each row group is copied with its own row size") {
    CopyFacts facts = copies(1024);
    facts.layout = make_layout(Dtype::i8, 1024, 4096, 0);
    // A fifth of the bytes at 4 GB/s, the rest at 16.
    CHECK(*predict_step_ns(step(5120, 1), 1, measured(), facts) == Approx(1024 / 4.0 + 4096 / 16.0));
}

TEST_CASE("threads share a step from the threshold on, and non-temporal copies have their own ceiling") {
    CopyFacts facts = copies(1024);
    facts.threads = 2;
    facts.parallel_threshold = 64;
    CHECK(*predict_step_ns(step(8000, 1), 64, measured(), facts) == Approx(1000));
    CHECK(*predict_step_ns(step(8000, 1), 63, measured(), facts) == Approx(2000));
    // With a calibration of two threads only, the team's ceilings are used.
    Ceilings team;
    team.ceilings = {rows(StreamKernel::row_copy, MemoryLevel::memory, 1024, 8, 2),
                     rows(StreamKernel::read, MemoryLevel::memory, 0, 30, 2)};
    CHECK(*predict_step_ns(step(8000, 1, 300, 300), 63, team, facts) == Approx(1000 + 10));
    facts.copy = CopyMethod::nt;
    CHECK(*predict_step_ns(step(8000, 1), 63, measured(), facts) == Approx(1600));
    CHECK(predict_step_ns(step(8000, 0.5), 63, measured(), facts).error().reason ==
          "no ceiling of nt-row-copy in LLC with 1 thread");
    Ceilings none = measured();
    none.ceilings.resize(4);
    CHECK(predict_step_ns(step(8000, 1, 10), 4, none, copies(1024)).error().reason ==
          "no ceiling of read in LLC with 1 thread");
}

TEST_CASE("a rebuild has the ceiling of ascending rows") {
    CopyFacts facts = copies(1024);
    facts.order = RowOrder::ascending;
    CHECK(predict_step_ns(step(8000, 1), 4, measured(), facts).error().reason ==
          "no ceiling of row-copy-ascending in memory with 1 thread");
    Ceilings ceilings = measured();
    ceilings.ceilings.push_back(rows(StreamKernel::row_copy_ascending, MemoryLevel::memory, 1024, 10));
    CHECK(*predict_step_ns(step(8000, 1), 4, ceilings, facts) == Approx(800));
    facts.copy = CopyMethod::nt;
    ceilings.ceilings.push_back(rows(StreamKernel::nt_row_copy_ascending, MemoryLevel::memory, 1024, 16));
    CHECK(*predict_step_ns(step(8000, 1), 4, ceilings, facts) == Approx(500));
}

TEST_CASE("the crossover is the smallest k from which index takes no longer, and tau is half a row below it") {
    // Replacing costs 10 ns a row, rebuilding 1000: equal at k = 100.
    const auto times = [](LoopKind loop, std::uint32_t k) -> Modelled<double> {
        return loop == LoopKind::index ? 1000.0 : 10.0 * k;
    };
    const Crossover found = *find_crossover(200, 400, times);
    CHECK(found.k == 100u);
    CHECK(found.tau == 99.5 / 200);
    CHECK(found.paired_ns == 1000);
    CHECK(found.index_ns == 1000);
    CHECK(100 > found.tau * 200);
    CHECK_FALSE(99 > found.tau * 200);
    CHECK(find_crossover(200, 100, times)->k == 100u);
}

TEST_CASE("tau rebuilds every step of an odd crossover, whose m grows by one in every other step") {
    const auto times = [](LoopKind loop, std::uint32_t k) -> Modelled<double> {
        return loop == LoopKind::index ? 1000.0 : 1000.0 / 101 * k;
    };
    const Crossover found = *find_crossover(128, 256, times);
    CHECK(found.k == 101u);
    CHECK(found.tau == (100.0 / 128 + 101.0 / 129) / 2);
    CHECK(101 > found.tau * 128);
    CHECK(101 > found.tau * 129);
    CHECK_FALSE(100 > found.tau * 128);
    // Above m no tau achieves both.
    CHECK(find_crossover(64, 128, times)->tau == 100.5 / 64);
}

TEST_CASE("if rebuilding never wins, no k exceeds tau times m") {
    const auto times = [](LoopKind loop, std::uint32_t k) -> Modelled<double> {
        return loop == LoopKind::index ? 1000.0 : 2.0 * k;
    };
    const Crossover found = *find_crossover(200, 400, times);
    CHECK(!found.k);
    CHECK(found.k_most == 400);
    CHECK(found.tau == 400);
    CHECK(found.paired_ns == 800);
    CHECK(found.index_ns == 1000);
    CHECK(find_crossover(200, 1, [](LoopKind, std::uint32_t) -> Modelled<double> { return 1.0; })->k == 1u);
}

TEST_CASE("a crossover that cannot be computed has the reason of the first time that cannot") {
    const Unmodelled why{"no ceiling", "calibrate"};
    const auto times = [&](LoopKind loop, std::uint32_t k) -> Modelled<double> {
        if (loop == LoopKind::index && k < 10) return tl::unexpected(why);
        return loop == LoopKind::index ? 1.0 : 2.0;
    };
    CHECK(find_crossover(200, 400, times).error() == why);
    CHECK(find_crossover(200, 0, times).error().reason ==
          "no row can change: the active set is empty or the whole pool");
}
