#include <catch2/catch.hpp>

#include "counters/papi/papi_names.hpp"

using namespace bytebound;

namespace {

PapiName named(std::string_view name) {
    auto papi = papi_name_of(name);
    REQUIRE(papi);
    return *papi;
}

} // namespace

TEST_CASE("the usual events have PAPI names, in the right domain") {
    CHECK(named("cycles").name == "PAPI_TOT_CYC");
    CHECK(named("cycles:u").name == "PAPI_TOT_CYC");
    CHECK(named("instructions").name == "PAPI_TOT_INS");
    CHECK(named("task-clock").name == "perf::PERF_COUNT_SW_TASK_CLOCK");
    CHECK(named("task-clock").domain == Domain::user);
    CHECK(named("page-faults:k").name == "perf::PERF_COUNT_SW_PAGE_FAULTS:u=0:k=1");
    CHECK(named("page-faults:uk").name == "perf::PERF_COUNT_SW_PAGE_FAULTS:u=1:k=1");
    CHECK(named("page-faults:uk").domain == Domain::user_and_kernel);
}

TEST_CASE("events that happen inside the kernel are never counted for user code only") {
    for (const char* name : {"context-switches", "cs", "perf::PERF_COUNT_SW_CONTEXT_SWITCHES"}) {
        CHECK(named(name).name == "perf::PERF_COUNT_SW_CONTEXT_SWITCHES:u=1:k=1");
        CHECK(named(name).domain == Domain::user_and_kernel);
    }
    CHECK(named("cpu-migrations").name == "perf::PERF_COUNT_SW_CPU_MIGRATIONS:u=1:k=1");
    CHECK(named("cs:u").name.empty());
    CHECK(named("cs:u").reason == "it happens only inside the kernel: restricted to user code it counts 0");
}

TEST_CASE("PAPI's own names are unchanged") {
    CHECK(named("PAPI_L3_TCM").name == "PAPI_L3_TCM");
    CHECK(named("amd64_fam19h_zen4::RETIRED_INSTRUCTIONS").name == "amd64_fam19h_zen4::RETIRED_INSTRUCTIONS");
    CHECK(named("skx::L2_LINES_IN:ALL:u").name == "skx::L2_LINES_IN:ALL");
    CHECK(named("rapl:::PACKAGE_ENERGY:PACKAGE0").name == "rapl:::PACKAGE_ENERGY:PACKAGE0");
    CHECK(named("rapl:::PACKAGE_ENERGY:PACKAGE0").domain == Domain::unrestricted);
    CHECK(is_papi_name("PAPI_L3_TCM"));
    CHECK(is_papi_name("rapl:::PACKAGE_ENERGY:PACKAGE0"));
    CHECK_FALSE(is_papi_name("skx::L2_LINES_IN:ALL"));
    CHECK_FALSE(is_papi_name("cycles"));
}

TEST_CASE("a name that PAPI lacks has a reason, and a malformed name is an error") {
    CHECK(named("r01c0").reason == "PAPI does not have this name");
    CHECK(named("msr/tsc/").name.empty());
    CHECK(named("mem:0x1000/4:w").remedy == "give PAPI's own name (papi_native_avail), or --collector perf");
    CHECK(named("PAPI_TOT_INS:k").reason == "PAPI's presets count user code here");
    CHECK(papi_name_of("cycles:x").error().code == ExitCode::usage);
}
