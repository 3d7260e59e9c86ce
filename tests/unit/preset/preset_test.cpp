#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>
#include <set>

#include "preset/embedded.hpp"
#include "preset/preset.hpp"
#include "support/tree.hpp"

using namespace bytebound;

extern const char* const presets_path;

namespace {

constexpr auto small_preset = R"(name = "test"
title = "a test"
source = "nothing"
verified = false

[[match]]
vendor = "GenuineIntel"
family = 6
models = [0x55, [0x60, 0x6f]]
steppings = [4]

[core.llc_misses]
pmu = "cpu|cpu_core"
terms = "event=0x2e,umask=0x41"
counts = "misses"
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
    const auto preset = parse_preset(text, "x.toml");
    REQUIRE_FALSE(preset);
    CHECK(preset.error().code == ExitCode::bad_data);
    return preset.error().object + ": " + preset.error().cause;
}

} // namespace

TEST_CASE("a preset's keys arrive with ranges and single models alike") {
    const auto preset = parse_preset(small_preset, "x.toml");
    REQUIRE(preset);
    CHECK(preset->name == "test");
    REQUIRE(preset->matches.size() == 1);
    CHECK(preset->matches[0].models == std::vector<NumberRange>{{0x55, 0x55}, {0x60, 0x6f}});
    CHECK(preset->matches[0].steppings == std::vector<NumberRange>{{4, 4}});
    CHECK(preset->llc_misses->terms == "event=0x2e,umask=0x41");
}

TEST_CASE("a wrong key of a preset is named with file and line") {
    const std::string text = small_preset;
    CHECK(refusal(replaced(text, "verified = false", "verifed = false")) == "x.toml:4: unknown key \"verifed\", did you mean \"verified\"?");
    CHECK(refusal(replaced(text, "models =", "modles =")) == "x.toml:9: unknown key \"match.modles\", did you mean \"models\"?");
    CHECK(refusal(replaced(text, "0x60, 0x6f", "0x6f, 0x60")) ==
          "x.toml:9: key \"models\": the range ends before it begins");
    CHECK(refusal(replaced(text, "family = 6", "family = -6")) ==
          "x.toml:8: key \"family\" is not an unsigned number of 32 bits");
    CHECK(refusal(replaced(text, "cpu|cpu_core", "cpu|(")) == "x.toml:13: key \"pmu\" is not a regular expression");
    CHECK(refusal(replaced(text, "family = 6\n", "")) ==
          "x.toml:6: key \"match\" needs vendor and family, or implementer and parts, or cpu, or devices");
    CHECK(refusal(replaced(text, "title = \"a test\"\n", "")).starts_with("x.toml:1: key \"title\" is missing"));
    CHECK(refusal(replaced(text, "family = 6", "family = = 6")).starts_with("x.toml:8: "));
}

TEST_CASE("a stepping outside the list does not match, an absent list matches all") {
    auto preset = *parse_preset(small_preset, "x.toml");
    CpuIdentity cpu{"GenuineIntel", "", 6, 0x66, 4, {}, {}};
    CHECK(fit_of(preset.matches[0], cpu, {}) == Fit::model);
    cpu.stepping = 5;
    CHECK(fit_of(preset.matches[0], cpu, {}) == Fit::none);
    preset.matches[0].steppings.clear();
    CHECK(fit_of(preset.matches[0], cpu, {}) == Fit::model);
    cpu.model = 0x70;
    CHECK(fit_of(preset.matches[0], cpu, {}) == Fit::none);
}

TEST_CASE("every preset of the tree parses, is called like its file, and no CPU has two") {
    CHECK(built_in_presets().size() == embedded_presets().size());
    for (const EmbeddedPreset& embedded : embedded_presets()) {
        const auto preset = parse_preset(embedded.toml, std::string(embedded.file));
        INFO(embedded.file);
        REQUIRE(preset);
        CHECK("presets/" + preset->name + ".toml" == embedded.file);
    }
    for (std::uint32_t family : {6u, 0x12u, 0x17u, 0x18u, 0x19u, 0x1au})
        for (std::uint32_t model = 0; model < 256; ++model)
            for (const char* vendor : {"GenuineIntel", "AuthenticAMD", "HygonGenuine"}) {
                int count = 0;
                for (const Preset& preset : built_in_presets())
                    for (const CpuMatch& match : preset.matches)
                        count += fit_of(match, {vendor, "", family, model, 0, {}, {}}, {}) != Fit::none;
                INFO(vendor << " " << family << " " << model);
                CHECK(count <= 1);
            }
}

TEST_CASE("the CPU of a recorded machine chooses its preset and LLC-miss event") {
    struct Case {
        std::string cpuinfo, pmu, preset, event, reason;
    };
    const std::string intel = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: ";
    const std::string amd = "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: ";
    // Models: 143 = 0x8f Sapphire Rapids, 151 = 0x97 Alder Lake, 17 = 0x11 Genoa, 1 = 0x01 Milan.
    const auto wanted = GENERATE_COPY(values<Case>({
        {intel + "143\nstepping\t: 8\n\nprocessor\t: 1\nmodel\t\t: 1\n", "cpu", "intel-spr",
         "cpu/event=0x2e,umask=0x41/", ""},
        {intel + "151\n", "cpu_core", "intel-adl", "cpu_core/event=0x2e,umask=0x41/", ""},
        {intel + "143\n", "msr", "intel-spr", "",
         "this machine has no core PMU cpu|cpu_core under /sys/bus/event_source/devices"},
        {amd + "17\n", "cpu", "amd-zen4", "", "amd_l3"},
        {amd + "1\n", "cpu", "amd-zen3", "", "amd_l3"},
        {"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "armv8_pmuv3_0", "arm-cmn",
         "armv8_pmuv3_0/event=0x37/", ""},
        {"processor\t: 0\nvendor_id\t: CentaurHauls\n", "cpu", "generic", "LLC-load-misses", ""},
    }));
    INFO(wanted.preset << " with " << wanted.pmu);
    test::Tree tree;
    tree.write("proc/cpuinfo", wanted.cpuinfo);
    tree.write("sys/bus/event_source/devices/" + wanted.pmu + "/type", "4");
    const auto choice = choose_preset(SysRoot(tree.path()), "auto");
    REQUIRE(choice);
    CHECK(choice->preset->name == wanted.preset);
    CHECK(choice->llc_event == wanted.event);
    CHECK(choice->llc_reason.find(wanted.reason) != std::string::npos);
    CHECK(choice->llc_reason.empty() == wanted.reason.empty());
}

TEST_CASE("a preset is also chosen by name, switched off, or refused with a suggestion") {
    test::Tree tree;
    const SysRoot root(tree.path());
    CHECK(choose_preset(root, "amd-zen2")->preset->name == "amd-zen2");
    const auto none = choose_preset(root, "none");
    CHECK_FALSE(none->preset);
    CHECK(none->llc_reason == "--bw-preset none");
    const auto typo = choose_preset(root, "amd-zn2");
    REQUIRE_FALSE(typo);
    CHECK(to_line(typo.error()) == "choose preset amd-zn2: there is no preset of this name; did you mean amd-zen2?");
    CHECK(typo.error().code == ExitCode::usage);
    const auto missing = choose_preset(root, "./no-such.toml");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ExitCode::bad_data);
    CHECK(missing.error().sys_errno == ENOENT);
}

TEST_CASE("every file of presets/ is built in, and nothing else") {
    std::set<std::string> files, embedded;
    for (const auto& entry : std::filesystem::directory_iterator(presets_path))
        if (entry.path().extension() == ".toml") files.insert("presets/" + entry.path().filename().string());
    for (const EmbeddedPreset& preset : embedded_presets())
        embedded.insert(std::string(preset.file));
    CHECK(embedded == files);
    CHECK(files.count("presets/generic.toml") == 1);
}
