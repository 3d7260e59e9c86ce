#include <algorithm>
#include <catch2/catch.hpp>

#include "counters/libpfm4/uncore_device.hpp"
#include "counters/names/resolver.hpp"
#include "counters/names/vendor_names.hpp"
#include "support/fixtures_path.hpp"
#include "support/machine_tree.hpp"

using namespace bytebound;

// Codes and unit masks are from Intel's event tables for Skylake-SP (perfmon SKX core and uncore), combined by hand:
// config = umask << 8 | event.

namespace {

SysRoot skylake() { return SysRoot(std::string(test::fixtures_path) + "/machines/intel-skx-2s"); }

Event event_named(const std::string& name, const SysRoot& root = skylake()) {
    const auto resolution = EventResolver(root, 0).resolve(name);
    INFO(name << ": " << (resolution ? resolution->unavailable : to_line(resolution.error())));
    REQUIRE(resolution);
    REQUIRE(resolution->event);
    return *resolution->event;
}

std::string refusal_of(const std::string& name, const SysRoot& root = skylake()) {
    const auto resolution = EventResolver(root, 0).resolve(name);
    REQUIRE_FALSE(resolution);
    CHECK(resolution.error().code == ExitCode::usage);
    return to_line(resolution.error());
}

} // namespace

TEST_CASE("a core event of libpfm4 has the vendor's code on the core PMU of the pinned CPU") {
    const Event lines = event_named("skx::L2_LINES_IN:ALL"); // 0xF1, umask 0x1F
    CHECK(lines.name == "skx::L2_LINES_IN:ALL");
    CHECK(lines.pmu == "cpu");
    CHECK(lines.type == 4);
    CHECK(lines.config == 0x1ff1);
    CHECK(lines.config1 == 0);
    CHECK(lines.domain == Domain::user);
    CHECK(lines.scope == Scope::thread);
    CHECK(lines.origin == "libpfm4 skx::L2_LINES_IN:ALL");
    CHECK(event_named("skx::L2_LINES_IN").config == 0x1ff1); // its only unit mask
    CHECK(event_named("skx::L2_LINES_IN").origin == "libpfm4 skx::L2_LINES_IN:ALL");
}

TEST_CASE("modifiers of the counter and the offcore register are part of the encoding") {
    // counter mask 2 in bits 24-31, edge in bit 18
    const Event lines = event_named("skx::L2_LINES_IN:ALL:c=2:e=1");
    CHECK(lines.config == 0x2041ff1);
    CHECK(lines.origin == "libpfm4 skx::L2_LINES_IN:ALL:e=1:c=2");
    // 0xB7, umask 1; MSR 0x1A6: request DMND_DATA_RD bit 0, supplier L3_MISS_LOCAL bit 26, any snoop bits 31-37
    const Event offcore = event_named("skx::OFFCORE_RESPONSE_0:DMND_DATA_RD:L3_MISS_LOCAL");
    CHECK(offcore.config == 0x1b7);
    CHECK(offcore.config1 == (1ull << 0 | 1ull << 26 | 0x7full << 31));
}

TEST_CASE("an uncore event of libpfm4 gets its type and CPUs from the machine's PMU") {
    const Event reads = event_named("skx_unc_imc1::UNC_M_CAS_COUNT:RD"); // 0x04, umask 0x03
    CHECK(reads.pmu == "uncore_imc_1");
    CHECK(reads.type == event_named("uncore_imc_1/event=4/").type);
    CHECK(reads.cpus == event_named("uncore_imc_1/event=4/").cpus);
    CHECK(reads.config == 0x304);
    CHECK(reads.scope == Scope::cpu);
    CHECK(reads.domain == Domain::unrestricted);
    CHECK(event_named("skx_unc_imc0::UNC_M_CAS_COUNT:WR").config == 0xc04);
    // edge in bit 18, threshold 3 in bits 24-31
    CHECK(event_named("skx_unc_imc0::UNC_M_CAS_COUNT:RD:e=1:t=3").config == 0x3040304);
    // LLC_LOOKUP 0x34, DATA_READ 0x03; filter register 0, state of the line: bits 17-23 for any state in the cache
    const Event lookup = event_named("skx_unc_cha0::UNC_C_LLC_LOOKUP:DATA_READ");
    CHECK(lookup.config == 0x334);
    CHECK(lookup.config1 == 0x7full << 17);
    // TOR_INSERTS 0x35, IA_MISS 0x21; filter register 1 in the upper half: near + far, local + remote = bits 0,1,3,4,5
    const Event inserts = event_named("skx_unc_cha0::UNC_C_TOR_INSERTS:IA_MISS");
    CHECK(inserts.config == 0x2135);
    CHECK(inserts.config1 == 0x3bull << 32);
}

TEST_CASE("bits of a select register that the kernel sets are omitted from an uncore event") {
    MachineTree tree;
    tree.pmu("uncore_cbox_0", "type", "14").pmu("uncore_cbox_0", "cpumask", "0");
    // libpfm4 gives 0x508f34 with enable and interrupt bits; CBO_CACHE_LOOKUP 0x34, any state 0x0f, any request 0x80
    CHECK(event_named("snb_unc_cbo0::UNC_CBO_CACHE_LOOKUP", tree.root()).config == 0x8f34);
}

TEST_CASE("the kernel's own events also have names in libpfm4") {
    const Event clock = event_named("perf::PERF_COUNT_SW_TASK_CLOCK");
    CHECK(clock.type == 1);
    CHECK(clock.config == 1);
    CHECK(clock.pmu == "software");
    CHECK(event_named("perf::PERF_COUNT_SW_CONTEXT_SWITCHES").domain == Domain::user_and_kernel);
    const Event instructions = event_named("perf::INSTRUCTIONS");
    CHECK(instructions.type == 0);
    CHECK(instructions.config == 1);
    CHECK(event_named("perf::PERF_COUNT_HW_CACHE_LL:READ:MISS").config == 0x10002);
    CHECK(event_named("perf_raw::r1ff1").config == 0x1ff1);
}

TEST_CASE("the domain is our own modifier at the end of the name") {
    CHECK(event_named("skx::L2_LINES_IN:ALL:uk").domain == Domain::user_and_kernel);
    CHECK(event_named("skx::L2_LINES_IN:k").domain == Domain::kernel);
    CHECK(event_named("skx::L2_LINES_IN:k").config == 0x1ff1);
    CHECK(refusal_of("skx::L2_LINES_IN:ALL:u=1") == "resolve event skx::L2_LINES_IN:ALL:u=1: libpfm4's modifier u "
                                                    "selects how an event is opened, not which event it is; "
                                                    "remove it; a domain comes at the end: :u, :k or :uk");
    const auto uncore = EventResolver(skylake(), 0).resolve("skx_unc_imc0::UNC_M_CAS_COUNT:RD:u");
    REQUIRE(uncore);
    CHECK(uncore->unavailable == "PMU uncore_imc_0 counts all privilege levels and cannot be restricted");
}

TEST_CASE("a wrong PMU, event or attribute is reported with the nearest valid one") {
    CHECK(refusal_of("sxk::L2_LINES_IN") ==
          "resolve event sxk::L2_LINES_IN: libpfm4 has no PMU sxk (it covers only CPUs of its own architecture, and "
          "not amd_df, amd_umc, arm_cmn, dmc620 or nvidia_scf); did you mean skx::L2_LINES_IN? else write PMU/TERMS/");
    CHECK(refusal_of("nvidia_scf_pmu_0::CYCLES").ends_with("; write PMU/TERMS/ with a PMU of this machine"));
    CHECK(refusal_of("skx::L2_LINE_IN:ALL") ==
          "resolve event skx::L2_LINE_IN:ALL: PMU skx has no event L2_LINE_IN; did you mean skx::L2_LINES_IN?");
    CHECK(refusal_of("skx::NOTHING_LIKE_IT") ==
          "resolve event skx::NOTHING_LIKE_IT: PMU skx has no event NOTHING_LIKE_IT; see bytebound events list skx::");
    CHECK(refusal_of("skx::L2_LINES_IN:AL") ==
          "resolve event skx::L2_LINES_IN:AL: event L2_LINES_IN has no attribute AL; did you mean ALL?");
    CHECK(refusal_of("skx_unc_imc0::UNC_M_CAS_COUNT:BURST").find("has no attribute BURST; unit masks: ") !=
          std::string::npos);
    CHECK(refusal_of("::L2_LINES_IN") == "resolve event ::L2_LINES_IN: there is no PMU before '::'; write PMU::EVENT");
    CHECK(refusal_of("skx::") == "resolve event skx::: there is no event after '::'; write PMU::EVENT");
}

TEST_CASE("a box that the machine lacks is a known event without hardware") {
    const auto resolution = EventResolver(skylake(), 0).resolve("skx_unc_imc5::UNC_M_CAS_COUNT:RD");
    REQUIRE(resolution);
    CHECK_FALSE(resolution->event);
    CHECK(resolution->unavailable == "this machine has no PMU uncore_imc_5");
}

TEST_CASE("the kernel's name for every kind of box is known") {
    CHECK(uncore_device("skx_unc_imc0") == "uncore_imc_0");
    CHECK(uncore_device("hswep_unc_cbo17") == "uncore_cbox_17");
    CHECK(uncore_device("bdx_unc_sbo3") == "uncore_sbox_3");
    CHECK(uncore_device("bdx_unc_ubo") == "uncore_ubox");
    CHECK(uncore_device("bdx_unc_r2pcie") == "uncore_r2pcie");
    CHECK(uncore_device("bdx_unc_r3qpi2") == "uncore_r3qpi_2");
    CHECK(uncore_device("skx_unc_m2m1") == "uncore_m2m_1");
    CHECK(uncore_device("skx_unc_m3upi0") == "uncore_m3upi_0");
    CHECK(uncore_device("snbep_unc_ha") == "uncore_ha");
    CHECK(uncore_device("knl_unc_edc_eclk7") == "uncore_edc_eclk_7");
    CHECK(uncore_device("knl_unc_imc_uclk1") == "uncore_mc_uclk_1");
    CHECK(uncore_device("nhm_unc") == "uncore");
    CHECK(uncore_device("amd64_fam19h_zen3_l3") == "amd_l3");
    CHECK(uncore_device("tx2_dmc1") == "uncore_dmc_1");
    CHECK(uncore_device("tx2_llc0") == "uncore_l3c_0");
    CHECK(uncore_device("hisi_sccl1_ddrc3") == "hisi_sccl1_ddrc3");
    CHECK_FALSE(uncore_device("skx"));
}

TEST_CASE("every uncore PMU of the library has a kernel name, and every listed event an encoding") {
    for (const VendorPmu& pmu : vendor_pmus()) {
        if (pmu.name.find("_unc") != std::string::npos) CHECK(uncore_device(pmu.name));
    }
    const auto names = vendor_events("skx_unc_imc0");
    CHECK(std::find(names.begin(), names.end(), "skx_unc_imc0::UNC_M_CAS_COUNT:RD") != names.end());
    for (const std::string& name : names)
        CHECK(encode_vendor_name(name));
    CHECK(vendor_events("no_such_pmu").empty());
}

TEST_CASE("a vendor's name without its PMU gets libpfm4's complete name as the suggestion") {
    const auto suggestion = [](const std::string& name) { return refusal_of(name); };
    CHECK(suggestion("mem_load_retired.l3_miss") ==
          "resolve event mem_load_retired.l3_miss: this is a vendor's name without its PMU; did you mean "
          "skx::MEM_LOAD_RETIRED:L3_MISS?");
    CHECK(suggestion("UOPS_ISSUED:ANY:c=1") ==
          "resolve event UOPS_ISSUED:ANY:c=1: this is a vendor's name without its PMU; did you mean "
          "skx::UOPS_ISSUED:ANY:c=1?");
    CHECK(suggestion("UOPS_ISSUED:ANY:c=1:i=1") ==
          "resolve event UOPS_ISSUED:ANY:c=1:i=1: this is a vendor's name without its PMU; did you mean "
          "skx::UOPS_ISSUED:ANY:i=1:c=1?");
    // UOPS_ISSUED 0x0e, ANY 0x01, invert bit 23, counter mask 1 in bits 24-31
    CHECK(event_named("skx::UOPS_ISSUED:ANY:i=1:c=1").config == 0x180010e);
    CHECK(suggestion("mem_load_retired.l9_miss").find("no event has this name") != std::string::npos);
}

TEST_CASE("which of libpfm4's PMUs a vendor's name belongs to depends on the CPU's model and stepping") {
    const auto on = [](const std::string& machine) {
        return vendor_spelling(SysRoot(std::string(test::fixtures_path) + "/machines/" + machine),
                               "mem_load_retired.l3_miss");
    };
    CHECK(on("intel-skx-2s") == "skx::MEM_LOAD_RETIRED:L3_MISS");
    CHECK(on("intel-clx-2s") == "clx::MEM_LOAD_RETIRED:L3_MISS");
    CHECK(on("intel-icx-snc2") == "icx::MEM_LOAD_RETIRED:L3_MISS");
    CHECK(on("intel-unknown-model") == std::nullopt);
    CHECK(on("arm-big-little") == std::nullopt);
}
