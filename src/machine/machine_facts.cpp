#include "machine/machine_facts.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "counters/sys_file.hpp"
#include "machine/cpu_facts.hpp"

namespace bytebound {
namespace {

constexpr std::string_view devices = "sys/bus/event_source/devices";

/// Text of a broken file for people: short, printable.
std::string quoted(std::string text) {
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    if (text.size() > 24) text = text.substr(0, 21) + "...";
    return "'" + text + "'";
}

/// "config:0-7,32-35", "config1:5", "config2:0-63".
bool is_format(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (!text.starts_with("config") || colon == std::string_view::npos) return false;
    const std::string_view word = text.substr(6, colon - 6);
    if (word.size() > 1 || (word.size() == 1 && (word[0] < '1' || word[0] > '4'))) return false;
    const auto bits = parse_cpu_list(text.substr(colon + 1));
    return bits && !bits->empty() && bits->back() < 64;
}

std::optional<std::vector<int>> cpus_of(const SysRoot& root, const std::string& pmu, const std::string& file,
                                        std::vector<std::string>& faults) {
    const auto text = root.read(std::string(devices) + "/" + pmu + "/" + file);
    if (!text) return std::nullopt;
    auto cpus = parse_cpu_list(*text);
    if (!cpus) faults.push_back(pmu + "/" + file + " is no CPU list: " + quoted(*text));
    if (cpus && cpus->empty()) faults.push_back(pmu + "/" + file + " is empty: it names no CPU to count on");
    return cpus;
}

PmuFacts gather_pmu(const SysRoot& root, const std::string& name) {
    PmuFacts pmu;
    pmu.name = name;
    pmu.kind = kind_of_pmu(name);
    const std::string home = std::string(devices) + "/" + name + "/";
    const auto type = root.read(home + "type");
    const auto number = type ? parse_unsigned(*type) : std::nullopt;
    if (number && *number <= 0xffffffff)
        pmu.type = static_cast<std::uint32_t>(*number);
    else
        pmu.faults.push_back(type ? name + "/type is no number: " + quoted(*type) : name + " has no type file");
    pmu.cpumask = cpus_of(root, name, "cpumask", pmu.faults);
    pmu.cpus = cpus_of(root, name, "cpus", pmu.faults);
    for (const std::string& term : root.list(home + "format")) {
        const auto text = root.read(home + "format/" + term);
        pmu.formats[term] = text.value_or(std::string());
        if (!text)
            pmu.faults.push_back(name + "/format/" + term + " cannot be read (" + errno_name(text.error().sys_errno) +
                                 ")");
        else if (!is_format(*text))
            pmu.faults.push_back(name + "/format/" + term + " makes no sense: " + quoted(*text));
    }
    for (const std::string& alias : root.list(home + "events"))
        pmu.events[alias] = text_of(root, home + "events/" + alias);
    return pmu;
}

KernelFacts gather_kernel(const SysRoot& root) {
    KernelFacts kernel;
    // "Linux version 6.1.0-18-amd64 (debian-kernel@...) ..."
    const auto words = split(text_of(root, "proc/version"), ' ');
    kernel.release = words.size() > 2 && words[0] == "Linux" ? words[2] : text_of(root, "proc/sys/kernel/osrelease");
    const auto parts = split(kernel.release, '.');
    if (parts.size() < 2) return kernel;
    const std::string minor = parts[1].substr(0, parts[1].find_first_not_of("0123456789"));
    kernel.major = static_cast<int>(parse_unsigned(parts[0]).value_or(0));
    kernel.minor = static_cast<int>(parse_unsigned(minor).value_or(0));
    return kernel;
}

std::string virtual_machine_name(const SysRoot& root, const MachineFacts& facts) {
    const auto& vendor = facts.machine_vendor;
    const auto& product = facts.machine_product;
    const auto mentions = [](const std::string& text, std::string_view word) {
        return text.find(word) != std::string::npos;
    };
    // On ARM and RISC-V nothing in cpuinfo says so; firmware names are what an unprivileged user can read.
    if (vendor == "Amazon EC2" && !mentions(product, "metal")) return "Amazon EC2";
    if (vendor == "Google" && product == "Google Compute Engine") return "Google Compute Engine";
    if (vendor == "Microsoft Corporation" && product == "Virtual Machine") return "Hyper-V";
    if (mentions(vendor, "VMware")) return "VMware";
    if (vendor == "QEMU" || mentions(product, "KVM")) return "KVM/QEMU";
    if (vendor == "innotek GmbH") return "VirtualBox";
    if (const std::string type = text_of(root, "sys/hypervisor/type"); !type.empty()) return type;
    const std::string tree = text_of(root, "sys/firmware/devicetree/base/hypervisor/compatible");
    if (!tree.empty()) return std::string(tree.c_str()); // device-tree strings end in a zero byte
    return facts.cpu.hypervisor_flag ? "a hypervisor" : "";
}

std::vector<int> cpu_list(const SysRoot& root, const std::string& path, std::vector<std::string>& warnings) {
    const auto text = root.read(path);
    if (!text) return {};
    auto cpus = parse_cpu_list(*text);
    if (!cpus) warnings.push_back(path + " is no CPU list: " + quoted(*text));
    return cpus.value_or(std::vector<int>());
}

int count_packages(const SysRoot& root, const std::vector<int>& online) {
    std::vector<int> ids;
    for (const int cpu : online) {
        const auto id =
            integer_of(root, "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/physical_package_id");
        if (id) ids.push_back(*id);
    }
    std::sort(ids.begin(), ids.end());
    return static_cast<int>(std::unique(ids.begin(), ids.end()) - ids.begin());
}

LlcFacts last_level_cache(const SysRoot& root, int cpu) {
    LlcFacts best;
    const std::string home = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/";
    for (const std::string& index : root.list(home)) {
        if (!index.starts_with("index") || text_of(root, home + index + "/type") == "Instruction") continue;
        const auto level = integer_of(root, home + index + "/level");
        std::string size = text_of(root, home + index + "/size"); // "32768K"
        if (size.ends_with('K') || size.ends_with('M')) size += "iB";
        const auto bytes = parse_size(size);
        if (!level || !bytes || *level <= best.level) continue;
        best = {*level, *bytes,
                static_cast<unsigned>(integer_of(root, home + index + "/ways_of_associativity").value_or(0))};
    }
    return best;
}

ResctrlFacts gather_resctrl(const SysRoot& root) {
    ResctrlFacts resctrl;
    for (const std::string& line : split(text_of(root, "proc/filesystems"), '\n'))
        if (line.ends_with("resctrl")) resctrl.in_kernel = true;
    resctrl.mounted = root.exists("sys/fs/resctrl/info");
    for (const std::string& feature : split(text_of(root, "sys/fs/resctrl/info/L3_MON/mon_features"), '\n'))
        if (trim(feature) == "mbm_total_bytes") resctrl.mbm_total = true;
    const std::string data = "sys/fs/resctrl/mon_data/";
    for (const std::string& domain : root.list(data))
        for (const std::string& name : root.list(data + domain))
            if (name.starts_with("mon_sub_L3_")) resctrl.knows_clusters = true;
    return resctrl;
}

std::vector<std::string> loaded_modules(const SysRoot& root) {
    std::vector<std::string> modules = root.list("sys/module"); // built-in ones too, when they have parameters
    for (const std::string& line : split(text_of(root, "proc/modules"), '\n'))
        if (!line.empty()) modules.push_back(line.substr(0, line.find(' ')));
    return modules;
}

} // namespace

MachineFacts gather_facts(const SysRoot& root) {
    MachineFacts facts{gather_permissions(root)};
    facts.live = root.is_live();
    facts.cpu = parse_cpuinfo(text_of(root, "proc/cpuinfo"));
    facts.kernel = gather_kernel(root);
    facts.machine_vendor = text_of(root, "sys/class/dmi/id/sys_vendor");
    facts.machine_product = text_of(root, "sys/class/dmi/id/product_name");
    facts.virtual_machine = virtual_machine_name(root, facts);
    facts.online = cpu_list(root, "sys/devices/system/cpu/online", facts.warnings);
    facts.offline = cpu_list(root, "sys/devices/system/cpu/offline", facts.warnings);
    facts.packages = count_packages(root, facts.online);
    facts.nodes = static_cast<int>(cpu_list(root, "sys/devices/system/node/has_cpu", facts.warnings).size());
    for (const std::string& name : root.list(devices)) {
        facts.pmus.push_back(gather_pmu(root, name));
        const auto& faults = facts.pmus.back().faults;
        facts.warnings.insert(facts.warnings.end(), faults.begin(), faults.end());
    }
    facts.event_source = !facts.pmus.empty();
    facts.proc_sys_kernel = root.exists("proc/sys/kernel");
    facts.nmi_watchdog = integer_of(root, "proc/sys/kernel/nmi_watchdog");
    facts.modules = loaded_modules(root);
    facts.acpi_devices = root.list("sys/bus/acpi/devices");
    facts.resctrl = gather_resctrl(root);
    facts.llc = last_level_cache(root, facts.online.empty() ? 0 : facts.online.front());
    facts.clocksource = text_of(root, "sys/devices/system/clocksource/clocksource0/current_clocksource");
    return facts;
}

} // namespace bytebound
