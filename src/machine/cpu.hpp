#pragma once
// Identity of the CPU.

#include <cstdint>
#include <optional>
#include <string>

#include "base/sysroot.hpp"
#include "counters/cpuinfo.hpp"

namespace bytebound {

/// proc/cpuinfo's data about the first processor. A number that it does not contain is absent, never 0.
struct CpuIdentity {
    std::string vendor;                                   ///< x86: "GenuineIntel", "AuthenticAMD"
    std::string model_name;                               ///< for people; empty if not reported (Arm)
    std::optional<std::uint32_t> family, model, stepping; ///< x86
    std::optional<std::uint32_t> implementer, part;       ///< Arm: fields of MIDR
    std::string power_cpu = {};                           ///< "POWER9", first word of the line "cpu"
    /// "x86_64", "aarch64", "arm" (32-bit), "riscv64", "ppc64", "s390x", "loongarch64"; empty: unknown
    std::string architecture = {};
    std::optional<std::uint32_t> arm_architecture = {}, revision = {}; ///< Arm
    std::string microcode = {};
    std::optional<bool> hypervisor_flag = {}; ///< CPUID.1:ECX[31]
    std::optional<bool> mbm_total = {};       ///< cqm_mbm_total: resctrl can count bytes
    bool operator==(const CpuIdentity&) const = default;

    /// "GenuineIntel", "0x41" (Arm's implementer), "IBM"; empty: unknown.
    std::string maker() const;
    /// The vendor's model number: x86 model, Arm part number.
    std::optional<std::uint32_t> model_number() const { return model ? model : part; }
};
CpuIdentity cpu_identity(const Cpuinfo& info);
CpuIdentity identify_cpu(const SysRoot& root);
std::string describe(const CpuIdentity& cpu); ///< "AuthenticAMD family 0x19 model 0x11 stepping 0x1"

/// The architecture that this program was compiled for.
std::string program_architecture();

} // namespace bytebound
