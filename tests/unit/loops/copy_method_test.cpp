#include <catch2/catch.hpp>

#include <algorithm>

#include "loops/copy_method.hpp"
#include "loops/copy_trial.hpp"
#include "loops/replay.hpp"
#include "support/drawn_trace.hpp"
#include "support/small_arena.hpp"

using namespace bytebound;
using namespace bytebound::test;

TEST_CASE("every copy method copies exactly its bytes, at any size and alignment") {
    std::vector<std::byte> from(700);
    for (std::size_t i = 0; i < from.size(); ++i)
        from[i] = static_cast<std::byte>(1 + i % 251);
    for (const auto method : copy_methods()) {
        if (!runs_here(method)) continue;
        INFO(name_of(method));
        const auto copy = copy_function(method);
        for (std::size_t bytes = 0; bytes <= 600; ++bytes) {
            const std::size_t at = bytes % 67;
            std::vector<std::byte> to(700, std::byte{0});
            copy(to.data() + at, from.data() + bytes % 5, bytes);
            std::vector<std::byte> expected(700, std::byte{0});
            std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(bytes % 5), bytes,
                        expected.begin() + static_cast<std::ptrdiff_t>(at));
            REQUIRE(to == expected);
        }
    }
}

TEST_CASE("copy methods are found by name and plain memcpy runs everywhere") {
    CHECK(copy_method_named("movsb") == CopyMethod::movsb);
    CHECK(copy_method_named("avx512") == CopyMethod::avx512);
    CHECK(copy_method_named("nt") == CopyMethod::nt);
    CHECK(copy_method_named("sse") == std::nullopt);
    CHECK(name_of(CopyMethod::avx2) == "avx2");
    CHECK(copy_methods().size() == 6);
    CHECK(copy_method_named("prefetch") == CopyMethod::prefetch);
    CHECK(name_of(CopyMethod(CopyMethod::prefetch)) == "prefetch");
    CHECK(copy_method_named("prefetch:4x8") == CopyMethod::prefetching(4, 8));
    CHECK(name_of(CopyMethod::prefetching(64, 65536)) == "prefetch:64x65536");
    CHECK(copy_method_named("prefetch:64x65536") == CopyMethod::prefetching(64, 65536));
    CHECK(runs_here(CopyMethod::memcpy));
}

TEST_CASE("numbers outside of the limits, and words that are not WxL, are not a prefetch") {
    for (const char* word : {"prefetch:", "prefetch:4", "prefetch:x8", "prefetch:4x", "prefetch:0x8", "prefetch:4x0",
                             "prefetch:65x8", "prefetch:4x65537", "prefetch:04x8", "prefetch:4x8x2", "prefetch:4X8",
                             "prefetch: 4x8", "prefetch:-1x8", "prefetch:99999999999x1", "memcpy:4x8"}) {
        INFO(word);
        CHECK(copy_method_named(word) == std::nullopt);
    }
}

TEST_CASE("prefetch without numbers is 4x8, with no more lines than the longest row has") {
    CHECK(fitted_to(CopyMethod::prefetch, {{{"up", 1024}}}) == CopyMethod::prefetching(4, 8));
    CHECK(fitted_to(CopyMethod::prefetch, {{{"up", 64}, {"down", 129}}}) == CopyMethod::prefetching(4, 3));
    CHECK(fitted_to(CopyMethod::prefetching(2, 1), {{{"up", 1024}}}) == CopyMethod::prefetching(2, 1));
    CHECK(fitted_to(CopyMethod::nt, {{{"up", 1024}}}) == CopyMethod::nt);
    CHECK(ahead_of(CopyMethod::prefetch) == CopyAhead{4, 8});
    CHECK(ahead_of(CopyMethod::prefetching(3, 2)) == CopyAhead{3, 2});
    CHECK(ahead_of(CopyMethod::memcpy) == CopyAhead{0, 0});
}

TEST_CASE("the first lines of a row are counted from the line that it begins in, and end with the row") {
    CHECK(prefetched_bytes(128, 1024, 2) == 128);
    CHECK(prefetched_bytes(128 + 40, 1024, 2) == 88); // 24 bytes of its first line, 64 of the next
    CHECK(prefetched_bytes(128, 100, 8) == 100);
    CHECK(prefetched_bytes(63, 2, 1) == 1);
}

namespace {

/// "load pool 0+64", in order.
class Listing final : public AccessObserver {
public:
    void copy(Buffer from, std::uint64_t from_offset, Buffer, std::uint64_t to_offset, std::uint64_t bytes) override {
        add("copy", from, from_offset, bytes);
        lines.back() += " to " + std::to_string(to_offset);
    }
    void load(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override { add("load", buffer, offset, bytes); }
    void store(Buffer buffer, std::uint64_t offset, std::uint64_t bytes) override {
        add("store", buffer, offset, bytes);
    }
    void worker(unsigned worker) override { lines.push_back("worker " + std::to_string(worker)); }
    std::vector<std::string> lines;

private:
    void add(const char* what, Buffer buffer, std::uint64_t offset, std::uint64_t bytes) {
        lines.push_back(std::string(what) + " " + std::string(name_of(buffer)) + " " + std::to_string(offset) + "+" +
                        std::to_string(bytes));
    }
};

std::vector<std::string> references_of(LoopKind kind, const std::vector<Ids>& masks, const LoopOptions& options,
                                       unsigned workers = 1) {
    Workspace workspace = eight_rows(masks);
    Listing listing;
    const auto loop = make_replay(kind, workspace, listing, options, workers);
    loop->reset(changes_of(masks));
    loop->step(0);
    return listing.lines;
}

} // namespace

TEST_CASE("a row is copied when the next W rows are found and prefetched, each row once, and none after the last") {
    LoopOptions options;
    options.copy = CopyMethod::prefetching(2, 1);
    // Rows of 64 bytes in up and of 128 in down, of which one line is prefetched; ids 1, 2, 3 and 6 into slots 0 to 3.
    CHECK(references_of(LoopKind::mask, {{}, {1, 2, 3, 6}}, options) ==
          std::vector<std::string>{"load mask 24584+8", "load pool 64+64", "load pool 4224+64", //
                                   "load pool 128+64", "load pool 4352+64",                     //
                                   "load pool 192+64", "load pool 4480+64",                   // W = 2 are ahead of id 1
                                   "copy pool 64+64 to 8192", "copy pool 4224+128 to 12288",  //
                                   "load pool 384+64", "load pool 4864+64",                   //
                                   "copy pool 128+64 to 8256", "copy pool 4352+128 to 12416", //
                                   "copy pool 192+64 to 8320", "copy pool 4480+128 to 12544", //
                                   "copy pool 384+64 to 8384", "copy pool 4864+128 to 12672"});
}

TEST_CASE("a window longer than the step prefetches the step's rows only, of every kind of source") {
    LoopOptions options;
    options.copy = CopyMethod::prefetching(64, 2);
    // Id 4 fills the hole of id 0 and the survivor in slot 3, id 3, that of id 1: a pool row and a slab row.
    CHECK(references_of(LoopKind::oracle, {{0, 1, 2, 3}, {2, 3, 4}}, options) ==
          std::vector<std::string>{"load index 16384+8", "load pool 256+64", "load pool 4608+128",   //
                                   "load index 16392+8", "load slab 8384+64", "load slab 12672+128", //
                                   "copy pool 256+64 to 8192", "copy pool 4608+128 to 12288",        //
                                   "copy slab 8384+64 to 8256", "copy slab 12672+128 to 12416"});
}

TEST_CASE("every worker prefetches its own rows only") {
    LoopOptions options;
    options.copy = CopyMethod::prefetching(1, 1);
    options.grain = 1;
    options.parallel_threshold = 1;
    const auto lines = references_of(LoopKind::index, {{}, {1, 2, 3, 6}}, options, 2);
    const auto from = std::find(lines.begin(), lines.end(), "worker 0");
    CHECK(std::vector<std::string>(from, lines.end()) == std::vector<std::string>{"worker 0",
                                                                                  "load index 16384+4",
                                                                                  "load pool 64+64",
                                                                                  "load pool 4224+64", //
                                                                                  "load index 16388+4",
                                                                                  "load pool 128+64",
                                                                                  "load pool 4352+64", //
                                                                                  "copy pool 64+64 to 8192",
                                                                                  "copy pool 4224+128 to 12288", //
                                                                                  "copy pool 128+64 to 8256",
                                                                                  "copy pool 4352+128 to 12416", //
                                                                                  "worker 1",
                                                                                  "load index 16392+4",
                                                                                  "load pool 192+64",
                                                                                  "load pool 4480+64", //
                                                                                  "load index 16396+4",
                                                                                  "load pool 384+64",
                                                                                  "load pool 4864+64", //
                                                                                  "copy pool 192+64 to 8320",
                                                                                  "copy pool 4480+128 to 12544", //
                                                                                  "copy pool 384+64 to 8384",
                                                                                  "copy pool 4864+128 to 12672"});
}

TEST_CASE("prefetching changes no computed figure") {
    const std::vector<Ids> masks{{0, 1, 2, 3}, {2, 3, 4}, {4, 5, 6, 7}};
    for (const LoopEntry& entry : loops()) {
        if (!entry.built_in) continue;
        INFO(entry.name);
        LoopOptions ahead;
        ahead.copy = CopyMethod::prefetching(3, 1);
        Workspace one = eight_rows(masks), other = eight_rows(masks);
        CHECK(replay_ledger(entry.kind, one, changes_of(masks), {}) ==
              replay_ledger(entry.kind, other, changes_of(masks), ahead));
    }
}

namespace {
std::size_t methods_here() {
    return static_cast<std::size_t>(std::count_if(copy_methods().begin(), copy_methods().end(), runs_here));
}
} // namespace

TEST_CASE("the trial gives every method its steps and chooses the one with the highest rate") {
    const auto changes = plan_changes(256, 64, {20, 20, true}, 10);
    REQUIRE(changes.has_value());
    Workspace workspace = make_workspace({256, 256, {{{"up", 1024}}}, 11, bound_rows(*changes)});
    test::draw_trace(workspace.masks(), 256, 64, *changes, test::random_rows, 1, 40, 0);
    WorkerTeam team(1);
    const auto trial = choose_copy_method(workspace, team, {}, *changes, 7, 60'000'000'000);
    REQUIRE(trial.times.size() == methods_here());
    double best = 0;
    for (const auto& time : trial.times) {
        CHECK(time.steps == 7);
        CHECK(time.median_ns > 0);
        CHECK(time.bytes_per_ns > 0);
        best = std::max(best, time.bytes_per_ns);
    }
    for (const auto& time : trial.times) {
        if (time.method == trial.winner) CHECK(time.bytes_per_ns == best);
    }
    // The slab is at the step where the trial ended; reset() makes it valid again.
    LoopOptions options;
    options.copy = trial.winner;
    const auto loop = make_loop(LoopKind::oracle, workspace, team, options);
    loop->reset(*changes);
    CHECK(fault_of(*loop, workspace, 0) == "");
}

TEST_CASE("the trial tries prefetch fitted to the rows, and the method of the options") {
    const auto changes = plan_changes(256, 64, {20, 20, true}, 10);
    Workspace workspace = make_workspace({256, 256, {{{"up", 192}}}, 11, bound_rows(*changes)});
    test::draw_trace(workspace.masks(), 256, 64, *changes, test::random_rows, 1, 40, 0);
    WorkerTeam team(1);
    const auto tried = [&](CopyMethod copy) {
        LoopOptions options;
        options.copy = copy;
        std::vector<CopyMethod> out;
        for (const auto& time : choose_copy_method(workspace, team, options, *changes, 1, 0).times)
            out.push_back(time.method);
        return out;
    };
    CHECK(tried(CopyMethod::memcpy).size() == methods_here());
    CHECK(tried(CopyMethod::memcpy).back() == CopyMethod::prefetching(4, 3));
    CHECK(tried(CopyMethod::prefetching(4, 3)).size() == methods_here());
    CHECK(tried(CopyMethod::prefetching(2, 3)).size() == methods_here() + 1);
    CHECK(tried(CopyMethod::prefetching(2, 3)).back() == CopyMethod::prefetching(2, 3));
}

TEST_CASE("a trial that is out of time still gives every method one step") {
    const auto changes = plan_changes(256, 64, {20, 20, true}, 10);
    REQUIRE(changes.has_value());
    Workspace workspace = make_workspace({256, 256, {{{"up", 64}}}, 11, bound_rows(*changes)});
    test::draw_trace(workspace.masks(), 256, 64, *changes, test::random_rows, 1, 40, 0);
    WorkerTeam team(1);
    for (const auto& time : choose_copy_method(workspace, team, {}, *changes, 7, 0).times)
        CHECK(time.steps == 1);
}

TEST_CASE("without rows to copy there is nothing to try") {
    Workspace workspace = eight_rows({{1}, {1}});
    WorkerTeam team(1);
    const auto trial = choose_copy_method(workspace, team, {}, std::vector<StepChange>{{0, 0}});
    CHECK(trial.winner == CopyMethod::memcpy);
    CHECK(trial.times.empty());
}
