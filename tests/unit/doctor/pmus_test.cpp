#include "doctor/pmus.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;

TEST_CASE("PMUs are recognised by name") {
    CHECK(kind_of_pmu("cpu") == PmuKind::core);
    CHECK(kind_of_pmu("cpu_atom") == PmuKind::core);
    CHECK(kind_of_pmu("armv8_neoverse_n1") == PmuKind::core);
    CHECK(kind_of_pmu("apple_firestorm_pmu") == PmuKind::core);
    CHECK(kind_of_pmu("uncore_imc_free_running_0") == PmuKind::memory_controller);
    CHECK(kind_of_pmu("hisi_sccl1_ddrc0") == PmuKind::memory_controller);
    CHECK(kind_of_pmu("hisi_sccl1_l3c2") == PmuKind::cache);
    CHECK(kind_of_pmu("uncore_cha_3") == PmuKind::cache);
    CHECK(kind_of_pmu("uncore_upi_0") == PmuKind::other);
    CHECK(kind_of_pmu("breakpoint") == PmuKind::kernel);
    CHECK(kind_of_pmu("cpuidle_thing") == PmuKind::unrecognised);
}
