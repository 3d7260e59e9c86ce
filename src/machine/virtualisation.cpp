#include "machine/virtualisation.hpp"

#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

/// A word in the DMI table's vendor or product that identifies a virtual board, the name of its hypervisor (empty: the
/// kernel's name is used), and how it gives a guest a PMU (empty: it cannot). In search order; the words are those of
/// systemd-detect-virt and of the clouds' manuals.
struct Board {
    const char* word;
    const char* hypervisor;
    const char* pmu_remedy;
};
constexpr const char* of_qemu = "give the VM a PMU (QEMU: -cpu host,pmu=on)";
constexpr const char* of_cloud = "choose an instance type with performance counters";
constexpr Board boards[] = {
    {"Amazon", "Amazon EC2", "choose an instance type that is a whole socket"},
    {"Google Compute", "Google Compute Engine", "give the instance performanceMonitoringUnit"},
    {"Alibaba Cloud", "Alibaba Cloud", of_cloud},
    {"Tencent Cloud", "Tencent Cloud", of_cloud},
    {"HUAWEICLOUD", "Huawei Cloud", of_cloud},
    {"OpenStack", "OpenStack", "set hw_pmu=True on the image"},
    {"KubeVirt", "KubeVirt", of_qemu},
    {"Nutanix", "Nutanix AHV", ""},
    {"AHV", "Nutanix AHV", ""},
    {"QEMU", "KVM/QEMU", of_qemu},
    {"KVM", "KVM/QEMU", of_qemu},
    {"VMware", "VMware", "set vpmc.enable = \"TRUE\" for the VM"},
    {"VirtualBox", "VirtualBox", ""},
    {"innotek", "VirtualBox", ""},
    {"Xen", "", "boot Xen with vpmu=on"},
    {"Virtual Machine", "Hyper-V", "on the host: Set-VMProcessor NAME -Perfmon @(\"pmu\")"},
    {"Apple Virtualization", "Apple Virtualization", ""},
    {"Bochs", "", ""},
    {"BHYVE", "bhyve", ""},
    {"Parallels", "Parallels", ""},
};

const Board* board_of(const Virtualisation& facts) {
    const std::string text = facts.vendor + " " + facts.product;
    // A cloud's bare-metal instances also have its name.
    if (text.find(".metal") != std::string::npos) return nullptr;
    for (const Board& board : boards)
        if (text.find(board.word) != std::string::npos) return &board;
    return nullptr;
}

} // namespace

Virtualisation find_virtualisation(const SysRoot& root, const CpuIdentity& cpu, const KernelRelease& kernel) {
    Virtualisation facts;
    facts.vendor = text_of(root, "sys/class/dmi/id/sys_vendor");
    facts.product = text_of(root, "sys/class/dmi/id/product_name");

    const auto type = root.read("sys/hypervisor/type");
    const std::string tree = "sys/firmware/devicetree/base/hypervisor";
    if (cpu.hypervisor_flag.value_or(false)) facts.signs.push_back("CPU flag hypervisor");
    if (type) facts.signs.push_back("/sys/hypervisor/type " + *type);
    if (root.exists(tree)) facts.signs.push_back("the device tree lists a hypervisor");
    const bool wsl = kernel.text.find("microsoft-standard-WSL") != std::string::npos;
    if (wsl) facts.signs.push_back("kernel " + kernel.text);
    const Board* board = board_of(facts);
    if (facts.signs.empty() && board != nullptr)
        facts.signs.push_back(std::string("the DMI table lists ") + board->word);
    if (facts.signs.empty()) return facts;

    if (board != nullptr) {
        facts.hypervisor = board->hypervisor;
        facts.pmu_remedy = board->pmu_remedy;
    } else {
        facts.pmu_remedy = of_qemu; // nothing but the presence of a hypervisor shows: most are KVM
    }
    if (wsl) {
        facts.hypervisor = "WSL2";
        facts.pmu_remedy = "set hardwarePerformanceCounters=true under [wsl2] in .wslconfig";
    }
    if (facts.hypervisor.empty()) facts.hypervisor = type.value_or("");
    // Device-tree strings end in a zero byte.
    if (facts.hypervisor.empty()) facts.hypervisor = text_of(root, tree + "/compatible").c_str();
    if (facts.hypervisor.empty()) facts.hypervisor = "a hypervisor";
    return facts;
}

} // namespace bytebound
