#include "experiment/replay/emulation.hpp"

#include <catch2/catch.hpp>

#include "experiment/replay/emulated_process.hpp"
#include "experiment/replay/emulation_spec.hpp"

using namespace bytebound;

namespace {

/// An available emulator that supports caches of any geometry.
class PresentEmulator : public WrappingCollector {
public:
    std::string_view name() const override { return "callgrind"; }
    Capability capability() const override { return Capability::yes(); }
    Result<EmulatedCache> nearest_cache(const EmulatedCache& wanted) const override { return wanted; }
    EmulatedCache first_level_above(const EmulatedCache&) const override { return {1024, 8, 64}; }
    std::vector<std::string> wrap(const std::vector<std::string>& command, const EmulatedCaches&,
                                  const std::string&) const override {
        return command;
    }
    Result<EmulatedOutput> parse(std::string_view, const std::string&) const override { return EmulatedOutput{}; }
    std::vector<std::string> wrap_program(const std::vector<std::string>& command, const EmulatedCaches&,
                                          const std::string&) const override {
        return command;
    }
    Result<EmulatedOutput> parse_program(std::string_view, const std::string&) const override {
        return EmulatedOutput{};
    }
    void start() const noexcept override {}
    void toggle() const noexcept override {}
    void dump(const char*) const noexcept override {}
    void stop() const noexcept override {}
};

class AbsentEmulator : public PresentEmulator {
public:
    Capability capability() const override {
        return Capability::no("no valgrind on PATH", "sudo apt-get install valgrind");
    }
};

template <class Emulator>
CollectorEntry entry() {
    CollectorEntry callgrind{"callgrind", "callgrind", Supplies::emulation, "", nullptr, nullptr, nullptr};
    callgrind.make_wrapping = []() -> std::unique_ptr<WrappingCollector> { return std::make_unique<Emulator>(); };
    return callgrind;
}

RunPlan plan_of(std::vector<LoopKind> loops, CopyMethod copy = CopyMethod::memcpy) {
    RunPlan plan;
    plan.options.loops = std::move(loops);
    plan.options.copy = copy;
    plan.counting.collectors.emulating = "callgrind";
    plan.cache.geometry = {1 << 20, 16, 64};
    plan.experiments.resize(2);
    return plan;
}

std::string refusal(const RunPlan& plan, const CollectorEntry& callgrind) {
    const auto emulation = plan_emulation(plan, {&callgrind, 1});
    REQUIRE_FALSE(emulation);
    CHECK(emulation.error().code == ExitCode::not_possible);
    return to_line(emulation.error());
}

} // namespace

TEST_CASE("addresses alias if and only if they differ by a multiple of 4 GiB") {
    const std::uint64_t gib = std::uint64_t{1} << 30;
    CHECK_FALSE(alias_modulo_4_gib({0x1000, 0x2000}, {0x1000, 0x2000})); // a line does not conflict with itself
    CHECK_FALSE(alias_modulo_4_gib({0x1000, 0x2000}, {0x1800, 0x2800}));
    CHECK(alias_modulo_4_gib({0x1000, 0x2000}, {4 * gib + 0x1fff, 4 * gib + 0x2000}));
    CHECK_FALSE(alias_modulo_4_gib({0x1000, 0x2000}, {4 * gib + 0x2000, 4 * gib + 0x3000}));
    CHECK(alias_modulo_4_gib({128 * gib, 129 * gib}, {0x1000, 0x2000})); // 32 x 4 GiB below
    CHECK_FALSE(alias_modulo_4_gib({129 * gib, 130 * gib}, {0x1000, 0x2000}));
    CHECK_FALSE(alias_modulo_4_gib({0, 4 * gib}, {0, 4 * gib}));
    CHECK(alias_modulo_4_gib({0, 4 * gib + 1}, {0, 4 * gib + 1}));
    CHECK_FALSE(alias_modulo_4_gib({5, 5}, {4 * gib + 5, 4 * gib + 6})); // nothing
}

TEST_CASE("the arena's alignment maps its lines to the sets of their offsets") {
    CHECK(arena_alignment({32 << 20, 16, 64}) == std::uint64_t{2} << 20); // one way of 2 MiB
    CHECK(arena_alignment({64 << 10, 8, 64}) == std::uint64_t{2} << 20);  // 8 KiB: huge pages need more
    CHECK(arena_alignment({256 << 20, 16, 64}) == std::uint64_t{16} << 20);
}

TEST_CASE("a process reads its task from a file without change") {
    EmulationSpec spec;
    spec.collector = "callgrind";
    spec.loop = LoopKind::hybrid;
    spec.copy = CopyMethod::avx2;
    spec.tau = 0.25;
    spec.workspace = {100, 60, {{{"up", 256}, {"down", 30}}}, 12, 40};
    spec.trace = {{100, 30, {"block", {}}, ~std::uint64_t{0}}, {3, 2, true}, 5, 6};
    spec.readings = 3;
    spec.batch = 2;
    spec.between = Between::evict;
    spec.last_level = {1 << 20, 16, 64};
    spec.cpus = {0, 3};
    spec.parent = 4711;
    const auto read = parse_emulation_spec(to_json_text(spec), "spec.json");
    REQUIRE(read);
    CHECK(to_json_text(*read) == to_json_text(spec));
    CHECK(read->trace == spec.trace);
    CHECK(read->workspace == spec.workspace);
    CHECK(read->between == Between::evict);
}

TEST_CASE("a task whose numbers do not fit each other is bad data") {
    EmulationSpec spec;
    spec.collector = "callgrind";
    spec.workspace = {100, 60, {{{"up", 256}}}, 12, 40};
    spec.trace = {{100, 30, {"random", {}}, 1}, {3, 2, false}, 5, 6};
    spec.readings = 6;
    spec.last_level = {1 << 20, 16, 64};
    const auto refusal = [&](const std::string& from, const std::string& to) {
        std::string text = to_json_text(spec);
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        const auto read = parse_emulation_spec(text.replace(at, from.size(), to), "spec.json");
        REQUIRE_FALSE(read);
        CHECK(read.error().code == ExitCode::bad_data);
        return read.error().cause;
    };
    REQUIRE(parse_emulation_spec(to_json_text(spec), "spec.json"));
    CHECK(refusal("\"collector\"", "\"collectors\"") == "/collector: it is missing");
    CHECK(refusal("\"paired\"", "\"pared\"") == "/loop: \"pared\" is not a loop");
    CHECK(refusal("\"random\"", "\"wild\"") == "/pattern: \"wild\" is not a pattern");
    CHECK(refusal("\"ways\": 16", "\"ways\": 0") == "/last_level/ways: it is not a whole number from 1 to 65536");
    CHECK(refusal("\"ways\": 16", "\"ways\": 3") == "/last_level/size_bytes: it is not divisible by ways x line_bytes");
    CHECK(refusal("\"mask_count\": 12", "\"mask_count\": 11") == "/mask_count: it is below the number of steps and 1");
    CHECK(refusal("\"active_rows\": 30", "\"active_rows\": 61") == "/active_rows: it is above slab_rows");
    CHECK(refusal("\"row_bytes\": 256", "\"row_bytes\": 18446744073709551615") ==
          "/groups: the rows would have more than 2^60 bytes");
}

TEST_CASE("copies that differ under valgrind and library code are not emulated") {
    CHECK(why_not_emulated(LoopKind::paired, CopyMethod::memcpy).empty());
    CHECK(why_not_emulated(LoopKind::paired, CopyMethod::avx2).empty());
    CHECK(why_not_emulated(LoopKind::index, CopyMethod::nt) == "valgrind treats non-temporal stores as ordinary ones");
    CHECK(why_not_emulated(LoopKind::mask, CopyMethod::movsb) ==
          "valgrind runs rep movsb byte by byte, as ordinary stores");
    CHECK(why_not_emulated(LoopKind::mask, CopyMethod::avx512) == "valgrind does not support AVX-512");
    CHECK(why_not_emulated(LoopKind::oracle, CopyMethod::nt) == "valgrind treats non-temporal stores as ordinary ones");
    CHECK(why_not_emulated(LoopKind::torch, CopyMethod::memcpy) == "library code");
    CHECK(why_not_emulated(LoopKind::external, CopyMethod::memcpy) == "library code");
}

TEST_CASE("an emulation is planned for every loop and k that can run") {
    const CollectorEntry callgrind = entry<PresentEmulator>();
    const auto emulation = plan_emulation(plan_of({LoopKind::paired, LoopKind::external}), {&callgrind, 1});
    REQUIRE(emulation);
    CHECK(emulation->caches == EmulatedCaches{{1024, 8, 64}, {1 << 20, 16, 64}});
    REQUIRE(emulation->rows.size() == 2);
    CHECK(emulation->rows[1][0].reason.empty());
    CHECK(emulation->rows[1][1].reason == "library code");
    CHECK(emulation->warnings.empty());

    RunPlan odd = plan_of({LoopKind::paired});
    odd.layout.groups = {{"up", 64}, {"down", 100}, {"gate", 30}};
    const auto planned = plan_emulation(odd, {&callgrind, 1});
    REQUIRE(planned);
    REQUIRE(planned->warnings.size() == 1);
    CHECK(text_of(planned->warnings[0]) ==
          "callgrind counts an access to two absent lines as one miss: rows of 100 bytes, not a multiple of 32, lose "
          "up to two lines in each copy; choose columns in multiples of 32 bytes");

    RunPlan nobody_asked = plan_of({LoopKind::paired});
    nobody_asked.counting.collectors.emulating.clear();
    const auto none = plan_emulation(nobody_asked, {&callgrind, 1});
    REQUIRE(none);
    CHECK(none->rows.empty());
}

TEST_CASE("an impossible emulation is rejected before anything is written") {
    CHECK(refusal(plan_of({LoopKind::paired}), entry<AbsentEmulator>()) ==
          "count with --collector callgrind: no valgrind on PATH; sudo apt-get install valgrind");
    CHECK(refusal(plan_of({LoopKind::paired}, CopyMethod::nt), entry<PresentEmulator>()) ==
          "count with --collector callgrind: it can run none of the loops: valgrind treats non-temporal stores as "
          "ordinary ones; give --collector auto");
    RunPlan many = plan_of({LoopKind::paired});
    many.options.steps_per_k = 20'001;
    CHECK(refusal(many, entry<PresentEmulator>()) ==
          "count with --collector callgrind: it writes a part for each reading, 20000 at most; give --steps-per-k "
          "20000 or less");
    CollectorEntry not_built = entry<PresentEmulator>();
    not_built.make_wrapping = nullptr;
    CHECK(refusal(plan_of({LoopKind::paired}), not_built) ==
          "count with --collector callgrind: this build does not have it; give --collector auto");
}

TEST_CASE("a first level of more than half of the LLC is refused") {
    RunPlan plan = plan_of({LoopKind::paired});
    plan.cache.geometry = {2048, 2, 64};
    const CollectorEntry callgrind = entry<PresentEmulator>(); // its first level has 1 KiB
    CHECK(plan_emulation(plan, {&callgrind, 1}));
    plan.cache.geometry = {1920, 2, 64};
    CHECK(refusal(plan, callgrind) == "count with --collector callgrind: its first level of 1 KiB is more than half of "
                                      "the LLC of 1.9 KiB; give an --llc of 2 KiB or more");
}

TEST_CASE("a simulated hierarchy is not emulated, with a warning") {
    RunPlan plan = plan_of({LoopKind::paired});
    plan.hierarchy.emplace().spec.policy = LlcPolicy::inclusive;
    const CollectorEntry callgrind = entry<PresentEmulator>();
    const auto emulation = plan_emulation(plan, {&callgrind, 1});
    REQUIRE(emulation);
    REQUIRE(emulation->warnings.size() == 1);
    CHECK(text_of(emulation->warnings[0]) ==
          "callgrind emulates only the last level (and a small first one), not --cache-model inclusive: its figures "
          "and those of sim are for different caches");
}

TEST_CASE("the error shown for a failed process is the program's own, else the first line that is not a warning") {
    CHECK(first_complaint("valgrind: Bad option: --LL=64,1,64\nvalgrind: Use --help for more information.\n") ==
          "valgrind: Bad option: --LL=64,1,64");
    CHECK(first_complaint("\n==7== Warning: set address range perms\n==7== Killed by us\n==7== bye\n") ==
          "==7== Killed by us");
    CHECK(first_complaint("==7== brk segment overflow\nbytebound: error: map 5 bytes: refused; less\n==7== bye\n") ==
          "map 5 bytes: refused; less");
    CHECK(first_complaint("==7== Warning: alone\n") == "==7== Warning: alone");
    CHECK(first_complaint("").empty());
}

TEST_CASE("an arena that aliases with another span is an error with that span's name") {
    const std::uint64_t gib = std::uint64_t{1} << 30;
    const AddressSpan arena{128 * gib, 130 * gib};
    CHECK(check_apart(arena, std::vector<NamedSpan>{{"the heap", {2 * gib, 3 * gib}}}));
    const auto refused =
        check_apart(arena, std::vector<NamedSpan>{{"the stack", {3 * gib, 4 * gib}}, {"the heap", {gib, gib + 64}}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ExitCode::not_possible);
    CHECK(refused.error().cause == "its lines share the low 32 bits of their addresses with the heap, and valgrind's "
                                   "write-back model treats those as one");
}

TEST_CASE("emulated cells are instructions, lines, and lines times line size") {
    using Cells = std::vector<std::optional<std::uint64_t>>;
    CHECK(emulated_columns() ==
          std::vector<std::string>{"instructions", "llc_misses", "dram_read_bytes", "dram_write_bytes"});
    CHECK(emulated_values({"reading 0", 1000, 7, 3}, 64) == Cells{1000, 7, 448, 192});
    CHECK(emulated_values({"reading 0", 1000, 7, 3}, 128) == Cells{1000, 7, 896, 384});
}
