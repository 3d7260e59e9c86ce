#include "machine/cpu.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace bytebound {
namespace {

/// Decimal, or hexadecimal with 0x.
std::optional<std::uint32_t> number_of(const std::string& value) {
    const auto number = parse_unsigned(value);
    if (!number || *number > 0xffffffffu) return {};
    return static_cast<std::uint32_t>(*number);
}

std::string architecture_of(const Cpuinfo& info) {
    // The vendors that Linux's arch/x86/kernel/cpu knows and that make 64-bit CPUs; s390 has the key, too.
    const std::string vendor = info.word("vendor_id");
    for (const char* x86 : {"GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls", "  Shanghai  ", "Shanghai"})
        if (vendor == x86) return "x86_64";
    if (vendor == "IBM/S390") return "s390x";
    // arch/arm prints 7 or older ("7", "6TEJ"); arch/arm64 prints 8, before Linux 3.19 "AArch64".
    if (const std::string arm = info.word("CPU architecture"); !arm.empty())
        return arm == "AArch64" || number_of(arm).value_or(0) >= 8 ? "aarch64" : "arm";
    if (info.word("CPU Family").starts_with("Loongson-64") || info.word("cpu family").starts_with("Loongson-64"))
        return "loongarch64";
    if (info.word("isa").starts_with("rv64")) return "riscv64";
    return info.word("cpu").starts_with("POWER") ? "ppc64" : "";
}

std::string model_name_of(const Cpuinfo& info, const std::string& architecture) {
    if (architecture == "riscv64") return info.word("isa");
    if (architecture == "ppc64") return info.word("cpu");
    // Keys of x86 and new Arm kernels, LoongArch, old Arm kernels, MIPS.
    for (const char* key : {"model name", "Model Name", "Processor", "cpu model"})
        if (std::string name = info.word(key); !name.empty()) return name;
    return {};
}

} // namespace

CpuIdentity cpu_identity(const Cpuinfo& info) {
    CpuIdentity cpu;
    cpu.architecture = architecture_of(info);
    cpu.vendor = info.word("vendor_id");
    cpu.model_name = model_name_of(info, cpu.architecture);
    cpu.family = number_of(info.word("cpu family"));
    cpu.model = number_of(info.word("model"));
    cpu.stepping = number_of(info.word("stepping"));
    cpu.implementer = number_of(info.word("CPU implementer"));
    cpu.part = number_of(info.word("CPU part"));
    cpu.arm_architecture = number_of(info.word("CPU architecture"));
    cpu.revision = number_of(info.word("CPU revision"));
    // "POWER9, altivec supported", "POWER10 (architected), altivec supported"
    const std::string power = info.word("cpu");
    cpu.power_cpu = power.substr(0, power.find_first_of(" ,("));
    cpu.microcode = info.word("microcode");
    cpu.hypervisor_flag = info.flag("hypervisor");
    if (cpu.architecture == "x86_64") cpu.mbm_total = info.flag("cqm_mbm_total");
    return cpu;
}

CpuIdentity identify_cpu(const SysRoot& root) { return cpu_identity(read_cpuinfo(root)); }

std::string CpuIdentity::maker() const {
    if (implementer) return fmt::format("{:#04x}", *implementer);
    return architecture == "ppc64" ? "IBM" : vendor;
}

std::string describe(const CpuIdentity& cpu) {
    if (cpu.implementer) return fmt::format("implementer {:#x} part {:#x}", *cpu.implementer, cpu.part.value_or(0));
    if (!cpu.power_cpu.empty()) return "CPU " + cpu.power_cpu;
    if (cpu.vendor.empty()) return "a CPU that /proc/cpuinfo does not identify";
    std::string text = cpu.vendor;
    if (cpu.family) text += fmt::format(" family {:#x}", *cpu.family);
    if (cpu.model) text += fmt::format(" model {:#x}", *cpu.model);
    if (cpu.stepping) text += fmt::format(" stepping {:#x}", *cpu.stepping);
    return text;
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

} // namespace bytebound
