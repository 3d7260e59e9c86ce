#include "machine/cpu_facts.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace bytebound {
namespace {

/// "0x41" or "41"; 0 when it is no number.
int number(std::string_view text) { return static_cast<int>(parse_unsigned(trim(text)).value_or(0)); }

bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool starts = at == 0 || text[at - 1] == ' ';
        const std::size_t end = at + word.size();
        if (starts && (end == text.size() || text[end] == ' ')) return true;
    }
    return false;
}

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return name.starts_with(prefix); });
}

// Intel models (family 6) with a memory-controller PMU, and the first kernel whose intel_uncore knows the model.
// Sources: intel/perfmon mapfile.csv for the models; the kernels are those of the uncore patches.
struct IntelModel {
    int model;
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

std::optional<MemoryControllerDriver> intel_driver(const CpuFacts& cpu) {
    // Nova Lake is family 18: a test for family 6 alone would miss it.
    if (cpu.family == 18) return MemoryControllerDriver{"intel_uncore", "uncore_imc", 0, 0};
    if (cpu.family != 6) return std::nullopt;
    for (const IntelModel& known : intel_models) {
        if (known.model == cpu.model)
            return MemoryControllerDriver{"intel_uncore", "uncore_imc", known.kernel_major, known.kernel_minor};
    }
    return std::nullopt;
}

std::optional<MemoryControllerDriver> amd_driver(const CpuFacts& cpu) {
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
    const int implementer = number(facts.cpu.vendor);
    const int part = facts.cpu.model;
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
        const bool grace = facts.machine_vendor.find("NVIDIA") != std::string::npos ||
                           facts.machine_product.find("Grace") != std::string::npos;
        return grace ? MemoryControllerDriver{"nvidia_cspmu", "nvidia_scf_pmu", 6, 2}
                     : MemoryControllerDriver{"arm_cmn", "arm_cmn", 5, 10};
    }
    if (part == 0xd0c || part == 0xd40 || part == 0xd49) return MemoryControllerDriver{"arm_cmn", "arm_cmn", 5, 10};
    return std::nullopt;
}

} // namespace

std::string_view name_of(PmuKind kind) {
    switch (kind) {
    case PmuKind::core: return "core";
    case PmuKind::memory_controller: return "memory controller";
    case PmuKind::cache: return "cache";
    case PmuKind::kernel: return "kernel";
    case PmuKind::other: return "other";
    case PmuKind::unrecognised: return "unrecognised";
    }
    return "";
}

std::string program_architecture() {
#if defined(__x86_64__)
    return "x86_64";
#elif defined(__aarch64__)
    return "aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
    return "riscv64";
#elif defined(__powerpc64__)
    return "ppc64";
#else
    return "unknown";
#endif
}

CpuFacts parse_cpuinfo(std::string_view text) {
    CpuFacts cpu;
    for (const std::string& line : split(text, '\n')) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) {
            // An empty line ends the first processor; big.LITTLE parts that follow would overwrite it.
            if (trim(line).empty() && !cpu.architecture.empty()) break;
            continue;
        }
        const std::string_view key = trim(std::string_view(line).substr(0, colon));
        const std::string_view value = trim(std::string_view(line).substr(colon + 1));
        if (key == "vendor_id") {
            cpu.architecture = "x86_64";
            cpu.vendor = value;
        } else if (key == "cpu family") {
            cpu.family = number(value);
        } else if (key == "model") {
            cpu.model = number(value);
        } else if (key == "stepping") {
            cpu.stepping = number(value);
        } else if (key == "model name") {
            cpu.model_name = value;
        } else if (key == "flags") {
            cpu.hypervisor_flag = has_word(value, "hypervisor");
            cpu.mbm_total = has_word(value, "cqm_mbm_total");
        } else if (key == "CPU implementer") {
            cpu.architecture = "aarch64";
            cpu.vendor = value;
        } else if (key == "CPU part") {
            cpu.model = number(value);
        } else if (key == "isa" && value.starts_with("rv64")) {
            cpu.architecture = "riscv64";
            cpu.model_name = value;
        } else if (key == "cpu" && value.starts_with("POWER")) {
            cpu.architecture = "ppc64";
            cpu.vendor = "IBM";
            cpu.model_name = value;
        }
    }
    return cpu;
}

PmuKind kind_of_pmu(std::string_view name) {
    if (name == "cpu" ||
        starts_with_any(name, {"cpu_core", "cpu_atom", "cpu_lowpower", "armv7_", "armv8_", "armv9_", "cpum_cf"}) ||
        (name.starts_with("apple_") && name.ends_with("_pmu")))
        return PmuKind::core;
    if (name.starts_with("uncore_imc_uclk")) return PmuKind::other; // Knights Landing's clock domain, no channel
    if (starts_with_any(name, {"uncore_imc", "uncore_hbm", "uncore_type_14_", "uncore_edc_eclk", "uncore_dmc_",
                               "amd_df", "amd_umc", "arm_cmn", "arm_dmc620_", "nvidia_scf_pmu", "ampere_mcu_pmu",
                               "meson_ddr_bw", "imx8_ddr", "nest_mcs", "nest_mba"}) ||
        (name.starts_with("hisi_sccl") && name.find("_ddrc") != std::string_view::npos))
        return PmuKind::memory_controller;
    if (starts_with_any(name, {"uncore_cbox", "uncore_cha", "amd_l3", "arm_dsu_", "uncore_l3c_"}) ||
        (name.starts_with("hisi_sccl") && name.find("_l3c") != std::string_view::npos))
        return PmuKind::cache;
    if (name == "software" || name == "tracepoint" || name == "breakpoint" || name == "kprobe" || name == "uprobe")
        return PmuKind::kernel;
    if (name == "msr" || name == "power" ||
        starts_with_any(name, {"cstate_",  "intel_pt",  "intel_bts", "ibs_",    "amd_iommu",  "power_",
                               "uncore_",  "i915",      "xe_",       "nvidia_", "arm_smmu",   "smmuv3_",
                               "arm_spe",  "arm_cspmu", "cs_etm",    "hisi_",   "dmar",       "idxd",
                               "iio_",     "cpum_",     "pai_",      "hv_24x7", "hv_gpci",    "thread_imc",
                               "core_imc", "nest_",     "trace_imc", "kvm_",    "riscv_iommu"}))
        return PmuKind::other;
    return PmuKind::unrecognised;
}

std::optional<MemoryControllerDriver> memory_controller_driver(const MachineFacts& facts) {
    if (facts.cpu.vendor == "GenuineIntel") return intel_driver(facts.cpu);
    if (facts.cpu.vendor == "AuthenticAMD" || facts.cpu.vendor == "HygonGenuine") return amd_driver(facts.cpu);
    if (facts.cpu.architecture == "aarch64") return arm_driver(facts);
    return std::nullopt;
}

} // namespace bytebound
