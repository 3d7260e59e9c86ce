#include <catch2/catch.hpp>

#include <algorithm>

#include "preset/formula.hpp"
#include "preset/preset.hpp"
#include "support/built_in_preset.hpp"
#include "support/tree.hpp"

using namespace bytebound;

namespace {

using test::built_in, test::devices;

void add_core(test::Tree& tree, const std::string& pmu) {
    tree.write(devices + pmu + "/type", "4");
    tree.write(devices + pmu + "/format/event", pmu == "cpu" ? "config:0-7" : "config:0-15");
    tree.write(devices + pmu + "/format/umask", "config:8-15");
}

std::string formula_error(const std::string& text) {
    const auto terms = parse_formula(text);
    REQUIRE_FALSE(terms);
    return terms.error();
}

} // namespace

TEST_CASE("an estimate is the preset's core events with their bytes, if the core PMU can encode all of them") {
    test::Tree tree;
    add_core(tree, "cpu");
    const EstimateMatch without = match_core_estimate(tree.root(), built_in("intel-icx"));
    CHECK(without.terms.empty());
    CHECK(without.reason ==
          "preset intel-icx: cpu/event=0xb7,umask=0x01,offcore_rsp=0x73c000477/: PMU cpu has no alias or "
          "term 'offcore_rsp'");
    tree.write(devices + "cpu/format/offcore_rsp", "config1:0-63");
    const EstimateMatch match = match_core_estimate(tree.root(), built_in("intel-icx"));
    REQUIRE(match.terms.size() == 3);
    CHECK(match.terms[0].event == "cpu/event=0xb7,umask=0x01,offcore_rsp=0x73c000477/");
    CHECK(match.terms[0].direction == Direction::read);
    CHECK(match.terms[0].bytes_per_count == 64);
    CHECK_FALSE(match.terms[0].subtract);
    CHECK(match.terms[1].event == "cpu/event=0xbb,umask=0x01,offcore_rsp=0x94002380/");
    CHECK(match.terms[2].direction == Direction::write);
    CHECK(match.terms[2].event == "cpu/event=0xb7,umask=0x01,offcore_rsp=0xfbff80822/");
}

TEST_CASE("events that A64FX counts twice are subtracted, in lines of 256 bytes") {
    test::Tree tree;
    add_core(tree, "armv8_pmuv3_0");
    tree.write(devices + "armv8_pmuv3_0/cpus", "0-47");
    const EstimateMatch match = match_core_estimate(tree.root(), built_in("fujitsu-a64fx"));
    REQUIRE(match.terms.size() == 4);
    std::vector<std::string> signs;
    for (const EstimateTerm& term : match.terms) {
        CHECK(term.bytes_per_count == 256);
        signs.push_back((term.subtract ? "-" : "+") + term.event);
    }
    CHECK(signs == std::vector<std::string>{"+armv8_pmuv3_0/event=0x17/", "-armv8_pmuv3_0/event=0x325/",
                                            "-armv8_pmuv3_0/event=0x326/", "+armv8_pmuv3_0/event=0x18/"});
    CHECK(match.terms[3].direction == Direction::write);
}

TEST_CASE("the estimate of AMD's cores counts no line of the L1's prefetchers twice") {
    test::Tree tree;
    add_core(tree, "cpu");
    tree.write(devices + "cpu/format/event", "config:0-7,32-35");
    // Umask 0x1f of event 0x72: the prefetchers of the L2; 0xe0, those of the L1, are in the fills of event 0x44.
    for (const char* name : {"amd-zen3", "amd-zen4"}) {
        INFO(name);
        const EstimateMatch match = match_core_estimate(tree.root(), built_in(name));
        REQUIRE(match.terms.size() == 2);
        CHECK(match.terms[0].event == "cpu/event=0x44,umask=0x48/");
        CHECK(match.terms[1].event == "cpu/event=0x72,umask=0x1f/");
    }
    const EstimateMatch zen5 = match_core_estimate(tree.root(), built_in("amd-zen5"));
    REQUIRE(zen5.terms.size() == 1); // fills of the L2, whatever requested them
    CHECK(zen5.terms[0].event == "cpu/event=0x165,umask=0x48/");
    CHECK(zen5.terms[0].bytes_per_count == 64);
    CHECK(zen5.terms[0].direction == Direction::read);
}

TEST_CASE("LLC misses times the line size are never an estimate, and without a core PMU there is a reason") {
    test::Tree tree;
    CHECK(match_core_estimate(tree.root(), built_in("amd-zen4")).reason == "preset amd-zen4: no core PMU cpu");
    CHECK(match_core_estimate(tree.root(), built_in("arm-cmn")).terms.empty());
    CHECK(match_core_estimate(tree.root(), built_in("generic")).reason ==
          "preset generic: it is not known what the events of this core count");
    for (const Preset& preset : built_in_presets())
        if (preset.estimate && preset.llc_misses && preset.name != "fujitsu-a64fx") // its LLC is the L2 of a core
            for (const auto& [name, event] : preset.estimate->events)
                CHECK(event.terms != preset.llc_misses->terms);
}

TEST_CASE("a formula consists of sums and differences of events with factors") {
    const auto terms = parse_formula(" 64*a+32 * b -c");
    REQUIRE(terms);
    CHECK(*terms == std::vector<FormulaTerm>{{64, "a", false}, {32, "b", false}, {1, "c", true}});
    CHECK(formula_error("64*") == "'' is not the name of an event");
    CHECK(formula_error("a + + b") == "'' is not the name of an event");
    CHECK(formula_error("0*a") == "'0*a' has no factor from 1 to 65536 in front of the '*'");
    CHECK(formula_error("a*64") == "'a*64' has no factor from 1 to 65536 in front of the '*'");
    CHECK(formula_error("(a - b) * 256") == "'(a' is not the name of an event");
    CHECK(formula_error("64 a") == "'64 a' is not the name of an event");
}
