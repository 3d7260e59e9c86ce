#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "counters/sys_file.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/machine.hpp"
#include "machine/meminfo.hpp"

namespace bytebound {
namespace {

const std::string node_directory = "sys/devices/system/node/";

/// The list after "NAME:" in proc/self/status.
std::optional<std::vector<int>> status_list(const SysRoot& root, const std::string& name) {
    const auto status = root.read("proc/self/status");
    if (!status) return {};
    for (const std::string& line : split(*status, '\n'))
        if (line.starts_with(name + ":")) return parse_cpu_list(trim(std::string_view(line).substr(name.size() + 1)));
    return {};
}

/// cpu/online, unless it is empty (masked), else CPUs with a topology directory, else the processors of cpuinfo
/// (containers mask sysfs).
std::vector<int> online_cpus(const SysRoot& root, const Cpuinfo& info, std::vector<FileFault>& faults) {
    if (auto online = list_of(root, cpu_directory + "online", faults); online && !online->empty())
        return std::move(*online);
    std::vector<int> cpus;
    for (const int cpu : numbered_entries(root, cpu_directory, "cpu"))
        if (root.exists(cpu_directory + "cpu" + std::to_string(cpu) + "/topology")) cpus.push_back(cpu);
    return cpus.empty() ? info.processors : cpus;
}

std::vector<NumaNode> read_nodes(const SysRoot& root, Machine& machine, std::vector<FileFault>& faults) {
    const auto listed = list_of(root, node_directory + "online", faults);
    std::vector<int> ids = listed ? *listed : numbered_entries(root, node_directory, "node");
    if (ids.empty()) ids = machine.nodes_with_cpus.value_or(ids);
    // Only the running kernel says by a missing directory that it has no NUMA.
    machine.nodes_stated = !ids.empty() || root.is_live();
    if (ids.empty()) return {{0, machine.online, machine.memory_bytes, {}}};
    std::vector<NumaNode> nodes;
    for (const int id : ids) {
        const std::string base = node_directory + "node" + std::to_string(id) + "/";
        auto cpus = list_of(root, base + "cpulist", faults);
        if (!cpus) cpus = mask_of(root, base + "cpumap");
        NumaNode node{id, intersection(cpus.value_or(std::vector<int>{}), machine.online), {}, {}, cpus.has_value()};
        node.memory_bytes = meminfo_bytes(text_of(root, base + "meminfo"), "MemTotal");
        for (const std::string& word : split(text_of(root, base + "distance"), ' '))
            if (const auto distance = parse_unsigned(word)) node.distance.push_back(static_cast<int>(*distance));
        if (node.distance.size() != ids.size()) node.distance.clear();
        nodes.push_back(std::move(node));
    }
    return nodes;
}

/// The CPUs beside `cpu` by the first of these files of its topology that lists it: the names since Linux 5.4, and
/// those before (cputopology.rst).
std::optional<std::vector<int>> cpus_beside(const SysRoot& root, int cpu, std::initializer_list<const char*> files) {
    const std::string base = cpu_directory + "cpu" + std::to_string(cpu) + "/topology/";
    for (const std::string file : files) {
        auto list = cpus_of(root, base + file + "_list", base + file);
        if (list && std::binary_search(list->begin(), list->end(), cpu)) return list;
    }
    return {};
}

std::map<int, CpuPlace> read_places(const SysRoot& root, const std::vector<int>& online) {
    std::map<int, CpuPlace> places;
    for (const int cpu : online) {
        const std::string base = cpu_directory + "cpu" + std::to_string(cpu) + "/topology/";
        // -1 ("unknown" on some guests and Arm boards) is not a number.
        places[cpu] = {unsigned_of(root, base + "physical_package_id"), unsigned_of(root, base + "die_id")};
        if (places[cpu].package) continue;
        // A guest that knows no packages lists the CPU alone.
        const auto list = cpus_beside(root, cpu, {"package_cpus", "core_siblings"});
        if (list && list->size() > 1) places[cpu].package = list->front();
    }
    return places;
}

/// Cores in hwloc's logical order: depth first, so by package, node and last-level cache, each by its first CPU.
/// Sets `cores` and `siblings_stated`.
void read_cores(const SysRoot& root, Machine& machine) {
    std::map<int, int> first_of_package, first_of_node;
    for (const NumaNode& node : machine.nodes)
        for (const int cpu : node.cpus)
            first_of_node[cpu] = node.cpus.front();
    std::vector<std::tuple<int, int, int, Core>> sorted;
    std::set<int> placed;
    for (const int cpu : machine.online) {
        if (placed.contains(cpu)) continue;
        const auto stated = cpus_beside(root, cpu, {"core_cpus", "thread_siblings"});
        if (stated) machine.siblings_stated = true;
        const std::vector<int> siblings = intersection(stated.value_or(std::vector{cpu}), machine.online);
        placed.insert(siblings.begin(), siblings.end());
        const int package = machine.places.at(cpu).package.value_or(0);
        const int package_first = first_of_package.try_emplace(package, cpu).first->second;
        const auto caches = machine.last_level_caches({cpu});
        sorted.emplace_back(package_first, first_of_node.contains(cpu) ? first_of_node[cpu] : 0,
                            caches.empty() ? 0 : caches.front().cpus.front(),
                            Core{0, 0, siblings, machine.places.at(cpu).package.has_value()});
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return std::tie(std::get<0>(a), std::get<1>(a), std::get<2>(a)) <
               std::tie(std::get<0>(b), std::get<1>(b), std::get<2>(b));
    });
    std::vector<Core>& cores = machine.cores;
    int package = -1, package_first = -1;
    for (auto& [first, node, cache, core] : sorted) {
        if (package < 0 || first != package_first) ++package;
        package_first = first;
        core.package = package;
        core.core = static_cast<int>(cores.size());
        cores.push_back(std::move(core));
    }
}

} // namespace

Machine read_machine(const SysRoot& root, std::vector<FileFault>& faults) {
    const Cpuinfo info = read_cpuinfo(root);
    Machine machine;
    machine.cpu = cpu_identity(info);
    machine.kernel = kernel_release(root);
    machine.virtualisation = find_virtualisation(root, machine.cpu, machine.kernel);
    machine.limits = find_limits(root);
    machine.memory_bytes = meminfo_bytes(text_of(root, "proc/meminfo"), "MemTotal");

    const auto cpus = [&](const char* file) {
        return list_of(root, cpu_directory + file, faults).value_or(std::vector<int>{});
    };
    machine.online = online_cpus(root, info, faults);
    const auto stated = root.read(cpu_directory + "online");
    machine.online_stated = stated && !parse_cpu_list(*stated).value_or(std::vector<int>{}).empty();
    // cpu/offline also lists possible CPUs that were never present; it is used only if cpu/present is not recorded.
    machine.offline = difference(cpus(root.exists(cpu_directory + "present") ? "present" : "offline"), machine.online);
    machine.isolated = intersection(cpus("isolated"), machine.online);
    const auto allowed = status_list(root, "Cpus_allowed_list");
    machine.allowed_stated = allowed.has_value();
    // The mask may contain CPUs that are possible but not present.
    machine.allowed = allowed ? intersection(*allowed, machine.online) : machine.online;
    machine.places = read_places(root, machine.online);
    machine.kinds = read_core_kinds(root, machine.online);
    machine.caches = read_caches(root, machine.online);

    machine.nodes_with_cpus = list_of(root, node_directory + "has_cpu", faults);
    machine.nodes = read_nodes(root, machine, faults);
    std::vector<int> node_ids;
    for (const NumaNode& node : machine.nodes)
        node_ids.push_back(node.id);
    machine.allowed_nodes = intersection(status_list(root, "Mems_allowed_list").value_or(node_ids), node_ids);

    read_cores(root, machine);
    return machine;
}

} // namespace bytebound
