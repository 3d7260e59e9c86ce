#pragma once
// Whether this is a virtual machine, which one, and how that is known.

#include <string>
#include <vector>

#include "base/sysroot.hpp"
#include "machine/cpu.hpp"

namespace bytebound {

/// Firmware names are all that an unprivileged user can read on Arm and RISC-V, where no CPU flag tells.
struct Virtualisation {
    /// "KVM/QEMU", "Amazon EC2"; "a hypervisor" where only its presence shows; empty: no sign of one.
    std::string hypervisor;
    std::vector<std::string> signs; ///< what told: "CPU flag hypervisor"; empty exactly when `hypervisor` is
    std::string vendor, product;    ///< DMI sys_vendor and product_name; empty: not stated
    bool operator==(const Virtualisation&) const = default;

    bool in_virtual_machine() const { return !hypervisor.empty(); }
};
Virtualisation find_virtualisation(const SysRoot& root, const CpuIdentity& cpu);

} // namespace bytebound
