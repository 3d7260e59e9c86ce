#include <catch2/catch.hpp>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "render/answers/doctor_text.hpp"
#include "support/fixtures_path.hpp"

using namespace bytebound;

namespace {

MachineDiagnosis recorded(const std::string& machine) {
    MachineFacts facts = gather_facts(SysRoot(std::string(test::fixtures_path) + "/machines/" + machine));
    facts.program.architecture = "x86_64";
    facts.program.built_in = {"perf"};
    if (const auto text = SysRoot(std::string(test::fixtures_path) + "/machines/" + machine).read("probes.json"))
        if (auto probes = parse_probes(*text)) facts.probes = *probes;
    return diagnose(std::move(facts));
}

std::vector<std::string> lines_of(const std::string& text) {
    auto lines = split(text, '\n');
    REQUIRE(lines.back().empty()); // every line is ended
    lines.pop_back();
    return lines;
}

PmuFacts pmu(const char* name, PmuKind kind) {
    PmuFacts facts;
    facts.name = name;
    facts.kind = kind;
    return facts;
}

MachineDiagnosis small() {
    MachineDiagnosis diagnosis;
    diagnosis.facts.machine.cpu.model_name = "Some CPU";
    diagnosis.facts.machine.online = {0, 1};
    diagnosis.facts.machine.kernel.text = "6.1.0";
    diagnosis.sources = {{"core PMU", SourceState::unavailable, Cause::paranoid, "the level is 3", "lower it"},
                         {"clock", SourceState::available, Cause::none, "clock source tsc", ""},
                         {"valgrind", SourceState::not_probed, Cause::not_probed, "nobody tried", "try"}};
    return diagnosis;
}

} // namespace

TEST_CASE("doctor's screen has exactly the expected text") {
    MachineDiagnosis diagnosis = small();
    diagnosis.warnings = {"CPUs 2-3 are offline"};
    diagnosis.facts.pmus = {pmu("cpu", PmuKind::core), pmu("uncore_imc_1", PmuKind::memory_controller),
                            pmu("uncore_imc_0", PmuKind::memory_controller), pmu("frob", PmuKind::unrecognised)};
    CHECK(doctor_text(diagnosis) == "recorded machine: Some CPU, 2 CPUs, Linux 6.1.0\n"
                                    "core PMU          no   the level is 3\n"
                                    "          -> lower it\n"
                                    "clock             yes  clock source tsc\n"
                                    "valgrind          ?    nobody tried\n"
                                    "          -> try\n"
                                    "PMUs: cpu uncore_imc_0-1\n"
                                    "unrecognised PMUs  frob (usable by raw name)\n"
                                    "warning: CPUs 2-3 are offline\n");
}

TEST_CASE("every recorded machine fits one screen of 80x24 with every source on it") {
    const SysRoot machines(std::string(test::fixtures_path) + "/machines");
    const auto names = machines.list(".");
    REQUIRE(names.size() >= 12);
    for (const std::string& name : names) {
        INFO(name);
        const auto lines = lines_of(doctor_text(recorded(name)));
        CHECK(lines.size() <= 24);
        for (const std::string& line : lines)
            CHECK(line.size() <= 80);
        for (const std::string& source : source_names())
            CHECK(std::count_if(lines.begin(), lines.end(),
                                [&](const std::string& line) { return line.starts_with(source + " "); }) == 1);
    }
}

TEST_CASE("causes and remedies of recorded machines are never cut off") {
    for (const std::string& name : SysRoot(std::string(test::fixtures_path) + "/machines").list(".")) {
        INFO(name);
        const MachineDiagnosis diagnosis = recorded(name);
        std::string words; // the text with its wrapping undone
        for (const std::string& line : lines_of(doctor_text(diagnosis)))
            words += std::string(trim(line)) + " ";
        for (const SourceDiagnosis& line : diagnosis.sources) {
            CHECK(words.find(line.cause) != std::string::npos);
            CHECK(words.find(line.remedy) != std::string::npos);
        }
    }
}

TEST_CASE("warnings that do not fit are counted, not dropped") {
    MachineDiagnosis diagnosis = small();
    for (int i = 0; i < 40; ++i)
        diagnosis.warnings.push_back("warning number " + std::to_string(i));
    const auto lines = lines_of(doctor_text(diagnosis));
    REQUIRE(lines.size() == 24);
    // 6 lines of title and sources, 17 warnings, one line for the other 23
    CHECK(lines[22] == "warning: warning number 16");
    CHECK(lines[23] == "and 23 more warnings: bytebound doctor --json");
}

TEST_CASE("the JSON document contains states, codes and raw facts") {
    MachineDiagnosis diagnosis = small();
    diagnosis.facts.paranoid = 3;
    diagnosis.facts.probes = Probes{{"cycles", {EACCES, {}}}, {"full-group", {0, ProbeTimes{1, 2, 3}}}};
    diagnosis.facts.pmus = {pmu("frob", PmuKind::unrecognised)};
    diagnosis.facts.pmus[0].type = 12;
    diagnosis.facts.pmus[0].cpumask = std::vector{0, 4};
    diagnosis.facts.pmus[0].formats["event"] = "config:0-7";
    diagnosis.warnings = {"odd \"thing\""};
    const auto json = nlohmann::json::parse(doctor_json(diagnosis));
    CHECK(json["schema"] == "bytebound.doctor/1");
    CHECK(json["machine"]["live"] == false);
    CHECK(json["machine"]["cpus_online"] == 2);
    CHECK(json["machine"]["perf_event_paranoid"] == 3);
    CHECK(json["machine"]["nmi_watchdog"].is_null());
    CHECK(json["sources"][0] == nlohmann::json::parse(R"({"source": "core PMU", "available": false, "code": "paranoid",
                                                          "cause": "the level is 3", "remedy": "lower it"})"));
    CHECK(json["sources"][1]["available"] == true);
    CHECK(json["sources"][1]["remedy"].is_null());
    CHECK(json["sources"][2]["available"].is_null());
    CHECK(json["pmus"][0] == nlohmann::json::parse(R"({"name": "frob", "kind": "unrecognised", "type": 12,
        "cpumask": [0, 4], "cpus": null, "format": {"event": "config:0-7"}, "events": {},
        "note": "unrecognised, usable by raw name"})"));
    CHECK(json["probes"] ==
          nlohmann::json::parse(
              R"({"cycles": 13, "full-group": {"errno": 0, "count": 1, "enabled_ns": 2, "running_ns": 3}})"));
    CHECK(json["warnings"][0] == "odd \"thing\"");
    diagnosis.facts.probes.reset();
    CHECK(nlohmann::json::parse(doctor_json(diagnosis))["probes"].is_null());
}

TEST_CASE("probes in the document can be extracted by line and read back") {
    MachineDiagnosis diagnosis = small();
    diagnosis.facts.probes = Probes{{"cycles", {0, ProbeTimes{7, 9, 9}}}, {"raw", {ENOENT, {}}}};
    const std::string text = doctor_json(diagnosis);
    const std::size_t begin = text.find("\n  \"probes\": {\n");
    const std::size_t end = text.find("\n  },\n", begin);
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    const auto probes = parse_probes(text.substr(begin + 13, end + 4 - (begin + 13)));
    REQUIRE(probes);
    CHECK(*probes == *diagnosis.facts.probes);
}
