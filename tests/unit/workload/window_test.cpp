#include <catch2/catch.hpp>

#include "workload/patterns.hpp"
#include "workload/trace.hpp"

using namespace bytebound;

namespace {

/// Ids of the active rows after each step of a pool of 10 rows, preceded by the initial ones.
std::vector<std::vector<int>> windows_of(const ChangeRule& rule, std::uint32_t steps) {
    const TraceSpec spec{{10, 4, {"window", {}}, 1}, rule, 0, steps};
    std::vector<std::uint64_t> masks(trace_words(spec));
    REQUIRE(generate_trace(masks, **make_source(spec), 0));
    std::vector<std::vector<int>> windows;
    for (const std::uint64_t mask : masks) {
        windows.emplace_back();
        for (int id = 0; id < 10; ++id)
            if ((mask >> id & 1) != 0) windows.back().push_back(id);
    }
    return windows;
}

/// The same ids, relative to the first row of the initial window.
std::vector<std::vector<int>> from_the_first(std::vector<std::vector<int>> windows) {
    std::vector<int>& initial = windows.front();
    // The window may wrap: its first row is the one whose predecessor is not in it.
    int first = initial.front();
    for (const int id : initial)
        if (std::find(initial.begin(), initial.end(), (id + 9) % 10) == initial.end()) first = id;
    for (std::vector<int>& window : windows) {
        for (int& id : window)
            id = (id - first + 10) % 10;
        std::sort(window.begin(), window.end());
    }
    return windows;
}

using Windows = std::vector<std::vector<int>>;

} // namespace

TEST_CASE("a window removes its oldest rows, adds the next ids and wraps around the pool") {
    CHECK(from_the_first(windows_of({2, 2}, 4)) ==
          Windows{{0, 1, 2, 3}, {2, 3, 4, 5}, {4, 5, 6, 7}, {6, 7, 8, 9}, {0, 1, 8, 9}});
}

TEST_CASE("a window whose steps add more rows than they remove grows at its end") {
    CHECK(from_the_first(windows_of({2, 1, false}, 2)) == Windows{{0, 1, 2, 3}, {1, 2, 3, 4, 5}, {2, 3, 4, 5, 6, 7}});
}
