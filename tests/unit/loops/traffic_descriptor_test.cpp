#include <catch2/catch.hpp>

#include "loops/replay.hpp"
#include "loops/traffic_descriptor.hpp"

using namespace bytebound;

namespace {

DescribedLoop example(LoopKind loop, std::uint32_t k, double tau = 0.5) {
    DescribedLoop described;
    described.loop = loop;
    described.workload = {1024, 256};
    described.layout = make_layout(Dtype::i8, 64, 128, 0);
    described.changes = *plan_changes(1024, 256, halves_of(k), 200);
    described.tau = tau;
    return described;
}

double sum(const TrafficDescriptor& traffic, bool rows, double TrafficStream::*bytes) {
    double total = 0;
    for (const TrafficStream& stream : traffic.streams) {
        const bool row = stream.buffer == Buffer::pool || stream.buffer == Buffer::slab;
        if (row == rows) total += stream.*bytes;
    }
    return total;
}

/// Means from a replay of the loop itself.
struct Replayed {
    double rows_written = 0, metadata_bytes = 0;
};

Replayed replay(const DescribedLoop& loop, std::uint32_t k) {
    WorkspaceSpec spec{loop.workload.pool_rows, bounds_of(loop.workload.active_rows, loop.changes).active_rows,
                       loop.layout, static_cast<std::uint32_t>(loop.changes.size()) + 1, bound_rows(loop.changes)};
    auto workspace = *Workspace::allocate(spec);
    const auto source = make_source({loop.workload, halves_of(k), 0, 200});
    REQUIRE(generate_trace(workspace.masks(), **source, 0) == loop.changes);
    LoopOptions options;
    options.tau = loop.tau;
    Replayed means;
    for (const StepLedger& step : replay_ledger(loop.loop, workspace, loop.changes, options)) {
        means.rows_written += step.rows_written / 200.0;
        means.metadata_bytes += static_cast<double>(step.metadata_bytes) / 200.0;
    }
    return means;
}

} // namespace

TEST_CASE("a slot is untouched with the probability that its row stays, step after step") {
    const RowChances chances{0.25, 0.5, 0.125};
    CHECK(untouched(Drawn::overwritten, chances, 0) == 1);
    CHECK(untouched(Drawn::overwritten, chances, 1) == 0.5);
    CHECK(untouched(Drawn::overwritten, chances, 3) == 0.125);
}

TEST_CASE("a rebuild does not touch a row while it stays inactive") {
    const RowChances chances{0.25, 0.5, 0.125};
    CHECK(untouched(Drawn::active, chances, 1) == 0.75);
    CHECK(untouched(Drawn::active, chances, 2) == 0.75 * 0.875);
    CHECK(untouched(Drawn::active, {1, 0, 0}, 1) == 0);
}

TEST_CASE("a table entry is untouched while its row is neither removed nor added") {
    const RowChances chances{0.25, 0.5, 0.125};
    CHECK(untouched(Drawn::changed, chances, 2) == 0.25 * 0.25 + 0.75 * 0.875 * 0.875);
}

TEST_CASE("an active row must be removed before it can be added") {
    const RowChances chances{0.25, 0.5, 0.125};
    // One step: only inactive rows are added. Two: an active row is removed (1/2) and is added again at the earliest in
    // the second, 0.5 * 0.125.
    CHECK(untouched(Drawn::added, chances, 1) == 0.25 + 0.75 * 0.875);
    CHECK(untouched(Drawn::added, chances, 2) == Approx(0.25 * (1 - 0.5 * 0.125) + 0.75 * 0.875 * 0.875));
    // Equal probabilities need the other form of the series: stay in both steps, leave in the first, leave in the
    // second.
    const RowChances equal{0.5, 0.5, 0.5};
    CHECK(untouched(Drawn::added, equal, 2) == Approx(0.5 * (0.25 + 0.25 + 0.25) + 0.5 * 0.25));
    // Complete exchange: out in one step, back in the next.
    CHECK(untouched(Drawn::added, {0.5, 1, 1}, 1) == 0.5);
    CHECK(untouched(Drawn::added, {0.5, 1, 1}, 2) == 0);
}

TEST_CASE("the streams of every loop describe the rows and metadata bytes that the loop moves") {
    struct Case {
        LoopKind loop;
        std::uint32_t k;
        double tau;
        double tolerance; ///< of the metadata: 0 if every step moves the same
    };
    for (const Case& each :
         {Case{LoopKind::paired, 32, 0.5, 0}, Case{LoopKind::index, 32, 0.5, 0}, Case{LoopKind::mask, 32, 0.5, 0},
          Case{LoopKind::oracle, 32, 0.5, 0}, Case{LoopKind::hybrid, 32, 0.5, 0}, Case{LoopKind::hybrid, 32, 0.01, 0},
          Case{LoopKind::paired, 0, 0.5, 0}, Case{LoopKind::paired, 33, 0.5, 0.005},
          Case{LoopKind::paired, 1, 0.5, 0.005}, Case{LoopKind::oracle, 7, 0.5, 0.01},
          Case{LoopKind::index, 7, 0.5, 0.005}}) {
        const DescribedLoop loop = example(each.loop, each.k, each.tau);
        CAPTURE(static_cast<int>(each.loop), each.k, each.tau);
        const auto traffic = describe_traffic(loop);
        REQUIRE(traffic);
        const Replayed truth = replay(loop, each.k);
        CHECK(traffic->rows_written == Approx(truth.rows_written).epsilon(each.tolerance + 1e-12));
        CHECK(sum(*traffic, true, &TrafficStream::stored_bytes) ==
              Approx(192 * truth.rows_written).epsilon(each.tolerance + 1e-12));
        CHECK(sum(*traffic, true, &TrafficStream::loaded_bytes) ==
              Approx(192 * truth.rows_written).epsilon(each.tolerance + 1e-12));
        CHECK(sum(*traffic, false, &TrafficStream::loaded_bytes) + sum(*traffic, false, &TrafficStream::stored_bytes) ==
              Approx(truth.metadata_bytes).epsilon(each.tolerance + 1e-12));
    }
}

TEST_CASE("non-temporal stores are those of the slab") {
    for (const LoopKind kind : {LoopKind::index, LoopKind::oracle}) {
        DescribedLoop loop = example(kind, 32);
        loop.copy = CopyMethod::nt;
        const TrafficDescriptor traffic = *describe_traffic(loop);
        for (const TrafficStream& stream : traffic.streams)
            CHECK((stream.store_kind == StoreKind::non_temporal) == (stream.buffer == Buffer::slab));
    }
}

TEST_CASE("only a rebuild copies rows in ascending order") {
    const auto order = [](LoopKind kind, std::uint32_t k) { return describe_traffic(example(kind, k))->order(); };
    CHECK(order(LoopKind::paired, 32) == RowOrder::random);
    CHECK(order(LoopKind::oracle, 32) == RowOrder::random);
    CHECK(order(LoopKind::index, 32) == RowOrder::ascending);
    CHECK(order(LoopKind::mask, 32) == RowOrder::ascending);
}

TEST_CASE("cases that the closed form does not cover have a reason and a remedy") {
    const auto reason = [](const DescribedLoop& loop) {
        const auto traffic = describe_traffic(loop);
        REQUIRE(!traffic);
        return traffic.error();
    };
    DescribedLoop loop = example(LoopKind::paired, 32);
    loop.workload.pattern.name = "block";
    CHECK(reason(loop) ==
          Unmodelled{
              "the rows that a block trace draws depend on each other, and the closed form assumes independent draws",
              "use the simulator (--collector sim)"});
    loop = example(LoopKind::paired, 32);
    loop.changes.assign(10, {8, 4});
    CHECK(reason(loop).reason ==
          "the number of active rows varies between 256 and 296, and the closed form assumes that it is constant");
    CHECK(reason(example(LoopKind::torch, 32)) ==
          Unmodelled{"library code", "compare with the index loop, which does the same"});
    // k = 33 with 256 and 257 rows in turn.
    CHECK(reason(example(LoopKind::hybrid, 33, 32.9 / 256)).reason ==
          "hybrid rebuilds in some steps and not in others");
}
