#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

#include "preset/name_pattern.hpp"
#include "preset/preset.hpp"
#include "support/tree.hpp"

using namespace bytebound;

extern const char* const presets_path;

namespace {

const std::string memory_preset = R"(name = "test"
title = "a test"
source = "nothing"
verified = false

[[match]]
vendor = "GenuineIntel"
family = 6
models = [0x55]

[[dram]]
class = "ddr"
pmu = "uncore_imc_[0-9]+"
scope = "die"
overflow = "wrap"
privilege = "root"
read = [{ terms = "event=0x04,umask=0x03", bytes_per_count = 64 }]
write = [{ terms = "event=0x04,umask=0x0c", bytes_per_count = 64 }]

[[errata]]
text = "something"
when = { alias_exists = "cas" }

[core]
no_llc_misses = "none"

[core.estimate]
pmu = "cpu"
read = "64*fills"

[core.estimate.events.fills]
terms = "event=0x44"
counts = "fills"
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

/// "LINE KEY: CAUSE" for every problem.
std::vector<std::string> problems_of(const std::string& text) {
    std::vector<PresetProblem> problems;
    read_preset(text, "x.toml", problems);
    std::vector<std::string> lines;
    for (const PresetProblem& p : problems)
        lines.push_back(std::to_string(p.line) + " " + p.key + ": " + p.cause);
    return lines;
}

std::vector<std::string> problems_with(const std::string& from, const std::string& to) {
    return problems_of(replaced(memory_preset, from, to));
}

using Lines = std::vector<std::string>;

/// Preset files in a temporary directory, checked together; the problems of the last one.
Lines check_together(const Lines& texts) {
    const test::Tree tree;
    std::vector<std::string> files;
    for (const std::string& text : texts) {
        const std::string name = "f" + std::to_string(files.size()) + ".toml";
        tree.write(name, text);
        files.push_back((tree.path() / name).string());
    }
    const auto checked = check_presets(files);
    for (std::size_t i = 0; i + 1 < checked.size(); ++i)
        CHECK(checked[i].problems.empty());
    Lines lines;
    for (const PresetProblem& p : checked.back().problems) {
        std::string cause = p.cause;
        const auto at = cause.find(tree.path().string() + "/");
        if (at != std::string::npos) cause.erase(at, tree.path().string().size() + 1);
        lines.push_back(std::to_string(p.line) + " " + p.key + ": " + cause);
    }
    return lines;
}

} // namespace

TEST_CASE("a valid preset has no problems and is read completely") {
    std::vector<PresetProblem> problems;
    const Preset preset = read_preset(memory_preset, "x.toml", problems);
    CHECK(problems.empty());
    REQUIRE(preset.dram.size() == 1);
    CHECK(preset.dram[0].read == std::vector<MemoryTerm>{{"event=0x04,umask=0x03", 64, ""}});
    CHECK(preset.dram[0].line == 11);
    CHECK(preset.errata[0].alias_exists == "cas");
    CHECK(preset.estimate->read == std::vector<FormulaTerm>{{64, "fills", false}});
}

TEST_CASE("a core event is refused on the PMUs that the preset itself counts as memory, whatever their name") {
    const std::string vendor = replaced(memory_preset, "uncore_imc_[0-9]+", "new_drw_[0-9a-f]+");
    CHECK(problems_of(vendor).empty());
    CHECK(problems_of(replaced(vendor, "pmu = \"cpu\"", "pmu = \"new_.*\"")) ==
          Lines{"28 core.estimate.pmu: key \"pmu\": an uncore event with thread scope: PMU new_drw_0 counts all "
                "programs and cannot be opened on a thread"});
}

TEST_CASE("each mistake in a preset is reported with line, key and reason") {
    CHECK(problems_with("umask=0x03\", bytes_per_count = 64", "umask=0x03\", bytes_per_count = 0") ==
          Lines{"17 dram.read.bytes_per_count: key \"bytes_per_count\" is 0, not from 1 to 65536"});
    CHECK(problems_with("umask=0x03\", bytes_per_count = 64", "umask=0x03\"") ==
          Lines{"17 dram.read.bytes_per_count: key \"bytes_per_count\" is missing"});
    CHECK(problems_with("bytes_per_count = 64", "bytes_per_cont = 64") ==
          Lines{"17 dram.read.bytes_per_cont: unknown key \"dram.read.bytes_per_cont\", did you mean "
                "\"bytes_per_count\"?",
                "17 dram.read.bytes_per_count: key \"bytes_per_count\" is missing"});
    CHECK(problems_with("\"event=0x04,umask=0x03\"", "\"event=,umask=0x03\"") ==
          Lines{"17 dram.read.terms: key \"terms\": 'event=,umask=0x03' is not a list of TERM=VALUE"});
    CHECK(problems_with("class = \"ddr\"", "class = \"dram\"") ==
          Lines{"12 dram.class: key \"class\": \"dram\" is not one of ddr, hbm, pmem, cxl"});
    CHECK(problems_with("overflow = \"wrap\"", "overflow = \"burst\"") ==
          Lines{"15 dram.overflow: key \"overflow\": \"burst\" is not one of wrap, saturate"});
    CHECK(problems_with("write = [{ terms", "combined = [{ terms") ==
          Lines{"11 dram.: key \"dram\" needs read and write, or combined"});
    CHECK(problems_with("terms = \"event=0x04,umask=0x03\"", "terms = \"PM_{1}\"") ==
          Lines{"17 dram.read.terms: key \"terms\" has {1}, but key \"pmu\" has no group in parentheses"});
    CHECK(problems_with("{ alias_exists = \"cas\" }", "{ }") ==
          Lines{"22 errata.when: key \"when\" needs conditions, or always = true alone"});
    CHECK(problems_with("alias_exists = \"cas\"", "kernel_before = \"six\"") ==
          Lines{"22 errata.when.kernel_before: key \"kernel_before\": 'six' is not MAJOR.MINOR"});
    CHECK(problems_with("verified = false", "verified = true") ==
          Lines{"4 verified: key \"verified\" is true: key \"verified_on\" must say on what"});
}

TEST_CASE("a formula may use every defined event and no other") {
    CHECK(problems_with("64*fills", "64*fills + 64*prefetches") ==
          Lines{"29 core.estimate.read: key \"read\": the event \"prefetches\" is not defined under "
                "[core.estimate.events]"});
    CHECK(problems_with("64*fills", "64*") ==
          Lines{"29 core.estimate.read: key \"read\": '' is not the name of an event",
                "31 core.estimate.events.fills: key \"fills\": no formula uses this "
                "event"});
    CHECK(problems_with("read = \"64*fills\"\n", "") ==
          Lines{"27 core.estimate.: key \"core.estimate\" needs read or write",
                "30 core.estimate.events.fills: key \"fills\": no formula uses this event"});
}

TEST_CASE("an uncore event in place of a core event is rejected") {
    CHECK(problems_with("pmu = \"cpu\"", "pmu = \"uncore_imc_[0-9]+\"") ==
          Lines{"28 core.estimate.pmu: key \"pmu\": an uncore event with thread scope: PMU uncore_imc_0 counts all "
                "programs and cannot be opened on a thread"});
    CHECK(problems_with("no_llc_misses = \"none\"",
                        "[core.llc_misses]\npmu = \"amd_l3\"\nterms = \"event=4\"\ncounts = \"L3 misses\"") ==
          Lines{"26 core.llc_misses.pmu: key \"pmu\": an uncore event with thread scope: PMU amd_l3 counts all "
                "programs and cannot be opened on a thread"});
    CHECK(problems_with("no_llc_misses = \"none\"",
                        "[core.llc_misses]\nevent = \"uncore_imc_0/cas_count_read/\"\ncounts = \"bytes\"") ==
          Lines{"26 core.llc_misses.event: key \"event\": an uncore event with thread scope: PMU uncore_imc_0 counts "
                "all programs and cannot be opened on a thread"});
}

TEST_CASE("all mistakes of a file are listed, in the order of its lines") {
    const std::string text = replaced(
        replaced(replaced(memory_preset, "family = 6", "famly = 6"), "title =", "tilte ="), "64*fills", "64*fils");
    const Lines lines = problems_of(text);
    REQUIRE(lines.size() == 6);
    CHECK(lines[0] == "1 title: key \"title\" is missing");
    CHECK(lines[1] == "2 tilte: unknown key \"tilte\", did you mean \"title\"?");
    CHECK(lines[2].starts_with("6 match.: key \"match\" needs vendor and family"));
    CHECK(lines[3] == "8 match.famly: unknown key \"match.famly\", did you mean \"family\"?");
    CHECK(lines[4].starts_with("29 core.estimate.read: key \"read\": the event \"fils\" is not defined"));
    CHECK(lines[5].starts_with("31 core.estimate.events.fills: key \"fills\": no formula uses"));
}

TEST_CASE("two files for the same CPU are a conflict unless a feature test decides between them") {
    const std::string other = replaced(memory_preset, "\"test\"", "\"other\"");
    CHECK(check_together({memory_preset, other}) ==
          Lines{"6 match: key \"match\": f0.toml:6 matches the same machines, and no feature test (key \"devices\") "
                "decides"});
    const std::string featured =
        replaced(other, "models = [0x55]", "models = [[0x50, 0x5f]]\ndevices = [\"uncore_hbm_[0-9]+\"]");
    CHECK(check_together({memory_preset, featured}).empty());
    const std::string also =
        replaced(replaced(featured, "\"other\"", "\"third\""), "uncore_hbm_[0-9]+", "uncore_(hbm|type_14)_[0-9]+");
    CHECK(check_together({featured, also}).size() == 1);
    CHECK(check_together({memory_preset, replaced(other, "models = [0x55]", "models = [0x56]")}).empty());
    CHECK(check_together({memory_preset, replaced(other, "models = [0x55]", "steppings = [1]")}).size() == 1);
    CHECK(check_together({memory_preset, replaced(memory_preset, "[0x55]", "[0x56]")}) ==
          Lines{"1 name: key \"name\": f0.toml has the name \"test\" too"});
}

TEST_CASE("a source hidden by another one of its class is a problem") {
    const std::string source = memory_preset.substr(memory_preset.find("[[dram]]"),
                                                    memory_preset.find("[[errata]]") - memory_preset.find("[[dram]]"));
    const std::string twice = replaced(memory_preset, "[[errata]]", source + "[[errata]]");
    CHECK(check_together({twice}) == Lines{"20 dram.pmu: key \"pmu\": the source of line 11 uses the same PMUs for "
                                           "class ddr: this source would never be used, or would count them twice"});
    const std::string lookalike =
        replaced(memory_preset, "[[errata]]", replaced(source, "uncore_imc_[0-9]+", "uncore_imc.*") + "[[errata]]");
    CHECK(check_together({lookalike}).size() == 1);
    // Another class may use the same boxes (Optane), and a source may follow a conditional one.
    CHECK(check_together({replaced(memory_preset, "[[errata]]", replaced(source, "ddr", "pmem") + "[[errata]]")})
              .empty());
    CHECK(check_together({replaced(twice, "scope =", "needs_alias = \"cas\"\nscope =")}).empty());
}

TEST_CASE("samples of a pattern match the pattern") {
    const auto has = [](const std::string& pattern, const std::string& name) {
        const auto names = sample_names(pattern);
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    CHECK(has("uncore_imc_[0-9]+", "uncore_imc_0"));
    CHECK(has("uncore_imc_[0-9]+", "uncore_imc_09"));
    CHECK(has("nest_mcs(01|23)_imc", "nest_mcs23_imc"));
    CHECK(has("arm_cmn(_[0-9]+)?", "arm_cmn"));
    CHECK(has("armv[89]_.*", "armv9_x"));
    CHECK(has("cpu|cpu_core", "cpu_core"));
    CHECK(patterns_overlap("uncore_imc.*", "", "uncore_imc_free_running_[0-9]+", ""));
    CHECK_FALSE(patterns_overlap("uncore_imc.*", "uncore_imc_free_running.*", "uncore_imc_free_running_[0-9]+", ""));
    CHECK_FALSE(patterns_overlap("uncore_imc", "", "uncore_imc_[0-9]+", ""));
}

TEST_CASE("all presets of the tree pass the check together, each with a reason for whatever it lacks") {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(presets_path))
        if (entry.path().extension() == ".toml") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    REQUIRE(files.size() == built_in_presets().size()); // every file of the folder is compiled in, and nothing else
    for (const CheckedFile& file : check_presets(files)) {
        INFO(file.file);
        for (const PresetProblem& problem : file.problems)
            FAIL_CHECK(problem.line << " " << problem.key << ": " << problem.cause);
        REQUIRE(file.preset);
        // On a CPU that no preset knows there may be nothing to count, although generic has sources.
        const bool some = !file.preset->dram.empty(), said = !file.preset->no_dram.empty();
        CHECK((file.preset->name == "generic" ? some && said : some != said));
        CHECK(file.preset->estimate.has_value() == file.preset->no_estimate.empty());
        CHECK_FALSE(file.preset->verified); // none has been compared with hardware
        CHECK_FALSE(file.preset->note.empty());
        // Four counters are enough for the events of one box, except on AMD's data fabric.
        for (const MemorySource& source : file.preset->dram) {
            const std::size_t terms = source.read.size() + source.write.size() + source.combined.size();
            if (source.counters_per_box != 0 && source.pmu != "amd_df") CHECK(terms <= source.counters_per_box);
        }
    }
}
