#include <linux/perf_event.h>

#include <catch2/catch.hpp>

#include "counters/names/resolver.hpp"
#include "support/machine_tree.hpp"

using namespace bytebound;

namespace {

Event resolved(const MachineTree& tree, const std::string& name, int cpu = 0) {
    const auto resolution = EventResolver(tree.root(), cpu).resolve(name);
    INFO(name << ": " << (resolution ? resolution->unavailable : to_line(resolution.error())));
    REQUIRE(resolution);
    REQUIRE(resolution->event);
    CHECK(resolution->event->name == name);
    return *resolution->event;
}

/// The reason why a known event cannot be counted here.
std::string missing(const MachineTree& tree, const std::string& name, int cpu = 0) {
    const auto resolution = EventResolver(tree.root(), cpu).resolve(name);
    INFO(name << ": " << (resolution ? "" : to_line(resolution.error())));
    REQUIRE(resolution);
    REQUIRE_FALSE(resolution->event);
    CHECK_FALSE(resolution->remedy.empty());
    return resolution->unavailable;
}

std::string refused(const MachineTree& tree, const std::string& name) {
    const auto resolution = EventResolver(tree.root(), 0).resolve(name);
    REQUIRE_FALSE(resolution);
    CHECK(resolution.error().code == ExitCode::usage);
    return to_line(resolution.error());
}

} // namespace

TEST_CASE("generic names are the kernel's generic events, in user mode only") {
    MachineTree tree;
    add_x86_server(tree);
    const Event cycles = resolved(tree, "cycles");
    CHECK(cycles.pmu == "cpu");
    CHECK(cycles.type == PERF_TYPE_HARDWARE);
    CHECK(cycles.config == 0);
    CHECK(cycles.domain == Domain::user);
    CHECK(cycles.scope == Scope::thread);
    CHECK(resolved(tree, "cpu-cycles").config == 0);
    CHECK(resolved(tree, "instructions").config == 1);
    CHECK(resolved(tree, "cache-misses").config == 3);
    CHECK(resolved(tree, "ref-cycles").config == 9);
    CHECK(resolved(tree, "branches").config == 4);
}

TEST_CASE("modifiers select the domain") {
    MachineTree tree;
    add_x86_server(tree);
    CHECK(resolved(tree, "cycles:u").domain == Domain::user);
    CHECK(resolved(tree, "cycles:k").domain == Domain::kernel);
    CHECK(resolved(tree, "cycles:uk").domain == Domain::user_and_kernel);
    CHECK(resolved(tree, "cycles:ku").domain == Domain::user_and_kernel);
    CHECK(resolved(tree, "cpu/event=0x3c/k").domain == Domain::kernel);
    CHECK(resolved(tree, "cpu/event=0x3c/:uk").domain == Domain::user_and_kernel);
    CHECK(resolved(tree, "page-faults:k").domain == Domain::kernel);
    CHECK(refused(tree, "cycles:zz") == "resolve event cycles:zz: 'zz' is not a modifier; write :u, :k or :uk");
    CHECK(refused(tree, "cycles:").find("is not a modifier") != std::string::npos);
    CHECK(refused(tree, "cpu/event=1/x").find("'x' is not a modifier") != std::string::npos);
}

TEST_CASE("cache names follow perf's grammar") {
    MachineTree tree;
    add_x86_server(tree);
    struct Row {
        const char* name;
        std::uint64_t config; // cache | op << 8 | result << 16
    };
    for (const Row& row : {Row{"L1-dcache-loads", 0x00000},
                           Row{"L1-dcache-load-misses", 0x10000},
                           Row{"L1-dcache-stores", 0x00100},
                           Row{"L1-icache-load-misses", 0x10001},
                           Row{"LLC-loads", 0x00002},
                           Row{"LLC-load-misses", 0x10002},
                           Row{"LLC-store-misses", 0x10102},
                           Row{"LLC-prefetch-misses", 0x10202},
                           Row{"LLC-prefetches", 0x00202},
                           Row{"dTLB-load-misses", 0x10003},
                           Row{"dTLB-stores", 0x00103},
                           Row{"iTLB-load-misses", 0x10004},
                           Row{"branch-loads", 0x00005},
                           Row{"branch-load-misses", 0x10005},
                           Row{"node-loads", 0x00006},
                           Row{"node-store-misses", 0x10106},
                           Row{"llc-misses", 0x10002},
                           Row{"LLC", 0x00002},
                           Row{"l1d-write-miss", 0x10100},
                           Row{"LLC-misses-stores", 0x10102},
                           Row{"Data-TLB-speculative-read-refs", 0x00203}}) {
        INFO(row.name);
        const Event event = resolved(tree, row.name);
        CHECK(event.type == PERF_TYPE_HW_CACHE);
        CHECK(event.config == row.config);
    }
    CHECK(refused(tree, "iTLB-stores").find("no such access") != std::string::npos);
    CHECK(refused(tree, "L1-icache-store-misses").find("no such access") != std::string::npos);
    CHECK(refused(tree, "LLC-loads-").find("did you mean LLC-loads?") != std::string::npos);
}

TEST_CASE("software events need no core PMU; the kernel's own are never restricted to user code") {
    MachineTree tree;
    add_software_pmus(tree);
    const Event clock = resolved(tree, "task-clock");
    CHECK(clock.is_software());
    CHECK(clock.config == PERF_COUNT_SW_TASK_CLOCK);
    CHECK(clock.domain == Domain::user);
    CHECK(resolved(tree, "page-faults").domain == Domain::user);
    for (const char* name : {"context-switches", "cs", "cpu-migrations", "migrations", "cgroup-switches"}) {
        INFO(name);
        CHECK(resolved(tree, name).domain == Domain::user_and_kernel);
    }
    CHECK(resolved(tree, "context-switches:k").domain == Domain::kernel);
    CHECK(missing(tree, "context-switches:u").find("restricted to user code it counts 0") != std::string::npos);
    CHECK(resolved(tree, "software/config=3/").domain == Domain::user_and_kernel);
}

TEST_CASE("raw codes go to the core PMU unchanged") {
    MachineTree tree;
    add_x86_server(tree);
    const Event raw = resolved(tree, "r01c0");
    CHECK(raw.type == 4);
    CHECK(raw.config == 0x1c0);
    CHECK(resolved(tree, "rffffffffffffffff:k").config == 0xffffffffffffffff);
    CHECK(resolved(tree, "cpu/r1a2b/").config == 0x1a2b);
}

TEST_CASE("terms go through format/, aliases through events/, and terms override aliases") {
    MachineTree tree;
    add_x86_server(tree);
    const Event terms = resolved(tree, "cpu/event=0x3c,umask=0x01,edge,cmask=2/");
    CHECK(terms.type == 4);
    CHECK(terms.config == 0x0204013c); // cmask 2 << 24, edge 1 << 18, umask 1 << 8, event 0x3c
    CHECK(resolved(tree, "cpu/event=60/").config == 0x3c);

    const Event alias = resolved(tree, "cpu/mem-loads/");
    CHECK(alias.config == 0x1cd);
    CHECK(alias.config1 == 3);
    CHECK(alias.origin.find("events/mem-loads") != std::string::npos);
    CHECK(resolved(tree, "mem-loads").config == 0x1cd); // the core PMU's aliases need no slashes
    CHECK(resolved(tree, "cpu/umask=0x2,mem-loads/").config == 0x2cd);
    CHECK(resolved(tree, "cpu/config=0x1234,config1=0x5,config2=6/").config == 0x1234);
    CHECK(resolved(tree, "cpu/config=0x1234,config1=0x5,config2=6/").config2 == 6);
}

TEST_CASE("uncore events have a scale, a unit and CPUs, but no domain") {
    MachineTree tree;
    add_x86_server(tree);
    const Event reads = resolved(tree, "uncore_imc_1/cas_count_read/");
    CHECK(reads.type == 13);
    CHECK(reads.config == 0x304);
    CHECK(reads.scale == 6.103515625e-5);
    CHECK(reads.unit == "MiB");
    CHECK(reads.scope == Scope::cpu);
    CHECK(reads.cpus == std::vector<int>{0, 28});
    CHECK(reads.domain == Domain::unrestricted);
    CHECK(resolved(tree, "uncore_imc_0/event=0x04,umask=0x0f/").scale == 1.0);
    CHECK(missing(tree, "uncore_imc_0/cas_count_read/u").find("cannot be restricted") != std::string::npos);
}

TEST_CASE("msr/tsc/ has no exclude bits") {
    MachineTree tree;
    add_software_pmus(tree);
    const Event tsc = resolved(tree, "msr/tsc/");
    CHECK(tsc.type == 9);
    CHECK(tsc.config == 0);
    CHECK(tsc.domain == Domain::unrestricted);
    CHECK(tsc.scope == Scope::thread);
    CHECK(missing(tree, "msr/tsc/u").find("cannot be restricted") != std::string::npos);
}

TEST_CASE("on a hybrid machine a bare name means the PMU of the pinned CPU") {
    MachineTree tree;
    add_hybrid(tree);
    const Event on_core = resolved(tree, "instructions", 2);
    CHECK(on_core.pmu == "cpu_core");
    CHECK(on_core.type == PERF_TYPE_HARDWARE);
    CHECK(on_core.config == 0x400000001); // type 4 << 32 | instructions
    CHECK(on_core.cpus == std::vector<int>{0, 1, 2, 3});
    const Event on_atom = resolved(tree, "LLC-load-misses", 5);
    CHECK(on_atom.pmu == "cpu_atom");
    CHECK(on_atom.config == 0xa00010002);
    CHECK(resolved(tree, "r00c0", 6).type == 10);
    CHECK(resolved(tree, "topdown-retiring", 5).config == 0xc2);
    CHECK(missing(tree, "cycles", 9).find("no core PMU serves CPU 9") != std::string::npos);

    // Explicit PMUs: an alias of the PMU takes precedence over the generic name.
    const Event alias = resolved(tree, "cpu_core/instructions/", 5);
    CHECK(alias.type == 4);
    CHECK(alias.config == 0xc0);
    const Event generic = resolved(tree, "cpu_atom/instructions/", 0);
    CHECK(generic.type == PERF_TYPE_HARDWARE);
    CHECK(generic.config == 0xa00000001);
    CHECK(resolved(tree, "cpu_atom/LLC-loads/").config == 0xa00000002);
}

TEST_CASE("ARM core PMUs are core PMUs under any name") {
    MachineTree tree;
    tree.pmu("armv8_pmuv3_0", "type", "8")
        .pmu("armv8_pmuv3_0", "cpus", "0-3")
        .pmu("armv8_pmuv3_0", "format/event", "config:0-15")
        .pmu("armv8_pmuv3_0", "events/cpu_cycles", "event=0x0011");
    CHECK(resolved(tree, "cycles").pmu == "armv8_pmuv3_0");
    CHECK(resolved(tree, "cycles").config == 0); // the only core PMU is not encoded
    CHECK(resolved(tree, "r11").type == 8);
    CHECK(resolved(tree, "cpu_cycles").config == 0x11);
}

TEST_CASE("breakpoints have an address, a length and an access type") {
    MachineTree tree;
    add_software_pmus(tree);
    const Event write = resolved(tree, "mem:0x7f00aa10/8:w");
    CHECK(write.type == PERF_TYPE_BREAKPOINT);
    CHECK(write.config == 0);
    CHECK(write.config1 == 0x7f00aa10);
    CHECK(write.config2 == 8);
    CHECK(write.breakpoint_type == 2);
    CHECK(write.domain == Domain::user);
    const Event plain = resolved(tree, "mem:0x1000");
    CHECK(plain.breakpoint_type == 3); // read and write
    CHECK(plain.config2 == 4);
    CHECK(resolved(tree, "mem:0x1000:x").config2 == sizeof(long));
    CHECK(resolved(tree, "mem:0x1000:rw:uk").domain == Domain::user_and_kernel);
    CHECK(resolved(tree, "mem:0x1000:k").domain == Domain::kernel);
    CHECK(refused(tree, "mem:here:w").find("'here' is not an address") != std::string::npos);
    CHECK(refused(tree, "mem:0x1000/3:w").find("'3' is not a length") != std::string::npos);
    CHECK(refused(tree, "mem:0x1000:q").find("'q' is not a modifier") != std::string::npos);
}

TEST_CASE("without a core PMU its events are known but not countable, with a reason") {
    MachineTree tree;
    add_software_pmus(tree);
    CHECK(missing(tree, "cycles") == "no core PMU: the kernel has no PMU driver for this CPU");
    tree.file("proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu msr hypervisor lahf_lm");
    for (const char* name : {"cycles", "LLC-load-misses", "r01c0", "instructions:u"}) {
        INFO(name);
        CHECK(missing(tree, name) == "no core PMU: the hypervisor gives this virtual machine no vPMU");
    }
    MachineTree masked;
    CHECK(missing(masked, "cycles").find("masked sysfs") != std::string::npos);
}

TEST_CASE("an absent PMU is a known event without hardware; an unknown term of a present PMU is an error") {
    MachineTree tree;
    add_x86_server(tree);
    CHECK(missing(tree, "uncore_imc_7/cas_count_read/") == "this machine has no PMU uncore_imc_7");
    CHECK(missing(tree, "amd_df/event=0x1f,umask=0xfe/") == "this machine has no PMU amd_df");
    const auto typo = EventResolver(tree.root(), 0).resolve("uncore_imx_0/cas_count_read/");
    REQUIRE(typo);
    CHECK(typo->remedy == "did you mean uncore_imc_0?");
    CHECK(missing(tree, "../event=1/") == "this machine has no PMU ..");

    CHECK(refused(tree, "uncore_imc_0/cas_count_raed/") ==
          "resolve event uncore_imc_0/cas_count_raed/: PMU uncore_imc_0 has no alias or term 'cas_count_raed'; did you "
          "mean cas_count_read?");
    CHECK(refused(tree, "cpu/umsk=1/").find("did you mean umask?") != std::string::npos);
    CHECK(refused(tree, "cpu/event=0x100/").find("needs more than its 8 bits") != std::string::npos);
    CHECK(refused(tree, "cpu/edge=2/").find("needs more than its 1 bits") != std::string::npos);
    CHECK(refused(tree, "cpu/event=zero/").find("event=zero is not a number") != std::string::npos);
    CHECK(refused(tree, "cpu/config/").find("no alias or term 'config'") != std::string::npos);
    for (const char* name : {"cpu//", "cpu/=1/", "cpu/event=/", "/event=1/", "cpu/event=1", "cpu/a,,b/", "", " "}) {
        INFO(name);
        refused(tree, name);
    }
}

TEST_CASE("an unknown bare name gets the nearest known one") {
    MachineTree tree;
    add_x86_server(tree);
    CHECK(refused(tree, "instuctions") ==
          "resolve event instuctions: no event has this name; did you mean instructions?");
    CHECK(refused(tree, "LLC-load-mises").find("did you mean LLC-load-misses?") != std::string::npos);
    CHECK(refused(tree, "tsc").find("did you mean msr/tsc/?") != std::string::npos);
    CHECK(refused(tree, "uncore_imc_0").find("write uncore_imc_0/TERMS/") != std::string::npos);
    CHECK(refused(tree, "quite-something-else").find("bytebound events list") != std::string::npos);
    CHECK(refused(tree, "r12345678901234567").find("no event has this name") != std::string::npos);
}

TEST_CASE("broken sysfs files are reasons") {
    MachineTree tree;
    add_x86_server(tree);
    tree.pmu("cpu", "format/broken", "config:9-3")
        .pmu("cpu", "format/far", "config3:0-7")
        .pmu("cpu", "events/odd", "event=0x1,nothere=2")
        .pmu("cpu", "events/garbage", "=,=")
        .pmu("cpu", "events/large", "event=0x1ff")
        .pmu("cpu", "events/badscale", "event=0x1")
        .pmu("cpu", "events/badscale.scale", "lots")
        .pmu("nameless", "type", "twelve")
        .pmu("badmask", "type", "40")
        .pmu("badmask", "cpumask", "zero")
        .pmu("uncore_maskless", "type", "41")
        .pmu("emptymask", "type", "42")
        .pmu("emptymask", "cpumask", "")
        .unreadable("sys/bus/event_source/devices/cpu/events/unreadable")
        .unreadable("sys/bus/event_source/devices/typeless/format");
    CHECK(missing(tree, "cpu/broken=1/").find("says 'config:9-3'") != std::string::npos);
    CHECK(missing(tree, "cpu/far=1/").find("config3") != std::string::npos);
    CHECK(missing(tree, "cpu/odd/").find("has no alias or term 'nothere'") != std::string::npos);
    CHECK(missing(tree, "cpu/garbage/").find("says '=,='") != std::string::npos);
    CHECK(missing(tree, "cpu/large/").find("needs more than its 8 bits") != std::string::npos);
    CHECK(missing(tree, "cpu/badscale/").find("badscale.scale says 'lots'") != std::string::npos);
    CHECK(missing(tree, "cpu/unreadable/").find("EISDIR") != std::string::npos);
    CHECK(missing(tree, "nameless/config=1/").find("says 'twelve'") != std::string::npos);
    CHECK(missing(tree, "typeless/config=1/").find("ENOENT") != std::string::npos);
    CHECK(missing(tree, "badmask/config=1/").find("says 'zero'") != std::string::npos);
    CHECK(missing(tree, "uncore_maskless/config=1/").find("no cpumask") != std::string::npos);
    CHECK(missing(tree, "emptymask/config=1/").find("does not serve any online CPU") != std::string::npos);

    MachineTree core;
    core.pmu("cpu", "type", "");
    CHECK(missing(core, "cycles").find("the core PMU is unusable") != std::string::npos);
}

TEST_CASE("an alias with a parameter needs its value") {
    MachineTree tree;
    tree.pmu("hv_24x7", "type", "20")
        .pmu("hv_24x7", "format/event", "config:0-15")
        .pmu("hv_24x7", "format/chip", "config:16-31")
        .pmu("hv_24x7", "events/reads", "event=0x5,chip=?");
    CHECK(refused(tree, "hv_24x7/reads/").find("needs a value for chip") != std::string::npos);
    CHECK(resolved(tree, "hv_24x7/reads,chip=2/").config == 0x20005);
}

TEST_CASE("every listed event resolves") {
    MachineTree tree;
    add_x86_server(tree);
    const auto listed = list_events(tree.root());
    std::size_t sysfs = 0;
    for (const ListedEvent& event : listed) {
        INFO(event.name);
        CHECK(resolved(tree, event.name).pmu == event.pmu);
        sysfs += event.kind == "sysfs";
    }
    CHECK(sysfs == 4); // mem-loads, tsc, cas_count_read of two boxes; .scale and .unit files are not events
}

TEST_CASE("commas between slashes are part of the name") {
    CHECK(split_event_names("cycles,cpu/event=0x3c,umask=0/,r01c0") ==
          std::vector<std::string>{"cycles", "cpu/event=0x3c,umask=0/", "r01c0"});
    CHECK(split_event_names(" cycles , mem:0x10/4:w,cs") == std::vector<std::string>{"cycles", "mem:0x10/4:w", "cs"});
    CHECK(split_event_names("cpu/a,b/u,msr/tsc/") == std::vector<std::string>{"cpu/a,b/u", "msr/tsc/"});
    CHECK(split_event_names(" ").empty());
    CHECK(split_event_names("cycles,,cs,") == std::vector<std::string>{"cycles", "", "cs", ""});
}
