#include "doctor/memory_controller_driver.hpp"

#include <algorithm>
#include <array>

namespace bytebound {
namespace {

// Intel models (family 6) with a memory-controller PMU, and the first kernel whose intel_uncore knows the model.
// Sources: intel/perfmon mapfile.csv for the models; the kernels are those of the uncore patches.
struct IntelModel {
    std::uint32_t model;
    int kernel_major;
    int kernel_minor;
};
constexpr std::array intel_models{
    // servers: uncore_imc_<channel>
    IntelModel{0x2d, 0, 0},
    IntelModel{0x3e, 0, 0},
    IntelModel{0x3f, 0, 0},
    IntelModel{0x4f, 4, 2},
    IntelModel{0x56, 4, 2},
    IntelModel{0x55, 4, 9},
    IntelModel{0x57, 4, 6},
    IntelModel{0x85, 4, 9},
    IntelModel{0x6a, 5, 9},
    IntelModel{0x6c, 5, 9},
    IntelModel{0x86, 5, 3},
    IntelModel{0x8f, 5, 15},
    IntelModel{0xcf, 5, 15},
    IntelModel{0xad, 6, 8},
    IntelModel{0xae, 6, 8},
    IntelModel{0xaf, 6, 8},
    IntelModel{0xdd, 6, 8},
    IntelModel{0xb6, 6, 8},
    // clients: uncore_imc, uncore_imc_free_running_<n>
    IntelModel{0x2a, 0, 0},
    IntelModel{0x3a, 0, 0},
    IntelModel{0x3c, 0, 0},
    IntelModel{0x45, 0, 0},
    IntelModel{0x46, 0, 0},
    IntelModel{0x3d, 0, 0},
    IntelModel{0x47, 0, 0},
    IntelModel{0x4e, 0, 0},
    IntelModel{0x5e, 0, 0},
    IntelModel{0x8e, 0, 0},
    IntelModel{0x9e, 0, 0},
    IntelModel{0xa5, 0, 0},
    IntelModel{0xa6, 0, 0},
    IntelModel{0x7d, 0, 0},
    IntelModel{0x7e, 0, 0},
    IntelModel{0xa7, 0, 0},
    IntelModel{0x8c, 0, 0},
    IntelModel{0x8d, 0, 0},
    IntelModel{0x97, 5, 17},
    IntelModel{0x9a, 5, 17},
    IntelModel{0xb7, 5, 17},
    IntelModel{0xba, 5, 17},
    IntelModel{0xbe, 5, 17},
    IntelModel{0xbf, 5, 17},
    IntelModel{0xaa, 0, 0},
    IntelModel{0xac, 0, 0},
    IntelModel{0xb5, 0, 0},
    IntelModel{0xc5, 0, 0},
    IntelModel{0xc6, 0, 0},
    IntelModel{0xbd, 0, 0},
    IntelModel{0xcc, 0, 0},
    IntelModel{0xd5, 0, 0},
    IntelModel{0xe5, 0, 0},
};

std::optional<MemoryControllerDriver> intel_driver(const CpuIdentity& cpu) {
    // Nova Lake is family 18: a test for family 6 alone would miss it.
    if (cpu.family == 18) return MemoryControllerDriver{"intel_uncore", "uncore_imc", 0, 0};
    if (cpu.family != 6) return std::nullopt;
    for (const IntelModel& known : intel_models) {
        if (known.model == cpu.model)
            return MemoryControllerDriver{"intel_uncore", "uncore_imc", known.kernel_major, known.kernel_minor};
    }
    return std::nullopt;
}

std::optional<MemoryControllerDriver> amd_driver(const CpuIdentity& cpu) {
    const bool zen4 =
        cpu.family == 25 && ((cpu.model >= 0x10 && cpu.model <= 0x1f) || (cpu.model >= 0x60 && cpu.model <= 0x7f) ||
                             (cpu.model >= 0xa0 && cpu.model <= 0xaf));
    if (cpu.family == 26 || zen4) return MemoryControllerDriver{"amd_uncore", "amd_umc", 6, 7};
    // Zen 1 to 3: the data fabric counts DRAM beats, reads and writes together.
    if (cpu.family == 23 || cpu.family == 24 || cpu.family == 25)
        return MemoryControllerDriver{"amd_uncore", "amd_df", 0, 0};
    return std::nullopt;
}

bool has_acpi(const MachineFacts& facts, std::string_view id) {
    return std::any_of(facts.acpi_devices.begin(), facts.acpi_devices.end(),
                       [&](const std::string& device) { return device.starts_with(id); });
}

std::optional<MemoryControllerDriver> arm_driver(const MachineFacts& facts) {
    const auto implementer = facts.machine.cpu.implementer;
    const auto part = facts.machine.cpu.part;
    // The firmware's own list (ACPI for Arm Components, DEN0093) beats the core's part number: one core is built into
    // many meshes.
    if (has_acpi(facts, "ARMHD620")) return MemoryControllerDriver{"arm_dmc620_pmu", "arm_dmc620", 0, 0};
    if (has_acpi(facts, "ARMHC")) return MemoryControllerDriver{"arm_cmn", "arm_cmn", 5, 10};
    if (implementer == 0xc0 && part == 0xac3) return MemoryControllerDriver{"ampere_cspmu", "ampere_mcu_pmu", 6, 7};
    if (implementer == 0x48 && part == 0xd01)
        return MemoryControllerDriver{"hisi_uncore_ddrc_pmu", "hisi_sccl*_ddrc", 0, 0};
    if (implementer == 0x43 && part == 0x0af) return MemoryControllerDriver{"thunderx2_pmu", "uncore_dmc", 0, 0};
    if (implementer != 0x41) return std::nullopt;
    if (part == 0xd4f) {
        // Grace and Graviton4 share Neoverse V2.
        const bool grace = facts.machine.virtualisation.vendor.find("NVIDIA") != std::string::npos ||
                           facts.machine.virtualisation.product.find("Grace") != std::string::npos;
        return grace ? MemoryControllerDriver{"nvidia_cspmu", "nvidia_scf_pmu", 6, 2}
                     : MemoryControllerDriver{"arm_cmn", "arm_cmn", 5, 10};
    }
    if (part == 0xd0c || part == 0xd40 || part == 0xd49) return MemoryControllerDriver{"arm_cmn", "arm_cmn", 5, 10};
    return std::nullopt;
}

} // namespace

std::optional<MemoryControllerDriver> memory_controller_driver(const MachineFacts& facts) {
    if (facts.machine.cpu.vendor == "GenuineIntel") return intel_driver(facts.machine.cpu);
    if (facts.machine.cpu.vendor == "AuthenticAMD" || facts.machine.cpu.vendor == "HygonGenuine")
        return amd_driver(facts.machine.cpu);
    if (facts.machine.cpu.architecture == "aarch64") return arm_driver(facts);
    return std::nullopt;
}

} // namespace bytebound
