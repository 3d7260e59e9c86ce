#include "preset/cpu_knowledge.hpp"

#include <catch2/catch.hpp>

#include "support/tree.hpp"

using namespace bytebound;

TEST_CASE("the missing driver depends on CPU, firmware and kernel") {
    Machine machine;
    std::vector<std::string> acpi_devices;
    const auto driver = [&] { return memory_controller_driver(built_in_presets(), machine, acpi_devices); };
    machine.cpu.vendor = "GenuineIntel";
    machine.cpu.family = 6;
    machine.cpu.model = 0x6a;
    const auto module = [&] { return driver().value().module; };
    CHECK(module() == "intel_uncore");
    machine.cpu.family = 18; // Nova Lake
    machine.cpu.model = 1;
    CHECK(module() == "intel_uncore");
    machine.cpu.vendor = "AuthenticAMD";
    machine.cpu.family = 26;
    CHECK(module() == "amd_uncore");
    machine.cpu.family = 16; // before the data fabric
    CHECK_FALSE(driver());
    machine.cpu = {};
    machine.cpu.implementer = 0x41;
    machine.cpu.part = 0xd4f;
    CHECK(module() == "arm_cmn");
    machine.virtualisation.vendor = "NVIDIA";
    CHECK(module() == "nvidia_cspmu");
    machine.cpu.part = 0xd0c;
    CHECK(module() == "arm_cmn");
    acpi_devices = {"ARMHD620:00"};
    CHECK(module() == "arm_dmc620_pmu");
    machine.cpu.part = 0xd05;
    acpi_devices.clear();
    CHECK_FALSE(driver());
}

TEST_CASE("a driver's first kernel is that of the CPU model") {
    Machine machine;
    machine.cpu.vendor = "GenuineIntel";
    machine.cpu.family = 6;
    const auto since = [&](std::uint32_t model) {
        machine.cpu.model = model;
        const auto driver = memory_controller_driver(built_in_presets(), machine, {});
        REQUIRE(driver);
        return driver->since;
    };
    CHECK(since(0x57) == std::pair(4, 6)); // Knights Landing
    CHECK(since(0x85) == std::pair(4, 9)); // Knights Mill, the same preset
    CHECK(since(0xaf) == std::pair(6, 8));
    CHECK_FALSE(since(0x3f));
    machine.cpu.model = 0x1c; // an Atom of 2008
    CHECK_FALSE(memory_controller_driver(built_in_presets(), machine, {}));
}

TEST_CASE("PMUs that any compiled-in preset counts are memory, whatever CPU this is") {
    const test::Tree tree({{"sys/bus/event_source/devices/hisi_sccl1_hha0/type", "20"},
                           {"sys/bus/event_source/devices/hisi_sccl1_l3c0/type", "21"},
                           {"sys/bus/event_source/devices/uncore_imc_free_running_0/type", "22"},
                           {"sys/bus/event_source/devices/uncore_imc_uclk/type", "23"}});
    CHECK(cpu_knowledge(tree.root(), Machine{}, {}).memory_pmus ==
          std::set<std::string>{"hisi_sccl1_hha0", "uncore_imc_free_running_0"});
}

TEST_CASE("an erratum about resctrl does not concern memory controllers, and may apply to one model only") {
    const auto known = [](const char* model) {
        test::Tree tree;
        tree.write("proc/cpuinfo", std::string("vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: ") + model);
        std::vector<FileFault> faults;
        return cpu_knowledge(tree.root(), read_machine(tree.root(), faults), {});
    };
    CHECK(known("79").resctrl_errata.size() == 1); // 0x4f Broadwell-EP
    CHECK(known("86").resctrl_errata.empty());     // 0x56 Broadwell-DE
    CHECK(known("79").errata.empty());
}

TEST_CASE("an erratum about resctrl cannot have conditions on a PMU's aliases") {
    const std::string text = "name = \"x\"\ntitle = \"x\"\nsource = \"x\"\nverified = false\n\n[[errata]]\n"
                             "about = \"resctrl\"\ntext = \"wrong\"\nwhen = { alias_exists = \"read\" }\n\n[core]\n"
                             "no_llc_misses = \"none\"\n";
    const auto preset = parse_preset(text, "x.toml");
    REQUIRE_FALSE(preset);
    CHECK(preset.error().object == "x.toml:9");
    CHECK(preset.error().cause ==
          "key \"when\": an erratum about resctrl has no PMU whose aliases or name it could ask");
}
