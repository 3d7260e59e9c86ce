#include <algorithm>

#include "base/text.hpp"
#include "counters/permission.hpp"
#include "machine/environment_facts.hpp"

namespace bytebound::environment {
namespace {

void add_machine(Facts& facts) {
    const SysRoot& root = facts.root();
    std::vector<std::string> signs;
    const auto info = root.read("proc/cpuinfo");
    if (info) {
        const auto flags = split(field(*info, "flags"), ' ');
        if (std::find(flags.begin(), flags.end(), "hypervisor") != flags.end()) signs.push_back("CPU flag hypervisor");
    }
    if (const auto type = root.read("sys/hypervisor/type")) signs.push_back("/sys/hypervisor/type " + *type);
    if (root.exists("sys/firmware/devicetree/base/hypervisor")) signs.push_back("device tree names a hypervisor");
    const auto vendor = root.read("sys/class/dmi/id/sys_vendor");
    const auto product = root.read("sys/class/dmi/id/product_name");
    if (vendor || product)
        facts.add("virtualisation", "hardware", join(std::vector{vendor.value_or("?"), product.value_or("?")}, " "));
    else
        facts.missing("virtualisation", "hardware", "no DMI table");
    // arm64 guests have neither flag nor /sys/hypervisor; their DMI table names the virtual board.
    static const std::vector<std::string> virtual_boards = {"QEMU",  "KVM",      "VMware",          "VirtualBox",
                                                            "Xen",   "Amazon",   "Virtual Machine", "Google Compute",
                                                            "Bochs", "Parallels"};
    const std::string board = vendor.value_or("") + " " + product.value_or("");
    // Bare-metal instances of a cloud carry the cloud's name, too.
    if (signs.empty() && board.find(".metal") == std::string::npos)
        for (const std::string& name : virtual_boards)
            if (board.find(name) != std::string::npos && signs.empty()) signs.push_back("DMI table names " + name);
    facts.add("virtualisation", "virtual machine", signs.empty() ? "no sign found" : "yes: " + join(signs, ", "));
}

void add_container(Facts& facts) {
    facts.add("virtualisation", "container", runs_in_container(facts.root()) ? "yes" : "no sign found");
}

/// Path of the process in the unified hierarchy ("0::/system.slice/x"), without the leading slash.
std::string cgroup_path(const SysRoot& root) {
    for (const std::string& line : split(root.read("proc/self/cgroup").value_or(""), '\n'))
        if (line.starts_with("0::/")) return line.substr(4);
    return {};
}

void add_limits(Facts& facts) {
    const SysRoot& root = facts.root();
    const std::string own = "sys/fs/cgroup/" + cgroup_path(root) + "/";
    const auto number = [&](const std::string& file) { return parse_unsigned(root.read(file).value_or("")); };

    // Version 2 says "QUOTA PERIOD" or "max PERIOD"; version 1 has two files, quota -1 for none.
    const auto words = split(root.read(own + "cpu.max").value_or(""), ' ');
    std::optional<std::uint64_t> quota, period;
    if (words.size() == 2) {
        quota = parse_unsigned(words[0]);
        period = parse_unsigned(words[1]);
    } else {
        quota = number("sys/fs/cgroup/cpu/cpu.cfs_quota_us");
        period = number("sys/fs/cgroup/cpu/cpu.cfs_period_us");
    }
    if (quota && period && *period > 0) {
        const std::uint64_t hundredths = *quota * 100 / *period;
        const std::string rest = std::to_string(hundredths % 100);
        facts.add("virtualisation", "CPU quota",
                  std::to_string(hundredths / 100) + "." + (rest.size() < 2 ? "0" : "") + rest + " CPUs");
    } else if (period) {
        facts.add("virtualisation", "CPU quota", "none");
    } else {
        facts.missing("virtualisation", "CPU quota", "no cgroup file states one");
    }

    const auto text = root.read(own + "memory.max");
    const auto limit = text ? parse_unsigned(*text) : number("sys/fs/cgroup/memory/memory.limit_in_bytes");
    // Version 1 says "none" with a number near 2^63.
    if (limit && *limit < std::uint64_t{1} << 60)
        facts.add("virtualisation", "memory limit", format_size(static_cast<double>(*limit)));
    else if (limit || text)
        facts.add("virtualisation", "memory limit", "none");
    else
        facts.missing("virtualisation", "memory limit", "no cgroup file states one");
}

} // namespace

void add_virtualisation(Facts& facts) {
    add_machine(facts);
    add_container(facts);
    add_limits(facts);
}

} // namespace bytebound::environment
