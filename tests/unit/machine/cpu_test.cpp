#include "machine/cpu.hpp"

#include <catch2/catch.hpp>

using namespace bytebound;

namespace {

CpuIdentity identity(std::string_view text) { return cpu_identity(parse_cpuinfo(text)); }

} // namespace

TEST_CASE("the architecture follows from values of cpuinfo, never from a key that several architectures have") {
    const CpuIdentity x86 =
        identity("processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n"
                 "model name\t: Some Xeon\nstepping\t: 8\nflags\t\t: fpu hypervisor cqm_mbm_total\n");
    CHECK(x86.architecture == "x86_64");
    CHECK(x86.model == 143u);
    CHECK(x86.stepping == 8u);
    CHECK(x86.model_name == "Some Xeon");
    CHECK(x86.hypervisor_flag == true);
    CHECK(x86.mbm_total == true);
    CHECK(identity("vendor_id : GenuineIntel\nflags : nohypervisor hypervisor_x\n").hypervisor_flag == false);
    // The first processor's values are kept; a big core further down does not overwrite them.
    const CpuIdentity arm =
        identity("processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd05\n\n"
                 "processor\t: 4\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0b\n");
    CHECK(arm.architecture == "aarch64");
    CHECK(arm.part == 0xd05u);
    CHECK(arm.maker() == "0x41");
    CHECK(identity("processor : 0\nisa : rv64imafdc\n").architecture == "riscv64");
    CHECK(identity("processor : 0\ncpu : POWER9, altivec supported\n").architecture == "ppc64");
    CHECK(identity("").architecture.empty());
    CHECK(identity("vendor_id       : IBM/S390\n").architecture == "s390x");
    CHECK(identity("vendor_id : Someone\n").architecture.empty());
    CHECK(identity("CPU implementer\t: 0x41\nCPU architecture: 7\n").architecture == "arm");
    CHECK(identity("CPU implementer\t: 0x41\nCPU architecture: AArch64\n").architecture == "aarch64");
    CHECK(identity("CPU Family\t\t: Loongson-64bit\nModel Name\t\t: Loongson-3A5000\n").architecture == "loongarch64");
    CHECK(identity("CPU Family\t\t: Loongson-64bit\nModel Name\t\t: Loongson-3A5000\n").model_name ==
          "Loongson-3A5000");
}

TEST_CASE("values that cpuinfo does not contain are absent, not 0") {
    const CpuIdentity arm = identity("processor\t: 0\nCPU implementer\t: 0x48\nCPU architecture: 8\nCPU part\t: 0xd01\n"
                                     "CPU revision\t: 0\n");
    CHECK_FALSE(arm.family);
    CHECK_FALSE(arm.model);
    CHECK_FALSE(arm.stepping);
    CHECK_FALSE(arm.hypervisor_flag);
    CHECK_FALSE(arm.mbm_total);
    CHECK(arm.arm_architecture == 8u);
    CHECK(arm.revision == 0u);
    CHECK(arm.model_number() == 0xd01u);
    const CpuIdentity guest = identity("vendor_id\t: GenuineIntel\nmodel\t\t: 0\nstepping\t: unknown\n");
    CHECK(guest.model == 0u);
    CHECK_FALSE(guest.stepping);
    CHECK(identity("") == CpuIdentity{});
}

TEST_CASE("the machine line of a POWER system is not the model of its CPU") {
    const CpuIdentity power = identity("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n\ntimebase\t: 512000000\n"
                                       "model\t\t: 9006-22P\n");
    CHECK(power.power_cpu == "POWER9");
    CHECK(power.maker() == "IBM");
    CHECK(power.model_name == "POWER9, altivec supported");
    CHECK_FALSE(power.model_number());
}

TEST_CASE("cpuinfo lists its processors, and a big core further down does not overwrite the first") {
    const Cpuinfo info = parse_cpuinfo("processor\t: 0\nCPU part\t: 0xd05\n\nprocessor\t: 4\nCPU part\t: 0xd0b\n");
    CHECK(info.processors == std::vector{0, 4});
    CHECK(info.word("CPU part") == "0xd05");
    CHECK(info.word("model name").empty());
    CHECK_FALSE(info.flag("hypervisor"));
}
