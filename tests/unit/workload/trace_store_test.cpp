#include <catch2/catch.hpp>

#include <thread>

#include "workload/trace_store.hpp"

using namespace bytebound;

namespace {

/// 7 masks of 2 words: 112 bytes.
const TraceSpec small_spec{{100, 40, {}, 3}, {4, 2, false}, 2, 4};
constexpr std::uint64_t small_bytes = 112;

std::vector<std::uint64_t> generated(const TraceSpec& spec, std::uint32_t segment) {
    std::vector<std::uint64_t> masks(trace_words(spec));
    REQUIRE(generate_trace(masks, **make_source(spec), segment));
    return masks;
}

} // namespace

TEST_CASE("a segment is generated once for all requests") {
    TraceStore store(10 * small_bytes);
    const SharedChanges counted = *store.changes(small_spec, 0);
    CHECK(*counted == std::vector<StepChange>(6, {4, 2}));
    for (int asked = 0; asked < 3; ++asked) {
        std::vector<std::uint64_t> masks(trace_words(small_spec), 7);
        CHECK(*store.fill(masks, small_spec, 0) == counted);
        CHECK(masks == generated(small_spec, 0));
    }
    CHECK(store.generated() == 1);
    CHECK(store.kept_bytes() == small_bytes);
}

TEST_CASE("segments and specs have different traces, and segments with equal changes share them") {
    TraceStore store(10 * small_bytes);
    TraceSpec other = small_spec;
    other.workload.seed = 4;
    std::vector<std::uint64_t> first(trace_words(small_spec)), second(first), third(first);
    const SharedChanges changes = *store.fill(first, small_spec, 0);
    CHECK(*store.fill(second, small_spec, 1) == changes);
    CHECK(*store.fill(third, other, 0) != changes);
    CHECK(first != second);
    CHECK(first != third);
    CHECK(second == generated(small_spec, 1));
    CHECK(store.generated() == 3);
}

TEST_CASE("a store without memory for a segment keeps its changes and generates its masks again") {
    TraceStore store(small_bytes + small_bytes / 2);
    REQUIRE(store.changes(small_spec, 0)); // kept
    const SharedChanges counted = *store.changes(small_spec, 1);
    CHECK(*counted == std::vector<StepChange>(6, {4, 2}));
    CHECK(store.generated() == 2);
    std::vector<std::uint64_t> masks(trace_words(small_spec) + 5, 7);
    CHECK(*store.fill(masks, small_spec, 1) == counted);
    CHECK(store.generated() == 3);
    CHECK(store.kept_bytes() == small_bytes);
    CHECK(masks.back() == 7); // the rest of a longer buffer is unchanged
    masks.resize(trace_words(small_spec));
    CHECK(masks == generated(small_spec, 1));
}

TEST_CASE("a store without memory generates directly into the first caller's masks") {
    TraceStore store(0);
    std::vector<std::uint64_t> masks(trace_words(small_spec));
    REQUIRE(*store.fill(masks, small_spec, 0));
    CHECK(masks == generated(small_spec, 0));
    CHECK(store.generated() == 1);
    CHECK(store.kept_bytes() == 0);
}

TEST_CASE("a stopped generation leaves no state, and the next one starts from the beginning") {
    TraceStore store(10 * small_bytes);
    int asked = 0;
    const auto stopped = store.changes(small_spec, 0, [&] { return ++asked == 3; });
    REQUIRE(stopped);
    CHECK(*stopped == nullptr);
    CHECK(store.kept_bytes() == 0);
    CHECK(*store.changes(small_spec, 0) != nullptr);
    CHECK(store.kept_bytes() == small_bytes);
}

TEST_CASE("an invalid spec is an error of the store") {
    TraceStore store(1000);
    TraceSpec spec = small_spec;
    spec.change = {90, 90, false};
    CHECK(store.changes(spec, 0).error().code == ExitCode::usage);
}

TEST_CASE("threads that request one segment concurrently wait for one generation") {
    TraceStore store(std::uint64_t{1} << 20);
    const TraceSpec spec{{4096, 512, {}, 1}, halves_of(64), 20, 100};
    const std::vector<std::uint64_t> expected = generated(spec, 0);
    std::vector<std::vector<std::uint64_t>> masks(4, std::vector<std::uint64_t>(trace_words(spec)));
    {
        std::vector<std::jthread> threads;
        for (auto& own : masks)
            threads.emplace_back([&] { static_cast<void>(store.fill(own, spec, 0)); });
    }
    CHECK(store.generated() == 1);
    for (const auto& own : masks)
        CHECK(own == expected);
}
