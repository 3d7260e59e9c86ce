// perf's own event syntax, as its users and the tools that print events write it.
#include <catch2/catch.hpp>
#include <string>

#include "counters/names/pmu_boxes.hpp"
#include "counters/names/resolver.hpp"
#include "support/fixtures_path.hpp"
#include "support/machine_tree.hpp"

using namespace bytebound;

namespace {

SysRoot machine_called(const std::string& name) {
    return SysRoot(std::string(test::fixtures_path) + "/machines/" + name);
}

Resolution resolution_of(const SysRoot& root, const std::string& name, int cpu = 0) {
    const auto resolution = EventResolver(root, cpu).resolve(name);
    INFO(name << ": " << (resolution ? resolution->unavailable : to_line(resolution.error())));
    REQUIRE(resolution);
    return *resolution;
}

Resolution on_skylake(const std::string& name) { return resolution_of(machine_called("intel-skx-2s"), name); }

/// The boxes of a sum as "PMU type:config".
std::vector<std::string> boxes_of(const Resolution& resolution) {
    std::vector<std::string> boxes;
    for (const Event& box : resolution.boxes)
        boxes.push_back(box.pmu + " " + std::to_string(box.type) + ":" + std::to_string(box.config));
    return boxes;
}

std::string complaint_about(const std::string& name, const SysRoot& root = machine_called("intel-skx-2s")) {
    const auto resolution = EventResolver(root, 0).resolve(name);
    INFO(name);
    REQUIRE_FALSE(resolution);
    CHECK(resolution.error().code == ExitCode::usage);
    const std::string line = to_line(resolution.error());
    CHECK(line.starts_with("resolve event " + name + ": "));
    return line.substr(("resolve event " + name + ": ").size());
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("period= and other terms about samples are ignored, and name= is the name of the column") {
    const Resolution miss = on_skylake("cpu/event=0xd1,umask=0x20,period=100003,name=MEM_LOAD_RETIRED.L3_MISS/");
    REQUIRE(miss.event);
    CHECK(miss.event->type == 4);
    CHECK(miss.event->config == 0x20d1);
    CHECK(miss.label == "MEM_LOAD_RETIRED.L3_MISS");
    CHECK(miss.event->origin == "terms through format/ of PMU cpu; ignored: period");
    CHECK(on_skylake("cpu/event=0x3c,freq=100,inherit,call-graph=fp/").event->config == 0x3c);
    CHECK(on_skylake("cpu/event=0x3c,name='my cycles'/").label == "my cycles");
    CHECK(on_skylake("cycles/name=cyc,period=1000/").label == "cyc");
    CHECK(on_skylake("cycles/name=cyc,period=1000/").event->type == 0);
    CHECK(on_skylake("cpu/event=0x3c/").label.empty());
    CHECK(complaint_about("cpu/name=x/") == "it selects no event of PMU cpu; write cpu/TERMS/");
    CHECK(complaint_about("cpu/event=0x3c,name/") == "term name has no value; write name=LABEL");
}

TEST_CASE("terms that change what is counted are refused as what they are") {
    CHECK(complaint_about("cpu/event=0x3c,percore/") ==
          "perf's term percore adds up the hardware threads of a core, and the threads of this program are counted; "
          "remove it");
    CHECK(complaint_about("cpu/event=0x3c,cpu=3/") ==
          "perf's term cpu selects the CPU that is counted; --cpus places the work; remove it");
}

TEST_CASE("the name of a PMU matches its numbered boxes, with or without uncore_, and the event is their sum") {
    const Names three = {"uncore_imc_0 14:772", "uncore_imc_1 15:772", "uncore_imc_2 16:772"}; // 0x304
    for (const char* name : {"uncore_imc/cas_count_read/", "imc/cas_count_read/", "uncore_imc_*/cas_count_read/",
                             "imc*/cas_count_read/", "uncore_imc_[0-9]/cas_count_read/"}) {
        INFO(name);
        const Resolution sum = on_skylake(name);
        CHECK(boxes_of(sum) == three);
        REQUIRE(sum.event);
        CHECK(sum.event->name == name);
        CHECK(sum.event->unit == "MiB");
        CHECK(sum.event->scale == 6.103515625e-5);
        CHECK(sum.event->caveat.empty());
    }
    CHECK(boxes_of(on_skylake("imc_1/cas_count_read/")).empty()); // one box, not a sum
    CHECK(on_skylake("imc_1/cas_count_read/").event->pmu == "uncore_imc_1");
    CHECK(boxes_of(resolution_of(machine_called("amd-genoa-umc"), "amd_umc/event=0xa,rdwrmask=1/")) ==
          Names{"amd_umc_0 16:266", "amd_umc_1 17:266", "amd_umc_12 28:266", "amd_umc_13 29:266"}); // 0x10a
}

TEST_CASE("a family of boxes does not contain those of a longer name, and their order is that of their numbers") {
    MachineTree tree;
    for (const char* pmu : {"uncore_imc_10", "uncore_imc_2", "uncore_imc_free_running_0", "uncore_imc_bad", "imcx_0",
                            "arm_dmc620_10008c000", "arm_dmc620_10008c400"})
        tree.pmu(pmu, "type", "20");
    CHECK(boxes_named(tree.root(), "uncore_imc") == Names{"uncore_imc_2", "uncore_imc_10"});
    CHECK(boxes_named(tree.root(), "imc_free_running") == Names{"uncore_imc_free_running_0"});
    CHECK(boxes_named(tree.root(), "arm_dmc620") == Names{"arm_dmc620_10008c000", "arm_dmc620_10008c400"});
    CHECK(boxes_named(tree.root(), "uncore_imc_2") == Names{"uncore_imc_2"});
    CHECK(boxes_named(tree.root(), "imc*_?") == Names{"imcx_0", "uncore_imc_2", "uncore_imc_free_running_0"});
    CHECK(boxes_named(tree.root(), "..").empty());
    CHECK(boxes_named(tree.root(), "").empty());
}

TEST_CASE("a sum names the boxes that it leaves out, and does not hide a broken one") {
    MachineTree tree;
    add_x86_server(tree);
    tree.pmu("uncore_imc_2", "type", "14").pmu("uncore_imc_2", "cpumask", "");
    tree.pmu("uncore_imc_3", "type", "15").pmu("uncore_imc_3", "cpumask", "");
    const Resolution sum = resolution_of(tree.root(), "uncore_imc/event=4/");
    REQUIRE(sum.event);
    CHECK(sum.boxes.size() == 2);
    CHECK(sum.event->caveat ==
          "the sum leaves out uncore_imc_2 (PMU uncore_imc_2 does not serve any online CPU), uncore_imc_3 (PMU "
          "uncore_imc_3 does not serve any online CPU)");
    // A PMU of another kind, without the alias: only a glob matches it.
    tree.pmu("uncore_imx_0", "type", "16").pmu("uncore_imx_0", "cpumask", "0");
    tree.pmu("uncore_imc_2", "cpumask", "0").pmu("uncore_imc_2", "events/cas_count_read", "config=0x304");
    tree.pmu("uncore_imc_3", "cpumask", "0").pmu("uncore_imc_3", "events/cas_count_read", "config=0x304");
    CHECK(resolution_of(tree.root(), "im?_[013]/cas_count_read/").unavailable ==
          "PMUs uncore_imc_0 and uncore_imc_3 count in different units");
    CHECK(resolution_of(tree.root(), "im?_[01]/cas_count_read/").event->caveat ==
          "the sum leaves out uncore_imx_0 (PMU uncore_imx_0 has no alias or term 'cas_count_read')");
    CHECK(complaint_about("im?_[01]/nothing/", tree.root()) ==
          "none of the PMUs uncore_imc_0, uncore_imc_1, uncore_imx_0 has this event; bytebound events list shows their "
          "events");
    tree.pmu("uncore_imc_3", "cpumask", "zero");
    CHECK(resolution_of(tree.root(), "uncore_imc/cas_count_read/").unavailable.find("says 'zero'") !=
          std::string::npos);
}

TEST_CASE("a PMU that is absent is known, and suggested if its name ends so") {
    const Resolution l3 = resolution_of(machine_called("amd-genoa-umc"), "l3/event=0x4,umask=0xff/");
    CHECK_FALSE(l3.event);
    CHECK(l3.unavailable == "this machine has no PMU l3");
    CHECK(l3.remedy == "did you mean amd_l3?");
    CHECK(on_skylake("uncore_cbox*/event=0x0/").unavailable == "this machine has no PMU that matches uncore_cbox*");
    CHECK(complaint_about("amd_umc/umc_cas_cmd.all/", machine_called("amd-genoa-umc")) ==
          "PMU amd_umc_0 has no alias or term 'umc_cas_cmd.all'; it has event, rdwrmask");
}

TEST_CASE("groups are known to perf and planned here") {
    for (const char* name : {"{cycles,instructions}:S", "{cycles:u,instructions:u},uncore_cbox/event=0x0/", "{cycles"})
        CHECK(complaint_about(name) ==
              "this is a group in perf's syntax, and groups are planned here; list its events, "
              "separated by commas; those of one ratio share a group");
    CHECK(split_event_names("{cycles,instructions}:S,cs") == Names{"{cycles,instructions}:S", "cs"});
}

TEST_CASE("a character that no PMU's name can have makes the name malformed") {
    const std::string end =
        " cannot be part of the name of a PMU; write PMU/TERMS/; bytebound events list shows the PMUs";
    CHECK(complaint_about("un core/event=1/") == "' '" + end);
    CHECK(complaint_about("cycles,uncore_cbox/event=1/") == "','" + end);
    CHECK(complaint_about("cpu=1/event=1/") == "'='" + end);
}

TEST_CASE("perf's modifiers without a meaning for counting are ignored") {
    for (const char* name : {"cycles:S", "cycles:H", "cycles:I", "cycles:W", "cycles:X"}) {
        INFO(name);
        const Resolution cycles = on_skylake(name);
        REQUIRE(cycles.event);
        CHECK(cycles.event->domain == Domain::user);
        CHECK(cycles.event->origin == "generic hardware event; ignored: :" + std::string(name).substr(7));
    }
    CHECK(on_skylake("cycles:kuHS").event->domain == Domain::user_and_kernel);
    CHECK(on_skylake("cpu/event=0x3c/kS").event->domain == Domain::kernel);
}

TEST_CASE("perf's modifiers that select something else are refused by what they request") {
    const std::string end = "; remove it; :u, :k and :uk select the domain";
    const std::string sampled = " requests precise samples, and events are counted here, not sampled";
    CHECK(complaint_about("cycles:pp") == "perf's modifier p" + sampled + end);
    CHECK(complaint_about("cycles:uppp") == "perf's modifier p" + sampled + end);
    CHECK(complaint_about("cycles:P") == "perf's modifier P" + sampled + end);
    CHECK(complaint_about("cpu/event=0x3c/p") == "perf's modifier p" + sampled + end);
    CHECK(complaint_about("cycles:G") == "perf's modifier G counts in guests only, and this program runs none" + end);
    CHECK(complaint_about("cycles:h") ==
          "perf's modifier h counts in the hypervisor, which is always excluded here" + end);
    CHECK(complaint_about("cycles:D") ==
          "perf's modifier D pins an event to the PMU, and passes and groups are planned here" + end);
    CHECK(complaint_about("cycles:e") ==
          "perf's modifier e requests the PMU for one event alone, and passes and groups are planned here" + end);
    CHECK(complaint_about("cycles:x") == "'x' is not a modifier; write :u, :k or :uk");
    CHECK(complaint_about("cycles:sys_enter") == "'sys_enter' is not a modifier; write :u, :k or :uk");
}

TEST_CASE("a tracepoint is said to be one") {
    CHECK(complaint_about("raw_syscalls:sys_enter") ==
          "this is a tracepoint, and tracepoints are not counted; perf stat -e raw_syscalls:sys_enter counts it; "
          "bytebound events list shows what is counted here");
    CHECK(complaint_about("sched:sched_switch").starts_with("this is a tracepoint"));
    CHECK(complaint_about("irq:softirq").starts_with("this is a tracepoint"));
    CHECK(complaint_about("Sched:Switch") == "'Switch' is not a modifier; write :u, :k or :uk");
}

TEST_CASE("r0xNNNN is a raw code, and a code that may be a word has a caveat") {
    CHECK(on_skylake("cpu/r0x1234/").event->config == 0x1234);
    CHECK(on_skylake("cpu/r0x1234/").event->caveat.empty());
    CHECK(on_skylake("r0xead").event->config == 0xead);
    CHECK(on_skylake("r0xead").event->caveat.empty());
    CHECK(on_skylake("r01c0").event->caveat.empty());
    CHECK(on_skylake("read").event->config == 0xead);
    CHECK(on_skylake("read").event->caveat == "'read' is treated as a raw code; write r0xead if the code is meant");
    CHECK(on_skylake("uncore_imc_0/r0x304/").event->caveat.empty());
    CHECK(
        on_skylake("uncore_imc_0/r304/").event->caveat ==
        "'r304' is treated as a raw code, and its PMU has the events cas_count_read, cas_count_write; write r0x304 if "
        "the code is meant");
    const Event box = *resolution_of(machine_called("intel-tgl-free-running"), "uncore_imc_free_running_0/read/").event;
    CHECK(box.config == 0xead);
    CHECK(box.caveat ==
          "'read' is treated as a raw code, and its PMU has the events data_read, data_total, data_write; "
          "write r0xead if the code is meant");
    CHECK(complaint_about("r0x") == "no event has this name; see bytebound events list");
}

TEST_CASE("before Linux 6.6 a generic event on one of several Arm PMUs is the PMU's own event") {
    const SysRoot board = machine_called("arm-big-little-6.1"); // armv8_cortex_a55 is type 8 on CPUs 0-3, a76 type 9
    struct Row {
        const char* name;
        int cpu;
        std::uint32_t type;
        std::uint64_t config;
    };
    for (const Row& row : {Row{"cycles", 0, 8, 0x11}, Row{"instructions", 0, 8, 0x08}, Row{"cycles", 4, 9, 0x11},
                           Row{"armv8_cortex_a76/cycles/", 0, 9, 0x11}, Row{"instructions:k", 7, 9, 0x08},
                           Row{"armv8_cortex*/cycles/", 5, 9, 0x11}}) {
        INFO(row.name << " on CPU " << row.cpu);
        const Resolution resolution = resolution_of(board, row.name, row.cpu);
        REQUIRE(resolution.event);
        CHECK(resolution.event->type == row.type);
        CHECK(resolution.event->config == row.config);
        CHECK(resolution.event->name == row.name);
        CHECK(resolution.boxes.empty());
    }
    CHECK(resolution_of(board, "instructions:k").event->domain == Domain::kernel);
    const std::string why =
        "Linux 6.1.0-32-arm64 cannot select one of several core PMUs for a generic event (Arm: since "
        "Linux 6.6), and PMU armv8_cortex_a55 has no event ";
    CHECK(resolution_of(board, "LLC-loads").unavailable == why + "ll_cache_rd");
    CHECK(resolution_of(board, "ref-cycles").unavailable == why + "for it");
    CHECK(resolution_of(board, "ref-cycles").remedy == "write armv8_cortex_a55/event=0x.../, or use a newer kernel");
}

TEST_CASE("since Linux 6.6, and where the version is unknown, the PMU is in the high half of an Arm event") {
    MachineTree tree;
    for (const char* pmu : {"armv8_cortex_a55", "armv8_cortex_a76"})
        tree.pmu(pmu, "type", pmu == std::string("armv8_cortex_a55") ? "8" : "9")
            .pmu(pmu, "cpus", pmu == std::string("armv8_cortex_a55") ? "0-3" : "4-7")
            .pmu(pmu, "format/event", "config:0-15")
            .pmu(pmu, "events/cpu_cycles", "event=0x0011");
    CHECK(resolution_of(tree.root(), "cycles").event->config == 0x800000000);
    tree.file("proc/version", "Linux version 6.6.0 (x@y) #1");
    CHECK(resolution_of(tree.root(), "cycles").event->config == 0x800000000);
    tree.file("proc/version", "Linux version 6.5.13 (x@y) #1");
    CHECK(resolution_of(tree.root(), "cycles").event->config == 0x11);
    // x86 has done so since its first hybrid CPUs.
    MachineTree hybrid;
    add_hybrid(hybrid);
    hybrid.file("proc/version", "Linux version 5.15.0 (x@y) #1");
    CHECK(resolution_of(hybrid.root(), "cycles", 5).event->config == 0xa00000000);
}
