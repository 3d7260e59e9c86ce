// Config words are computed by hand from the format files of each tree.
#include <catch2/catch.hpp>

#include <algorithm>

#include "preset/preset.hpp"
#include "support/built_in_preset.hpp"
#include "support/tree.hpp"

using namespace bytebound;

namespace {

using test::built_in, test::devices;

/// A box with the two fields that most PMUs have.
void add_box(test::Tree& tree, const std::string& pmu, int type, const std::string& cpumask,
             const std::string& event = "config:0-7", const std::string& umask = "config:8-15") {
    tree.write(devices + pmu + "/type", std::to_string(type));
    tree.write(devices + pmu + "/cpumask", cpumask);
    tree.write(devices + pmu + "/format/event", event);
    if (!umask.empty()) tree.write(devices + pmu + "/format/umask", umask);
}

/// `cpus` CPUs, each a package with one die.
void add_packages(test::Tree& tree, int cpus) {
    tree.write("sys/devices/system/cpu/online", "0-" + std::to_string(cpus - 1));
    for (int cpu = 0; cpu < cpus; ++cpu) {
        const std::string base = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
        tree.write(base + "physical_package_id", std::to_string(cpu));
        tree.write(base + "die_id", "0");
    }
}

/// "PMU cpu direction config bytes", one line per counter.
std::vector<std::string> lines_of(const MemoryMatch& match) {
    std::vector<std::string> lines;
    for (const MemoryCounter& c : match.counters) {
        char text[160];
        std::snprintf(text, sizeof text, "%s %d %s %s %#llx %u", c.event.pmu.c_str(), c.cpu,
                      std::string(name_of(c.memory)).c_str(), std::string(name_of(c.direction)).c_str(),
                      static_cast<unsigned long long>(c.event.config), c.bytes_per_count);
        lines.emplace_back(text);
    }
    return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("every box is opened once on each CPU of its cpumask, but free-running PMUs are not") {
    test::Tree tree;
    add_box(tree, "uncore_imc_0", 12, "0,28");
    add_box(tree, "uncore_imc_1", 13, "0,28");
    add_box(tree, "uncore_imc_free_running_0", 14, "0,28");
    const MemoryMatch match = match_memory(tree.root(), built_in("intel-icx"));
    // umask 0x0f << 8 | event 0x04, umask 0x30 << 8 | event 0x04
    CHECK(lines_of(match) == Lines{"uncore_imc_0 0 ddr read 0xf04 64", "uncore_imc_0 28 ddr read 0xf04 64",
                                   "uncore_imc_0 0 ddr write 0x3004 64", "uncore_imc_0 28 ddr write 0x3004 64",
                                   "uncore_imc_1 0 ddr read 0xf04 64", "uncore_imc_1 28 ddr read 0xf04 64",
                                   "uncore_imc_1 0 ddr write 0x3004 64", "uncore_imc_1 28 ddr write 0x3004 64"});
    CHECK(match.warnings.empty());
    CHECK(match.reason == "preset intel-icx: ddr through 2 boxes uncore_imc_[0-9]+");
    const MemoryCounter& first = match.counters.front();
    CHECK(first.event.type == 12);
    CHECK(first.event.name == "uncore_imc_0/event=0x04,umask=0x0f/");
    CHECK(first.event.cpus == std::vector<int>{0, 28});
    CHECK(first.event.scope == Scope::cpu);
    CHECK(first.event.domain == Domain::unrestricted);
    CHECK(first.counters_per_box == 4);
    CHECK(first.width_bits == 48);
    CHECK_FALSE(first.saturates);
}

TEST_CASE("excluded boxes are omitted although the pattern matches them") {
    Preset preset = built_in("intel-icx");
    preset.dram[0].pmu = "uncore_imc.*";
    test::Tree tree;
    add_box(tree, "uncore_imc_0", 12, "0");
    add_box(tree, "uncore_imc_free_running_0", 14, "0");
    REQUIRE(preset.dram[0].exclude == "uncore_imc_free_running.*");
    CHECK(match_memory(tree.root(), preset).counters.size() == 2);
    preset.dram[0].exclude.clear();
    CHECK(match_memory(tree.root(), preset).counters.size() == 4); // would count the same traffic twice
}

TEST_CASE("a kernel alias with another encoding is not used, with one warning for all boxes") {
    test::Tree tree;
    for (int box = 0; box < 3; ++box) {
        const std::string pmu = "uncore_imc_" + std::to_string(box);
        add_box(tree, pmu, 12 + box, "0");
        tree.write(devices + pmu + "/events/cas_count_read", "event=0x04,umask=0x0f");
        tree.write(devices + pmu + "/events/cas_count_read.scale", "6.103515625e-5");
        tree.write(devices + pmu + "/events/cas_count_read.unit", "MiB");
        tree.write(devices + pmu + "/events/cas_count_write", "event=0x04,umask=0x0c"); // Haswell's
    }
    const MemoryMatch match = match_memory(tree.root(), built_in("intel-icx"));
    CHECK(match.counters.size() == 6);
    CHECK(match.counters[1].event.config == 0x3004);
    CHECK(match.warnings ==
          Lines{"uncore_imc_0 and 2 more: the kernel's alias cas_count_write is config 0xc04, the preset's "
                "event=0x04,umask=0x30 is config 0x3004; the preset's is used",
                "this kernel has the Haswell umasks for Ice Lake-SP: its cas_count_write counts underfill reads (fixed "
                "in Linux 5.17, commit 96fd2e89fba1)"});
}

TEST_CASE("a kernel scale that gives another number of bytes is a warning") {
    test::Tree tree;
    add_box(tree, "uncore_imc_free_running_0", 14, "0");
    const std::string events = devices + "uncore_imc_free_running_0/events/";
    tree.write(events + "read", "event=0xff,umask=0x20");
    tree.write(events + "read.scale", "3.814697266e-6"); // 4 bytes in MiB; the counter counts 64
    tree.write(events + "read.unit", "MiB");
    tree.write(events + "write", "event=0xff,umask=0x21");
    tree.write(events + "write.scale", "6.103515625e-5"); // 64 bytes in MiB
    tree.write(events + "write.unit", "MiB");
    const MemoryMatch match = match_memory(tree.root(), built_in("intel-icx"));
    CHECK(lines_of(match) ==
          Lines{"uncore_imc_free_running_0 0 ddr read 0x20ff 64", "uncore_imc_free_running_0 0 ddr write 0x21ff 64"});
    CHECK(match.warnings ==
          Lines{"uncore_imc_free_running_0: the kernel's alias read is scaled to 4 bytes per count, the preset's "
                "event=0xff,umask=0x20 to 64; the preset's is used",
                "this kernel scales the free-running counters to 4 bytes per count instead of 64 (fixed in Linux "
                "5.16)"});
    tree.write(events + "read.unit", "furlongs");
    CHECK(
        match_memory(tree.root(), built_in("intel-icx")).warnings ==
        Lines{"uncore_imc_free_running_0: the kernel's alias read has the unknown unit 'furlongs': its scale cannot be "
              "compared with the preset's 64 bytes per count"});
}

TEST_CASE("both subchannels are counted even if the kernel's alias covers only one") {
    test::Tree tree;
    add_box(tree, "uncore_imc_0", 20, "0");
    tree.write(devices + "uncore_imc_0/events/cas_count_read", "event=0x05,umask=0xcf");
    const MemoryMatch match = match_memory(tree.root(), built_in("intel-gnr"));
    CHECK(lines_of(match) == Lines{"uncore_imc_0 0 ddr read 0xcf05 64", "uncore_imc_0 0 ddr read 0xcf06 64",
                                   "uncore_imc_0 0 ddr write 0xf005 64", "uncore_imc_0 0 ddr write 0xf006 64"});
    REQUIRE(match.warnings.size() == 1);
    CHECK(match.warnings[0].starts_with("this kernel still has the alias cas_count_read of Sapphire Rapids"));
}

TEST_CASE("AMD's split event field is filled from its format, and eight channels on four counters are a warning") {
    test::Tree tree;
    add_box(tree, "amd_df", 14, "0", "config:0-7,32-35,59-60");
    const MemoryMatch match = match_memory(tree.root(), built_in("amd-zen2"));
    // Channel 4 is event 0x107: 0x07 in bits 0-7, 0x1 in bits 32-35; umask 0x38 in bits 8-15.
    REQUIRE(match.counters.size() == 8);
    CHECK(lines_of(match)[0] == "amd_df 0 ddr combined 0x3807 64");
    CHECK(lines_of(match)[3] == "amd_df 0 ddr combined 0x38c7 64");
    CHECK(lines_of(match)[4] == "amd_df 0 ddr combined 0x100003807 64");
    CHECK(lines_of(match)[7] == "amd_df 0 ddr combined 0x1000038c7 64");
    CHECK(match.warnings ==
          Lines{"the data fabric does not distinguish reads from writes, and the vendor calls the count approximate",
                "amd_df: 8 events on 4 counters: 2 passes over the same trace"});
}

TEST_CASE("several NUMA nodes per package are a warning if the counts are documented for one") {
    test::Tree tree;
    add_packages(tree, 1);
    add_box(tree, "amd_df", 14, "0", "config:0-7,32-35,59-60");
    tree.write("sys/devices/system/node/has_cpu", "0-3");
    const auto said = [&] {
        const auto warnings = match_memory(tree.root(), built_in("amd-zen3")).warnings;
        return std::count_if(warnings.begin(), warnings.end(),
                             [](const std::string& w) { return w.find("NPS1") != std::string::npos; });
    };
    CHECK(said() == 1);
    tree.write("sys/devices/system/node/has_cpu", "0");
    CHECK(said() == 0);
}

TEST_CASE("the controllers of Zen 4 take precedence over its data fabric, which is the fallback") {
    test::Tree tree;
    add_box(tree, "amd_df", 14, "0", "config:0-7,32-37", "config:8-15,24-27");
    for (int box = 0; box < 2; ++box) {
        add_box(tree, "amd_umc_" + std::to_string(box), 16 + box, "0", "config:0-7", "");
        tree.write(devices + "amd_umc_" + std::to_string(box) + "/format/rdwrmask", "config:8-9");
    }
    tree.write("proc/version", "Linux version 6.12.9-amd64 (builder) #1 SMP");
    MemoryMatch match = match_memory(tree.root(), built_in("amd-zen4"));
    CHECK(lines_of(match) == Lines{"amd_umc_0 0 ddr read 0x10a 64", "amd_umc_0 0 ddr write 0x20a 64",
                                   "amd_umc_1 0 ddr read 0x10a 64", "amd_umc_1 0 ddr write 0x20a 64"});
    CHECK(match.counters[0].saturates);
    REQUIRE(match.warnings.size() == 1);
    CHECK(match.warnings[0].starts_with("before Linux 6.16 the counters of amd_umc saturate at 48 bits"));
    tree.write("proc/version", "Linux version 6.16.0 (builder) #1 SMP");
    CHECK(match_memory(tree.root(), built_in("amd-zen4")).warnings.empty());

    tree.remove(devices + "amd_umc_0");
    tree.remove(devices + "amd_umc_1");
    match = match_memory(tree.root(), built_in("amd-zen4"));
    REQUIRE(match.counters.size() == 24);
    CHECK_FALSE(match.counters[0].saturates);
    // cs0 read: event 0x1f, umask 0x7fe = 0xfe in bits 8-15 and 0x7 in bits 24-27.
    CHECK(lines_of(match)[0] == "amd_df 0 ddr read 0x700fe1f 64");
    // cs10 read: event 0x29f = 0x9f in bits 0-7 and 0x2 in bits 32-37. cs11 write: event 0x2df, umask 0x7ff.
    CHECK(lines_of(match)[10] == "amd_df 0 ddr read 0x20700fe9f 64");
    CHECK(lines_of(match)[23] == "amd_df 0 ddr write 0x20700ffdf 64");
}

TEST_CASE("bytes per count belong to the event, and --bytes-per-cas does not change counts of single bytes") {
    test::Tree tree;
    add_box(tree, "nvidia_scf_pmu_0", 20, "0", "config:0-63", "");
    add_box(tree, "nvidia_scf_pmu_1", 21, "72", "config:0-63", "");
    CHECK(lines_of(match_memory(tree.root(), built_in("nvidia-grace"))) ==
          Lines{"nvidia_scf_pmu_0 0 ddr read 0x1a5 32", "nvidia_scf_pmu_0 0 ddr write 0x1db 1",
                "nvidia_scf_pmu_1 72 ddr read 0x1a5 32", "nvidia_scf_pmu_1 72 ddr write 0x1db 1"});
    const MemoryMatch replaced = match_memory(tree.root(), built_in("nvidia-grace"), 48);
    CHECK(replaced.counters[0].bytes_per_count == 48);
    CHECK(replaced.counters[1].bytes_per_count == 1);
}

TEST_CASE("two versions of a controller are distinguished by a field's width") {
    for (const auto& [format, read, width] :
         {std::tuple("config:0-4", 0x01u, 32u), std::tuple("config:0-7", 0x84u, 48u)}) {
        test::Tree tree;
        add_box(tree, "hisi_sccl1_ddrc0", 30, "0", format, "");
        const MemoryMatch match = match_memory(tree.root(), built_in("hisilicon-kunpeng"));
        REQUIRE(match.counters.size() == 2);
        CHECK(match.counters[0].event.config == read);
        CHECK(match.counters[0].width_bits == width);
        CHECK(match.counters[0].bytes_per_count == 32);
        CHECK(match.warnings.size() == 1);
    }
}

TEST_CASE("the names of POWER9's events contain a part of the box's name") {
    test::Tree tree;
    int code = 0x110;
    for (const std::string unit : {"01", "23"}) {
        add_box(tree, "nest_mcs" + unit + "_imc", 20, "0,64", "config:0-31", "");
        for (const std::string event : {"RD_DISP_PORT01", "RD_DISP_PORT23", "WR_DISP_PORT01", "WR_DISP_PORT23"})
            tree.write(devices + "nest_mcs" + unit + "_imc/events/PM_MCS" + unit + "_128B_" + event,
                       "event=" + std::to_string(code++));
    }
    const MemoryMatch match = match_memory(tree.root(), built_in("ibm-power9"));
    REQUIRE(match.counters.size() == 16); // 2 units, 4 events, 2 chips
    CHECK(lines_of(match)[0] == "nest_mcs01_imc 0 ddr read 0x110 64");
    CHECK(lines_of(match)[15] == "nest_mcs23_imc 64 ddr write 0x117 64");
}

TEST_CASE("HBM is counted in addition to DDR under either name of its boxes, with a caveat about its width") {
    for (const std::string hbm : {"uncore_hbm_0", "uncore_type_14_0"}) {
        test::Tree tree;
        add_box(tree, "uncore_imc_0", 20, "0");
        add_box(tree, hbm, 40, "0");
        const MemoryMatch match = match_memory(tree.root(), built_in("intel-spr-hbm"));
        CHECK(lines_of(match) == Lines{"uncore_imc_0 0 ddr read 0xcf05 64", "uncore_imc_0 0 ddr write 0xf005 64",
                                       hbm + " 0 hbm read 0xcf05 64", hbm + " 0 hbm write 0xf005 64"});
        REQUIRE(match.warnings.size() == 1);
        CHECK(match.warnings[0].starts_with("HBM bytes assume 64 bytes per CAS"));
    }
}

TEST_CASE("Optane is counted if the kernel lists NVDIMMs, in the same pass as the CAS counts") {
    test::Tree tree;
    add_box(tree, "uncore_imc_0", 12, "0");
    CHECK(match_memory(tree.root(), built_in("intel-skx")).counters.size() == 2);
    tree.write("sys/bus/nd/devices/nmem0/size", "1");
    const MemoryMatch match = match_memory(tree.root(), built_in("intel-skx"));
    CHECK(lines_of(match) == Lines{"uncore_imc_0 0 ddr read 0x304 64", "uncore_imc_0 0 ddr write 0xc04 64",
                                   "uncore_imc_0 0 pmem read 0xe3 64", "uncore_imc_0 0 pmem write 0xe7 64"});
    CHECK(match.warnings.empty());
}

TEST_CASE("config1 and config2 are filled if a format says so") {
    test::Tree tree;
    const std::string pmu = "arm_dmc620_10008c000";
    tree.write(devices + pmu + "/type", "10");
    tree.write(devices + pmu + "/cpumask", "0");
    tree.write(devices + pmu + "/format/mask", "config:0-44");
    tree.write(devices + pmu + "/format/match", "config1:0-44");
    tree.write(devices + pmu + "/format/event", "config2:3-8");
    tree.write(devices + pmu + "/format/clkdiv2", "config2:9");
    const MemoryMatch match = match_memory(tree.root(), built_in("ampere-altra"));
    REQUIRE(match.counters.size() == 2);
    for (const MemoryCounter& counter : match.counters) {
        CHECK(counter.event.config == 1);
        CHECK(counter.event.config1 == (counter.direction == Direction::write ? 1u : 0u));
        CHECK(counter.event.config2 == 0x290); // 0x12 << 3 | 1 << 9
    }
}

TEST_CASE("one broken box invalidates its source, because the sum of the others would be too small") {
    struct Case {
        std::string file, text, cause;
    };
    const auto broken = GENERATE(values<Case>({
        {"format/umask", "confetti:8-15",
         "uncore_imc_1: broken sysfs: /sys/bus/event_source/devices/uncore_imc_1/format/umask says 'confetti:8-15'"},
        // 0x03 for reads fits into 2 bits, 0x0c for writes does not
        {"format/umask", "config:8-9", "uncore_imc_1: value 0x0c of umask needs more than its 2 bits (config:8-9)"},
        {"cpumask", "zero",
         "uncore_imc_1: broken sysfs: read /sys/bus/event_source/devices/uncore_imc_1/cpumask: it "
         "says 'zero'"},
        {"type", "", "uncore_imc_1: broken sysfs: read /sys/bus/event_source/devices/uncore_imc_1/type: it is empty"},
    }));
    test::Tree tree;
    add_box(tree, "uncore_imc_0", 12, "0");
    add_box(tree, "uncore_imc_1", 13, "0");
    tree.write(devices + "uncore_imc_1/" + broken.file, broken.text);
    const MemoryMatch match = match_memory(tree.root(), built_in("intel-hswep"));
    INFO(match.reason);
    CHECK(match.counters.empty());
    CHECK(match.reason == "preset intel-hswep: " + broken.cause);
    CHECK(match.warnings == Lines{"ddr is not counted through uncore_imc_[0-9]+: " + broken.cause});
    CHECK_FALSE(match.remedy.empty());
}

TEST_CASE("a missing cpumask is a fault; an empty one omits the box with a warning") {
    test::Tree tree;
    add_box(tree, "amd_umc_0", 16, "0", "config:0-7", "");
    add_box(tree, "amd_umc_1", 17, "", "config:0-7", "");
    for (const std::string box : {"amd_umc_0", "amd_umc_1"})
        tree.write(devices + box + "/format/rdwrmask", "config:8-9");
    MemoryMatch match = match_memory(tree.root(), built_in("amd-zen5"));
    CHECK(lines_of(match) == Lines{"amd_umc_0 0 ddr read 0x10a 64", "amd_umc_0 0 ddr write 0x20a 64"});
    CHECK(match.warnings ==
          Lines{"amd_umc_1: its cpumask is empty: no CPU of its package is online, so its traffic is not counted"});
    tree.write(devices + "amd_umc_0/cpumask", "");
    match = match_memory(tree.root(), built_in("amd-zen5"));
    CHECK(match.counters.empty());
    CHECK(match.reason == "preset amd-zen5: every cpumask of amd_umc_[0-9]+ is empty");
    tree.remove(devices + "amd_umc_0/cpumask");
    match = match_memory(tree.root(), built_in("amd-zen5"));
    CHECK(match.counters.empty());
    CHECK(match.reason == "preset amd-zen5: amd_umc_0: broken sysfs: PMU amd_umc_0 has no cpumask");
}

TEST_CASE("each box that is left out is named, and so is each broken one") {
    test::Tree tree;
    for (int box = 0; box < 4; ++box) {
        const std::string name = "amd_umc_" + std::to_string(box);
        add_box(tree, name, 16 + box, box == 0 ? "0" : "", "config:0-7", "");
        tree.write(devices + name + "/format/rdwrmask", "config:8-9");
    }
    CHECK(
        match_memory(tree.root(), built_in("amd-zen5")).warnings ==
        Lines{"amd_umc_1, amd_umc_2, amd_umc_3: its cpumask is empty: no CPU of its package is online, so its traffic "
              "is not counted"});
    for (const char* box : {"amd_umc_1", "amd_umc_3"})
        tree.write(devices + box + "/cpumask", "zero");
    tree.remove(devices + "amd_umc_2/cpumask");
    CHECK(match_memory(tree.root(), built_in("amd-zen5")).reason ==
          "preset amd-zen5: amd_umc_1: broken sysfs: read /sys/bus/event_source/devices/amd_umc_1/cpumask: it says "
          "'zero'; also broken: amd_umc_2, amd_umc_3");
}

TEST_CASE("a cpumask with more or fewer CPUs than packages, or with an offline CPU, is a warning") {
    test::Tree tree;
    add_packages(tree, 2);
    add_box(tree, "uncore_imc_0", 12, "0-1");
    add_box(tree, "uncore_imc_1", 13, "0-1");
    CHECK(match_memory(tree.root(), built_in("intel-skx")).warnings.empty());
    tree.write(devices + "uncore_imc_0/cpumask", "0");
    tree.write(devices + "uncore_imc_1/cpumask", "0,7");
    CHECK(match_memory(tree.root(), built_in("intel-skx")).warnings ==
          Lines{"uncore_imc_0: its cpumask 0 has 1 CPUs where 2 are expected, one per die: the kernel places the box "
                "wrongly, and its traffic may be missing or counted twice",
                "uncore_imc_1: its cpumask lists CPU 7, which is offline: the box cannot be opened there"});
}

TEST_CASE("channels that are all on one of two packages are a warning") {
    test::Tree tree;
    add_packages(tree, 2);
    for (const std::string box : {"amd_umc_0", "amd_umc_12"}) {
        add_box(tree, box, 16, "0", "config:0-7", "");
        tree.write(devices + box + "/format/rdwrmask", "config:8-9");
    }
    CHECK(match_memory(tree.root(), built_in("amd-zen4")).warnings ==
          Lines{"amd_umc_0 and 1 more: the cpumasks of all boxes together reach 1 of 2 packages: the kernel places "
                "boxes wrongly or lists too few, and traffic may be missing or counted twice"});
    tree.write(devices + "amd_umc_12/cpumask", "1");
    CHECK(match_memory(tree.root(), built_in("amd-zen4")).warnings.empty());
}

TEST_CASE("on a CPU that no preset knows the kernel's aliases count, with the bytes of their scale and unit") {
    test::Tree tree;
    const std::string box = devices + "uncore_imc_0/";
    tree.write(box + "type", "14");
    tree.write(box + "cpumask", "0");
    tree.write(box + "format/event", "config:0-7");
    tree.write(box + "format/umask", "config:8-15");
    for (const auto& [alias, terms] : {std::pair("cas_count_read", "event=0x3a"), {"cas_count_write", "event=0x3b"}}) {
        tree.write(box + "events/" + alias, terms);
        tree.write(box + "events/" + alias + ".scale", "3.0517578125e-5"); // 32 / 1048576
        tree.write(box + "events/" + alias + ".unit", "MiB");
    }
    const MemoryMatch match = match_memory(tree.root(), built_in("generic"));
    REQUIRE(match.counters.size() == 2);
    CHECK(match.counters[0].event.config == 0x3a);
    CHECK(match.counters[0].bytes_per_count == 32);
    CHECK(match.counters[0].event.origin ==
          "kernel alias: sysfs alias /sys/bus/event_source/devices/uncore_imc_0/events/cas_count_read: event=0x3a");
    CHECK(match.counters[1].direction == Direction::write);
    CHECK(match.warnings ==
          Lines{"DRAM bytes are counted by the kernel's own aliases, which no preset confirms for this "
                "CPU; kernels with wrong ones exist"});

    tree.write(box + "events/cas_count_write.scale", "3.2e-5"); // 33.55 bytes
    CHECK(
        match_memory(tree.root(), built_in("generic")).reason ==
        "preset generic: uncore_imc_0: the kernel's alias cas_count_write is scaled to '3.2e-05' of unit 'MiB', not to "
        "whole bytes");
    tree.write(box + "events/cas_count_write.scale", "3.0517578125e-5");
    tree.write(box + "events/cas_count_write.unit", "Mtransfers");
    CHECK(match_memory(tree.root(), built_in("generic")).reason ==
          "preset generic: uncore_imc_0: the kernel's alias cas_count_write is scaled to '3.0517578125e-05' of unit "
          "'Mtransfers', not to whole bytes");
}

TEST_CASE("a preset without sources and a machine without its PMUs have a reason and no counters") {
    test::Tree tree;
    tree.write(devices + "cpu/type", "4");
    const MemoryMatch generic = match_memory(tree.root(), built_in("generic"));
    CHECK(generic.counters.empty());
    CHECK(generic.reason ==
          "preset generic: it is not known which PMU and event count memory traffic on this CPU, and the kernel "
          "names none with a scale");
    const MemoryMatch virtual_machine = match_memory(tree.root(), built_in("intel-icx"));
    CHECK(virtual_machine.counters.empty());
    CHECK(virtual_machine.reason ==
          "preset intel-icx: no PMU uncore_imc_[0-9]+; no PMU uncore_imc_free_running_[0-9]+; no "
          "/sys/bus/nd/devices/nmem[0-9]+");
    CHECK(virtual_machine.warnings.empty());
}
