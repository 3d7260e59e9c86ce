#include <catch2/catch.hpp>

#include <algorithm>

#include "loops/copy_method.hpp"
#include "loops/copy_trial.hpp"
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
    CHECK(copy_methods().size() == 5);
    CHECK(runs_here(CopyMethod::memcpy));
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
