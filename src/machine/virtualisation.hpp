#pragma once
// Whether this is a virtual machine, which hypervisor it has, and the evidence.

#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "counters/kernel.hpp"
#include "machine/cpu.hpp"

namespace bytebound {

/// On Arm and RISC-V there is no CPU flag, and firmware names are all that an unprivileged user can read.
struct Virtualisation {
    /// "KVM/QEMU", "Amazon EC2"; "a hypervisor" if only its presence is known; empty: no sign of one.
    std::string hypervisor;
    std::vector<std::string> signs; ///< the evidence: "CPU flag hypervisor"; empty if and only if `hypervisor` is
    std::string vendor, product;    ///< DMI sys_vendor and product_name; empty: unknown
    /// How this hypervisor gives a guest a PMU; empty: it does not, or this is not a guest.
    std::string pmu_remedy;
    bool operator==(const Virtualisation&) const = default;

    bool in_virtual_machine() const { return !hypervisor.empty(); }
};
Virtualisation find_virtualisation(const SysRoot& root, const CpuIdentity& cpu, const KernelRelease& kernel);

} // namespace bytebound
