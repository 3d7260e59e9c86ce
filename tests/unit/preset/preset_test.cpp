#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>
#include <set>

#include "preset/embedded.hpp"
#include "preset/preset.hpp"
#include "support/built_in_preset.hpp"
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

std::string with_text(std::string text, const std::string& from, const std::string& to) {
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

TEST_CASE("a preset's models may be ranges and single numbers") {
    const auto preset = parse_preset(small_preset, "x.toml");
    REQUIRE(preset);
    CHECK(preset->name == "test");
    REQUIRE(preset->matches.size() == 1);
    CHECK(preset->matches[0].models == std::vector<NumberRange>{{0x55, 0x55}, {0x60, 0x6f}});
    CHECK(preset->matches[0].steppings == std::vector<NumberRange>{{4, 4}});
    CHECK(preset->llc_misses->terms == "event=0x2e,umask=0x41");
}

TEST_CASE("a wrong key of a preset is reported with file and line") {
    const std::string text = small_preset;
    CHECK(refusal(with_text(text, "verified = false", "verifed = false")) ==
          "x.toml:4: unknown key \"verifed\", did you mean \"verified\"?");
    CHECK(refusal(with_text(text, "models =", "modles =")) ==
          "x.toml:9: unknown key \"match.modles\", did you mean \"models\"?");
    CHECK(refusal(with_text(text, "0x60, 0x6f", "0x6f, 0x60")) ==
          "x.toml:9: key \"models\": the range ends before it begins");
    CHECK(refusal(with_text(text, "family = 6", "family = -6")) ==
          "x.toml:8: key \"family\" is not an unsigned number of 32 bits");
    CHECK(refusal(with_text(text, "cpu|cpu_core", "cpu|(")) ==
          "x.toml:13: key \"pmu\" is not a regular expression: missing ): cpu|(");
    CHECK(refusal(with_text(text, "family = 6\n", "")) ==
          "x.toml:6: key \"match\" needs vendor and family, or implementer and parts, or cpu, or devices");
    CHECK(refusal(with_text(text, "title = \"a test\"\n", "")).starts_with("x.toml:1: key \"title\" is missing"));
    CHECK(refusal(with_text(text, "family = 6", "family = = 6")).starts_with("x.toml:8: "));
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

TEST_CASE("every preset of the tree parses, has its file's name, and no CPU has two") {
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

TEST_CASE("of AMD's family 0x1a only the models of Zen 5 have its preset") {
    std::string fitting;
    const Preset preset = test::built_in("amd-zen5");
    for (std::uint32_t model = 0; model < 256; model += 16)
        fitting += fit_of(preset.matches[0], {"AuthenticAMD", "", 0x1a, model, 0, {}, {}}, {}) != Fit::none ? '5' : '-';
    CHECK(fitting == "555-5-55--------"); // by the high digit of the model
}

TEST_CASE("the CPU of a recorded machine determines its preset and LLC-miss event") {
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

TEST_CASE("a preset can be chosen by name or disabled, and an unknown name gets a suggestion") {
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

TEST_CASE("a feature test outranks a model test, and both together outrank either") {
    struct Case {
        std::string cpuinfo, pmu, preset, reason;
    };
    const std::string spr = "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n";
    const std::string n1 = "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n";
    const std::string v2 = "CPU implementer\t: 0x41\nCPU part\t: 0xd4f\n";
    const std::string unknown = "CPU implementer\t: 0x48\nCPU part\t: 0xd99\n";
    const auto wanted = GENERATE_COPY(values<Case>({
        {spr, "uncore_imc_0", "intel-spr", "GenuineIntel family 0x6 model 0x8f"},
        {spr, "uncore_hbm_3", "intel-spr-hbm", "GenuineIntel family 0x6 model 0x8f, and PMU uncore_hbm_3 exists"},
        {spr, "uncore_type_14_0", "intel-spr-hbm",
         "GenuineIntel family 0x6 model 0x8f, and PMU uncore_type_14_0 exists"},
        {n1, "arm_dmc620_10008c000", "ampere-altra",
         "implementer 0x41 part 0xd0c, and PMU arm_dmc620_10008c000 exists"},
        {n1, "arm_cmn_0", "arm-cmn", "PMU arm_cmn_0 exists (the CPU is implementer 0x41 part 0xd0c)"},
        {v2, "nvidia_scf_pmu_0", "nvidia-grace", "implementer 0x41 part 0xd4f, and PMU nvidia_scf_pmu_0 exists"},
        {v2, "armv8_pmuv3_0", "arm-cmn", "implementer 0x41 part 0xd4f"},
        {unknown, "hisi_sccl3_ddrc2", "hisilicon-kunpeng",
         "PMU hisi_sccl3_ddrc2 exists (the CPU is implementer 0x48 part 0xd99)"},
        {unknown, "armv8_pmuv3_0", "generic", "no preset matches implementer 0x48 part 0xd99"},
        {"vendor_id\t: GenuineIntel\ncpu family\t: 18\nmodel\t\t: 1\n", "cpu", "intel-lnl",
         "GenuineIntel family 0x12 model 0x1"},
        {"cpu\t\t: POWER9, altivec supported\nrevision\t: 2.2 (pvr 004e 1202)\n", "cpu", "ibm-power9", "CPU POWER9"},
        {"cpu\t\t: POWER10 (architected), altivec supported\n", "cpu", "ibm-power10", "CPU POWER10"},
    }));
    INFO(wanted.preset << " with " << wanted.pmu);
    test::Tree tree;
    tree.write("proc/cpuinfo", "processor\t: 0\n" + wanted.cpuinfo);
    tree.write("sys/bus/event_source/devices/" + wanted.pmu + "/type", "20");
    const auto choice = choose_preset(tree.root(), "auto");
    REQUIRE(choice);
    CHECK(choice->preset->name == wanted.preset);
    CHECK(choice->reason == wanted.reason);
}

TEST_CASE("the user's own presets replace those of the same name, win ties, and are read strictly") {
    test::Tree machine, own;
    machine.write("proc/cpuinfo", "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nstepping\t: 4\n");
    const SysRoot root = machine.root();
    CHECK(choose_preset(root, "auto", own.path() / "missing")->preset->name == "intel-skx");
    CHECK(choose_preset(root, "auto", own.path())->preset->built_in);

    // 85 = 0x55, as intel-skx has it.
    own.write("test.toml", small_preset);
    const std::string file = (own.path() / "test.toml").string();
    auto choice = choose_preset(root, "auto", own.path());
    CHECK(choice->preset->name == "test");
    CHECK(choice->reason == "GenuineIntel family 0x6 model 0x55 stepping 0x4, from " + file);
    CHECK(choose_preset(root, "test", own.path())->reason == "--bw-preset test, from " + file);

    own.remove("test.toml");
    own.write("intel-skx.toml", with_text(with_text(small_preset, "\"test\"", "\"intel-skx\""), "0x55", "0x56"));
    const auto all = all_presets(own.path());
    REQUIRE(all);
    CHECK(all->size() == built_in_presets().size());
    CHECK(all->front().file == (own.path() / "intel-skx.toml").string());
    CHECK(choose_preset(root, "auto", own.path())->preset->name == "generic"); // the replaced one is gone

    own.write("intel-skx.toml", small_preset);
    const auto misnamed = choose_preset(root, "generic", own.path());
    REQUIRE_FALSE(misnamed);
    CHECK(misnamed.error().code == ExitCode::bad_data);
    CHECK(to_line(misnamed.error()) ==
          "read preset " + (own.path() / "intel-skx.toml").string() +
              ":1: key \"name\" is \"test\", the file is called intel-skx.toml; see the files in "
              "presets/ for the keys");
    own.write("intel-skx.toml", with_text(small_preset, "family", "famly"));
    const auto broken = choose_preset(root, "auto", own.path());
    REQUIRE_FALSE(broken);
    CHECK(broken.error().code == ExitCode::bad_data);
    CHECK(broken.error().object == (own.path() / "intel-skx.toml").string() + ":8");
    CHECK(choose_preset(root, "none", own.path())); // does not read any preset
}

TEST_CASE("exactly the files of presets/ are built in") {
    std::set<std::string> files, embedded;
    for (const auto& entry : std::filesystem::directory_iterator(presets_path))
        if (entry.path().extension() == ".toml") files.insert("presets/" + entry.path().filename().string());
    for (const EmbeddedPreset& preset : embedded_presets())
        embedded.insert(std::string(preset.file));
    CHECK(embedded == files);
    CHECK(files.count("presets/generic.toml") == 1);
}
