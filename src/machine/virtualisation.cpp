#include "machine/virtualisation.hpp"

#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

/// A word in the DMI table's vendor or product that identifies a virtual board, and the name of its hypervisor; empty:
/// the kernel's name is used. In search order.
struct Board {
    const char* word;
    const char* hypervisor;
};
constexpr Board boards[] = {
    {"QEMU", "KVM/QEMU"},
    {"KVM", "KVM/QEMU"},
    {"VMware", "VMware"},
    {"VirtualBox", "VirtualBox"},
    {"innotek", "VirtualBox"},
    {"Xen", ""},
    {"Amazon", "Amazon EC2"},
    {"Virtual Machine", "Hyper-V"},
    {"Google Compute", "Google Compute Engine"},
    {"Bochs", ""},
    {"Parallels", ""},
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

Virtualisation find_virtualisation(const SysRoot& root, const CpuIdentity& cpu) {
    Virtualisation facts;
    facts.vendor = text_of(root, "sys/class/dmi/id/sys_vendor");
    facts.product = text_of(root, "sys/class/dmi/id/product_name");

    const auto type = root.read("sys/hypervisor/type");
    const std::string tree = "sys/firmware/devicetree/base/hypervisor";
    if (cpu.hypervisor_flag.value_or(false)) facts.signs.push_back("CPU flag hypervisor");
    if (type) facts.signs.push_back("/sys/hypervisor/type " + *type);
    if (root.exists(tree)) facts.signs.push_back("the device tree lists a hypervisor");
    const Board* board = board_of(facts);
    if (facts.signs.empty() && board != nullptr)
        facts.signs.push_back(std::string("the DMI table lists ") + board->word);
    if (facts.signs.empty()) return facts;

    if (board != nullptr) facts.hypervisor = board->hypervisor;
    if (facts.hypervisor.empty()) facts.hypervisor = type.value_or("");
    // Device-tree strings end in a zero byte.
    if (facts.hypervisor.empty()) facts.hypervisor = text_of(root, tree + "/compatible").c_str();
    if (facts.hypervisor.empty()) facts.hypervisor = "a hypervisor";
    return facts;
}

} // namespace bytebound
