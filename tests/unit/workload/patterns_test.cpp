#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>

#include "base/text.hpp"
#include "workload/patterns.hpp"
#include "workload/trace.hpp"

using namespace bytebound;

namespace {

TraceSpec default_size(const std::string& pattern, std::uint32_t k) {
    return {{8192, 1024, {pattern, {}}, 1}, halves_of(k), 512, 50};
}

std::vector<std::uint64_t> masks_of(const TraceSpec& spec, std::uint32_t segment) {
    std::vector<std::uint64_t> masks(trace_words(spec));
    REQUIRE(generate_trace(masks, **make_source(spec), segment));
    return masks;
}

/// FNV-1a of the masks' bytes, lowest byte of a word first.
std::uint64_t hash_of(const std::vector<std::uint64_t>& masks) {
    std::uint64_t hash = 14695981039346656037u;
    for (const std::uint64_t word : masks)
        for (int bit = 0; bit < 64; bit += 8)
            hash = (hash ^ (word >> bit & 255)) * 1099511628211u;
    return hash;
}

} // namespace

// The hashes were computed by the version before the table, when a trace was one function of nine arguments.
TEST_CASE("traces of the default size are bit-identical to those of earlier versions") {
    CHECK(hash_of(masks_of(default_size("random", 64), 0)) == 0x3430f5b4675cd8bfu);
    CHECK(hash_of(masks_of(default_size("random", 255), 3)) == 0xbd851f3ee8582b65u);
    CHECK(hash_of(masks_of(default_size("block", 64), 0)) == 0x1dfc03cbe48fabf7u);
    CHECK(hash_of(masks_of(default_size("block", 255), 3)) == 0xff92fd10c9246169u);
}

TEST_CASE("the table of patterns starts with the default, and every name is valid in an option") {
    CHECK(pattern_names().front() == "random");
    CHECK(Pattern{}.name == patterns().front()->name);
    for (const PatternEntry* entry : patterns()) {
        INFO(entry->name);
        CHECK(std::all_of(entry->name.begin(), entry->name.end(), [](unsigned char c) { return std::islower(c); }));
        CHECK_FALSE(entry->purpose.empty());
        CHECK(find_pattern(entry->name) == entry);
    }
    CHECK(find_pattern("block")->name == "block");
    CHECK(find_pattern("blocks") == nullptr);
}

TEST_CASE("every pattern keeps its bounds, and its expected means agree with its masks") {
    for (const PatternEntry* entry : patterns())
        for (const ChangeRule& rule : {halves_of(7), ChangeRule{9, 2, false}, ChangeRule{0, 30, false}}) {
            const TraceSpec spec{{130, 66, {std::string(entry->name), {}}, 5}, rule, 3, 20};
            INFO(to_text(spec));
            const auto source = make_source(spec);
            REQUIRE(source);
            const std::vector<std::uint64_t> masks = masks_of(spec, 2);
            const std::vector<StepChange> changes = count_changes(masks, mask_words(130));
            const TraceBounds used = bounds_of(66, changes), reserved = (*source)->bounds();
            CHECK(used.added <= reserved.added);
            CHECK(used.removed <= reserved.removed);
            CHECK(used.active_rows <= reserved.active_rows);
            CHECK(used.bound_rows <= reserved.bound_rows);
            CHECK(mean_change(changes, 3) == (*source)->expected());
            CHECK(count_trace(**source, 2) == changes);
        }
}

TEST_CASE("a pattern is written as NAME or NAME:PARAMETERS, and reads back") {
    CHECK(pattern_of("block") == Pattern{"block", ""});
    CHECK(pattern_of("sticky:0.9") == Pattern{"sticky", "0.9"});
    CHECK(pattern_of("file:/tmp/a:b") == Pattern{"file", "/tmp/a:b"});
    for (const std::string text : {"random", "sticky:0.9", "file:/tmp/a:b"})
        CHECK(to_text(pattern_of(text)) == text);
}

TEST_CASE("an unknown pattern, or parameters for a pattern without any, are wrong usage") {
    const auto unknown = make_source({{10, 5, {"blocks", {}}}, {1, 1}, 0, 1});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().code == ExitCode::usage);
    CHECK(to_line(unknown.error()) ==
          "plan --pattern blocks: there is no such pattern; known: " + join(pattern_names(), ", "));
    CHECK(to_line(check({"random", "3"}).error()) ==
          "plan --pattern random:3: random takes no parameters; give --pattern random");
}

TEST_CASE("changes that do not fit are refused by the source") {
    const auto source = make_source({{10, 5, {}}, {6, 0}, 0, 4});
    REQUIRE_FALSE(source);
    CHECK(source.error().object == "--add 6 --remove 0");
}

TEST_CASE("different traces have different texts") {
    const TraceSpec spec{{100, 10, {"block", {}}, 7}, {3, 2, true}, 5, 6};
    CHECK(to_text(spec) == "N 100, m 10, block, seed 7, A 3, R 2 in turn, steps 5 + 6");
    std::vector<std::string> texts{to_text(spec)};
    for (auto change : {+[](TraceSpec& s) { ++s.workload.pool_rows; }, +[](TraceSpec& s) { ++s.workload.active_rows; },
                        +[](TraceSpec& s) { s.workload.pattern.parameters = "1"; },
                        +[](TraceSpec& s) { ++s.workload.seed; }, +[](TraceSpec& s) { ++s.change.added; },
                        +[](TraceSpec& s) { ++s.change.removed; }, +[](TraceSpec& s) { s.change.alternate = false; },
                        +[](TraceSpec& s) { ++s.warmup_steps; }, +[](TraceSpec& s) { ++s.measured_steps; }}) {
        TraceSpec other = spec;
        change(other);
        CHECK(other != spec);
        texts.push_back(to_text(other));
    }
    std::sort(texts.begin(), texts.end());
    CHECK(std::adjacent_find(texts.begin(), texts.end()) == texts.end());
}
