#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "loops/row_copier.hpp"
#include "loops/worker_team.hpp"

using namespace bytebound;

TEST_CASE("each runs once on every worker, the leader on the calling thread") {
    WorkerTeam team(3);
    CHECK(team.threads() == 3);
    std::mutex mutex;
    std::set<std::thread::id> threads;
    std::array<int, 3> calls{};
    team.each([&](unsigned worker) {
        const std::lock_guard lock(mutex);
        ++calls.at(worker);
        threads.insert(std::this_thread::get_id());
        if (worker == 0) CHECK(threads.count(std::this_thread::get_id()) == 1);
    });
    CHECK(calls == std::array<int, 3>{1, 1, 1});
    CHECK(threads.size() == 3);
    std::thread::id leader;
    team.each([&](unsigned worker) {
        if (worker == 0) leader = std::this_thread::get_id();
    });
    CHECK(leader == std::this_thread::get_id());
}

TEST_CASE("no release is lost or repeated, with more workers than CPUs and after sleeps") {
    WorkerTeam team(5);
    std::array<std::atomic<int>, 5> counts{};
    const WorkerTeam::Part count = [](void* context, unsigned worker) noexcept {
        ++(*static_cast<std::array<std::atomic<int>, 5>*>(context))[worker];
    };
    for (int i = 0; i < 2000; ++i) {
        team.release(count, &counts);
        // All have arrived when release() returns.
        REQUIRE(counts[4].load() == i + 1);
        if (i % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (const auto& worker : counts)
        CHECK(worker.load() == 2000);
}

TEST_CASE("parts are timed per worker, but set-up by each() is not") {
    WorkerTeam team(2);
    team.each([](unsigned) { std::this_thread::sleep_for(std::chrono::milliseconds(1)); });
    CHECK(team.part_ns(0) == 0);
    CHECK(team.part_ns(1) == 0);
    const WorkerTeam::Part nap = [](void*, unsigned worker) noexcept {
        if (worker == 1) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    };
    team.release(nap, nullptr);
    team.release(nap, nullptr);
    CHECK(team.part_ns(1) >= 4'000'000); // a sleep is never shorter than requested
    CHECK(team.part_ns(0) < team.part_ns(1));
    team.clear_part_ns();
    CHECK(team.part_ns(1) == 0);
}

TEST_CASE("a team of one works only on the calling thread") {
    WorkerTeam team(1);
    int calls = 0;
    team.each([&](unsigned worker) { calls += worker == 0 ? 1 : 100; });
    CHECK(calls == 1);
}

TEST_CASE("rows are distributed in whole grains, in order") {
    CHECK(share_of(20, 8, 0, 2) == RowShare{0, 8}); // 3 grains: 1 and 2
    CHECK(share_of(20, 8, 1, 2) == RowShare{8, 20});
    CHECK(share_of(5, 8, 0, 2) == RowShare{0, 0});
    CHECK(share_of(5, 8, 1, 2) == RowShare{0, 5});
    CHECK(share_of(0, 8, 1, 2) == RowShare{0, 0});
    CHECK(share_of(64, 8, 1, 3) == RowShare{16, 40}); // 8 grains: 2, 3, 3
    CHECK(share_of(0xffffffffu, 8, 1, 2) == RowShare{0x80000000u, 0xffffffffu});
}
