#include <catch2/catch.hpp>

#include "model/closed_form.hpp"

using namespace bytebound;

// N = 64 KiB, 1024 lines, in every step.

namespace {

constexpr double N = 65536;
constexpr CacheBelow small{64, 4096, 0, 1};    // 64 lines
constexpr CacheBelow large{64, 1 << 20, 0, 1}; // holds everything
constexpr PhaseSteps phase{10, 5, false};

TrafficStream loads(Revisit revisit) {
    TrafficStream stream;
    stream.buffer = Buffer::pool;
    stream.revisit = revisit;
    stream.loaded_bytes = stream.bytes = N;
    return stream;
}

TrafficStream stores(Revisit revisit, StoreKind kind = StoreKind::ordinary) {
    TrafficStream stream;
    stream.buffer = Buffer::slab;
    stream.revisit = revisit;
    stream.stored_bytes = stream.bytes = N;
    stream.row_bytes = 4096;
    stream.stored_share = 1;
    stream.store_kind = kind;
    return stream;
}

ClosedForm of(std::vector<TrafficStream> streams, const CacheBelow& cache, const PhaseSteps& steps = phase) {
    return closed_form({std::move(streams), 0}, cache, steps);
}

double total(const ClosedForm& form) { return form.read_bytes + form.write_bytes; }

} // namespace

TEST_CASE("a copy larger than the cache costs three times its size with write-allocate") {
    const ClosedForm form = of({loads(Revisit::every_step), stores(Revisit::every_step)}, small);
    CHECK(form.requested_load_bytes == N);
    CHECK(form.requested_store_bytes == N);
    CHECK(form.read_bytes == 2 * N);
    CHECK(form.write_bytes == N);
    // The same lines were already read in the warm-up.
    CHECK(form.parts == TrafficParts{0, N, N, N, 0});
    CHECK(form.by_buffer[0] == BufferBytes{N, 0});
    CHECK(form.by_buffer[1] == BufferBytes{N, N});
    CHECK(form.missed_row_share == 1);
}

TEST_CASE("a copy of new bytes at every step reads cold ones") {
    CHECK(of({loads(Revisit::fresh), stores(Revisit::every_step)}, small).parts == TrafficParts{N, N, N, 0, 0});
}

TEST_CASE("a copy costs twice its size with non-temporal stores, in any cache") {
    const ClosedForm form = of({loads(Revisit::fresh), stores(Revisit::every_step, StoreKind::non_temporal)}, small);
    CHECK(total(form) == 2 * N);
    CHECK(form.parts == TrafficParts{N, 0, N, 0, 0});
    CHECK(of({stores(Revisit::every_step, StoreKind::non_temporal)}, large).write_bytes == N);
    CHECK(of({stores(Revisit::every_step, StoreKind::non_temporal)}, large).missed_row_share == 1);
}

TEST_CASE("stores without loads cost twice their size, loads without stores once") {
    CHECK(of({stores(Revisit::every_step)}, small).parts == TrafficParts{0, N, N, 0, 0});
    CHECK(of({stores(Revisit::fresh)}, small).parts == TrafficParts{0, N, N, 0, 0});
    CHECK(of({loads(Revisit::fresh)}, small).parts == TrafficParts{N, 0, 0, 0, 0});
}

TEST_CASE("resident data costs nothing") {
    const ClosedForm form = of({loads(Revisit::every_step), stores(Revisit::every_step)}, large);
    CHECK(form.requested_bytes() == 2 * N);
    CHECK(total(form) == 0);
    CHECK(form.missed_row_share == 0);
}

TEST_CASE("streams add up: a load, a copy and a store in one step") {
    TrafficStream mask = loads(Revisit::fresh);
    mask.buffer = Buffer::mask;
    const ClosedForm form = of(
        {loads(Revisit::fresh), loads(Revisit::every_step), stores(Revisit::every_step), stores(Revisit::fresh), mask},
        small);
    CHECK(form.parts == TrafficParts{N, 2 * N, 2 * N, N, N});
    CHECK(total(form) == 7 * N);
    CHECK(form.metadata_load_bytes == N);
    CHECK(form.requested_bytes() == 4 * N);
}

TEST_CASE("a measured write-allocate factor scales what stores fetch") {
    CacheBelow half = small;
    half.write_allocate_factor = 0.5;
    CHECK(of({loads(Revisit::fresh), stores(Revisit::every_step)}, half).parts == TrafficParts{N, N / 2, N, 0, 0});
    CHECK(of({stores(Revisit::every_step)}, half).by_buffer[1] == BufferBytes{N / 2, N});
}

TEST_CASE("nothing is written back before the cache is full") {
    // 1 MiB holds 16 steps of new bytes: steps 10 to 14 fit, 12 to 21 evict from step 16 on.
    CHECK(of({stores(Revisit::fresh)}, large, {10, 5, false}).write_bytes == 0);
    CHECK(of({stores(Revisit::fresh)}, large, {12, 10, false}).write_bytes == Approx(N * 0.6));
    CHECK(of({stores(Revisit::fresh)}, large, {16, 10, false}).write_bytes == N);
    CHECK(of({stores(Revisit::fresh)}, large, {12, 10, false}).parts.write_allocate == N);
}

TEST_CASE("the first measured step without a warm-up is cold, the others are not") {
    CHECK(of({loads(Revisit::every_step)}, large, {0, 4, false}).parts == TrafficParts{N / 4, 0, 0, 0, 0});
}

TEST_CASE("a cache swept between steps has no hits, and writes back in the gap") {
    const ClosedForm form = of({loads(Revisit::every_step), stores(Revisit::every_step)}, large, {10, 5, true});
    CHECK(form.parts == TrafficParts{0, N, 0, N, 0});
}

TEST_CASE("masks of successive steps are contiguous, and a line shared by two is read once") {
    TrafficStream mask;
    mask.buffer = Buffer::mask;
    mask.revisit = Revisit::fresh;
    mask.bytes = mask.loaded_bytes = 16;
    CHECK(distinct_lines(mask, 1, 64) == 1);
    CHECK(distinct_lines(mask, 4, 64) == 1.75); // of 4 positions in a line, one needs no second line
    CHECK(of({mask}, large).parts.metadata == 16);
    mask.steps_read_again = 1; // a diff
    CHECK(distinct_lines(mask, 1, 64) == 1.25);
    CHECK(of({mask}, large).parts.metadata == 16);
}

TEST_CASE("rows that share lines touch every line once") {
    TrafficStream rows;
    rows.revisit = Revisit::drawn;
    rows.drawn = Drawn::overwritten;
    rows.chances = {0.5, 0.25, 0};
    rows.rows = 64;
    rows.row_bytes = 96; // lines: of the first row alone, of both, of the second alone
    // 96 lines, a third of them shared: 64 * 1/4 + 32 * (1 - 9/16).
    CHECK(distinct_lines(rows, 1, 64) == Approx(16 + 14));
    rows.row_bytes = 16; // 16 lines of 4 rows
    CHECK(distinct_lines(rows, 1, 64) == Approx(16 * (1 - 0.31640625)));
    rows.row_bytes = 128;
    CHECK(distinct_lines(rows, 2, 64) == Approx(128 * 0.4375));
    // Lines within one row bypass the cache; shared ones are stored normally: 32 lines.
    rows.row_bytes = 96;
    rows.stored_bytes = 16 * 96;
    rows.store_kind = StoreKind::non_temporal;
    CHECK(distinct_lines(rows, 1, 64) == Approx(14));
}

TEST_CASE("drawn rows miss if their slot was last written before the steps that fit in the cache") {
    TrafficStream slots;
    slots.buffer = Buffer::slab;
    slots.revisit = Revisit::drawn;
    slots.drawn = Drawn::overwritten;
    slots.chances = {0.5, 0.5, 0};
    slots.rows = 1024;
    slots.row_bytes = 64;
    slots.stored_share = 1;
    slots.stored_bytes = 512 * 64;
    // D(1) = 512, D(2) = 768, D(3) = 896 lines. 800 lines hold 2 steps: a quarter of 512 stores misses.
    const CacheBelow cache{64, 800 * 64, 0, 1};
    CHECK(of({slots}, cache, {10, 5, false}).parts == TrafficParts{0, 128 * 64, 128 * 64, 0, 0});
    // The first step misses all 512, the second half of them, and neither writes back.
    CHECK(of({slots}, cache, {0, 2, false}).parts == TrafficParts{0, (512 + 256) / 2 * 64, 0, 0, 0});
}

TEST_CASE("a list evicted by its row copies is fetched twice and written back once") {
    TrafficStream list;
    list.buffer = Buffer::index;
    list.bytes = list.loaded_bytes = list.stored_bytes = 4096;
    list.stored_share = 1;
    list.read_again_while_copying = true;
    const CacheBelow tiny{64, 64, 0, 1};
    const ClosedForm form = of({list, loads(Revisit::every_step)}, tiny);
    const double slack = 4096 * 2 / 1024.0; // during one line's worth of the copies it is still cached
    CHECK(form.by_buffer[3].read == Approx(2 * 4096).margin(slack));
    CHECK(form.by_buffer[3].written == 4096);
    CHECK(of({list, loads(Revisit::every_step)}, large).parts.metadata == 0);
}
