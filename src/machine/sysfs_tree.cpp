#include "machine/sysfs_tree.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"

namespace bytebound {
namespace {

const std::string node_directory = "sys/devices/system/node/";

std::vector<int> intersection(const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<int> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
}

std::vector<int> difference(const std::vector<int>& a, const std::vector<int>& b) {
    std::vector<int> rest;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
    return rest;
}

/// Nothing when the file is missing; an error when it is there and no list.
Result<std::optional<std::vector<int>>> read_list(const SysRoot& root, const std::string& file) {
    const auto text = root.read(file);
    if (!text) return std::optional<std::vector<int>>{};
    auto list = parse_cpu_list(*text);
    if (!list) {
        return fail({ExitCode::bad_data, "read", (root.path() / file).string(),
                     "\"" + *text + "\" is no list of numbers", "record the machine again", 0});
    }
    return list;
}

std::optional<int> read_number(const SysRoot& root, const std::string& file) {
    const auto text = root.read(file);
    if (!text) return {};
    const auto value = parse_unsigned(*text);
    if (!value || *value > 1u << 30) return {};
    return static_cast<int>(*value);
}

/// "NAME:   123 kB" -> bytes, in a text of such lines; `name` may be preceded by other words ("Node 0 MemTotal:").
std::optional<std::uint64_t> meminfo_bytes(const std::string& text, const std::string& name) {
    for (const std::string& line : split(text, '\n')) {
        const auto at = line.find(name + ":");
        if (at == std::string::npos || (at > 0 && line[at - 1] != ' ')) continue;
        const auto value = trim(std::string_view(line).substr(at + name.size() + 1));
        const auto kib = parse_unsigned(value.substr(0, value.find(' ')));
        if (kib) return *kib * 1024;
    }
    return {};
}

/// The list after "NAME:" in proc/self/status.
std::optional<std::vector<int>> status_list(const SysRoot& root, const std::string& name) {
    const auto status = root.read("proc/self/status");
    if (!status) return {};
    for (const std::string& line : split(*status, '\n'))
        if (line.starts_with(name + ":")) return parse_cpu_list(trim(std::string_view(line).substr(name.size() + 1)));
    return {};
}

/// Numbers N of the entries PREFIX<N> of a directory.
std::vector<int> numbered_entries(const SysRoot& root, const std::string& directory, const std::string& prefix) {
    std::vector<int> numbers;
    for (const std::string& name : root.list(directory)) {
        if (!name.starts_with(prefix)) continue;
        if (const auto number = parse_unsigned(name.substr(prefix.size())))
            numbers.push_back(static_cast<int>(*number));
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

/// cpu/online, else what has a topology directory, else the processors of cpuinfo (containers mask sysfs).
Result<std::vector<int>> online_cpus(const SysRoot& root) {
    auto online = TRY(read_list(root, cpu_directory + "online"));
    if (online) return *online;
    std::vector<int> cpus;
    for (const int cpu : numbered_entries(root, cpu_directory, "cpu"))
        if (root.exists(cpu_directory + "cpu" + std::to_string(cpu) + "/topology")) cpus.push_back(cpu);
    if (!cpus.empty()) return cpus;
    if (const auto text = root.read("proc/cpuinfo")) {
        for (const std::string& line : split(*text, '\n')) {
            const auto colon = line.find(':');
            if (colon == std::string::npos || trim(line.substr(0, colon)) != "processor") continue;
            if (const auto cpu = parse_unsigned(trim(std::string_view(line).substr(colon + 1))))
                cpus.push_back(static_cast<int>(*cpu));
        }
    }
    return cpus;
}

/// "48K", "32768K", "1M" (the kernel prints K; others were seen) -> bytes.
std::uint64_t cache_size(const std::string& text) {
    const auto unit = text.find_first_not_of("0123456789");
    const auto number = parse_unsigned(text.substr(0, unit)).value_or(0);
    if (unit == std::string::npos) return number;
    return text[unit] == 'M' ? number << 20 : text[unit] == 'K' ? number << 10 : number;
}

std::vector<CacheInfo> read_caches(const SysRoot& root, const std::vector<int>& online) {
    std::vector<CacheInfo> caches;
    std::set<std::tuple<int, std::string, std::vector<int>>> seen;
    for (const int cpu : online) {
        const std::string directory = cpu_directory + "cpu" + std::to_string(cpu) + "/cache/";
        for (const int index : numbered_entries(root, directory, "index")) {
            const std::string base = directory + "index" + std::to_string(index) + "/";
            const auto level = read_number(root, base + "level");
            const auto type = root.read(base + "type");
            if (!level || !type) continue;
            CacheInfo cache{*level, *type, cache_size(root.read(base + "size").value_or("")), 0, 0, {cpu}, "sysfs"};
            // Ways may be 0 for fully associative or unknown; both read as unknown here.
            cache.ways = static_cast<std::uint32_t>(read_number(root, base + "ways_of_associativity").value_or(0));
            cache.line_bytes = static_cast<std::uint32_t>(read_number(root, base + "coherency_line_size").value_or(0));
            const auto shared = parse_cpu_list(root.read(base + "shared_cpu_list").value_or(""));
            if (shared && !intersection(*shared, online).empty()) cache.cpus = intersection(*shared, online);
            if (seen.insert({cache.level, cache.type, cache.cpus}).second) caches.push_back(std::move(cache));
        }
    }
    std::stable_sort(caches.begin(), caches.end(), [](const CacheInfo& a, const CacheInfo& b) {
        return std::tie(a.level, a.type, a.cpus) < std::tie(b.level, b.type, b.cpus);
    });
    return caches;
}

Result<std::vector<NumaNode>> read_nodes(const SysRoot& root, const Machine& machine) {
    auto listed = TRY(read_list(root, node_directory + "online"));
    const std::vector<int> ids = listed ? *listed : numbered_entries(root, node_directory, "node");
    if (ids.empty()) return std::vector<NumaNode>{{0, machine.online, machine.memory_bytes, {}}};
    std::vector<NumaNode> nodes;
    for (const int id : ids) {
        const std::string base = node_directory + "node" + std::to_string(id) + "/";
        auto cpus = TRY(read_list(root, base + "cpulist"));
        NumaNode node{id, intersection(cpus.value_or(std::vector<int>{}), machine.online), 0, {}};
        node.memory_bytes = meminfo_bytes(root.read(base + "meminfo").value_or(""), "MemTotal").value_or(0);
        for (const std::string& word : split(root.read(base + "distance").value_or(""), ' '))
            if (const auto distance = parse_unsigned(word)) node.distance.push_back(static_cast<int>(*distance));
        if (node.distance.size() != ids.size()) node.distance.clear();
        nodes.push_back(std::move(node));
    }
    // Guests that initialise memory lazily state less in the node's file than in proc/meminfo (4.6 of 24 GiB seen).
    if (nodes.size() == 1) nodes[0].memory_bytes = std::max(nodes[0].memory_bytes, machine.memory_bytes);
    return nodes;
}

struct CpuPlace {
    int package = 0; ///< kernel's id
    std::vector<int> siblings;
};

CpuPlace read_place(const SysRoot& root, int cpu, const std::vector<int>& online) {
    const std::string base = cpu_directory + "cpu" + std::to_string(cpu) + "/topology/";
    CpuPlace place;
    // -1 ("unknown" on some guests and ARM boards) counts as the one package there is.
    place.package = read_number(root, base + "physical_package_id").value_or(0);
    // core_cpus_list is the name since Linux 5.4, thread_siblings_list before it (cputopology.rst).
    for (const char* file : {"core_cpus_list", "thread_siblings_list"}) {
        const auto list = parse_cpu_list(root.read(base + file).value_or(""));
        if (!list || !std::binary_search(list->begin(), list->end(), cpu)) continue;
        place.siblings = intersection(*list, online);
        return place;
    }
    place.siblings = {cpu};
    return place;
}

/// Cores in hwloc's logical order: depth first, so by package, node and last-level cache, each by its first CPU.
std::vector<Core> read_cores(const SysRoot& root, const Machine& machine) {
    std::map<int, int> first_of_package, first_of_node;
    for (const NumaNode& node : machine.nodes)
        for (const int cpu : node.cpus)
            first_of_node[cpu] = node.cpus.front();
    std::vector<std::tuple<int, int, int, Core>> sorted;
    std::set<int> placed;
    for (const int cpu : machine.online) {
        if (placed.contains(cpu)) continue;
        const CpuPlace place = read_place(root, cpu, machine.online);
        placed.insert(place.siblings.begin(), place.siblings.end());
        const int package_first = first_of_package.try_emplace(place.package, cpu).first->second;
        const auto caches = machine.last_level_caches({cpu});
        sorted.emplace_back(package_first, first_of_node.contains(cpu) ? first_of_node[cpu] : 0,
                            caches.empty() ? 0 : caches.front().cpus.front(), Core{0, 0, place.siblings});
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return std::tie(std::get<0>(a), std::get<1>(a), std::get<2>(a)) <
               std::tie(std::get<0>(b), std::get<1>(b), std::get<2>(b));
    });
    std::vector<Core> cores;
    int package = -1, package_first = -1;
    for (auto& [first, node, cache, core] : sorted) {
        if (package < 0 || first != package_first) ++package;
        package_first = first;
        core.package = package;
        core.core = static_cast<int>(cores.size());
        cores.push_back(std::move(core));
    }
    return cores;
}

} // namespace

Result<Machine> read_sysfs_machine(const SysRoot& root) {
    Machine machine;
    auto online = TRY(online_cpus(root));
    if (online.empty()) {
        return fail({ExitCode::bad_data, "read machine", root.path().string(), "no CPU is named in sys/ or proc/",
                     "give the directory that holds the recorded sys/ and proc/", 0});
    }
    machine.online = online;
    for (const auto& [file, target] : {std::pair{"present", &machine.offline}, {"isolated", &machine.isolated}}) {
        auto list = TRY(read_list(root, cpu_directory + file));
        if (list) *target = *list;
    }
    machine.offline = difference(machine.offline, machine.online);
    machine.isolated = intersection(machine.isolated, machine.online);
    // The mask may name CPUs that are possible but not there.
    machine.allowed = intersection(status_list(root, "Cpus_allowed_list").value_or(machine.online), machine.online);
    machine.memory_bytes = meminfo_bytes(root.read("proc/meminfo").value_or(""), "MemTotal").value_or(0);
    machine.caches = read_caches(root, machine.online);

    auto nodes = TRY(read_nodes(root, machine));
    machine.nodes = std::move(nodes);
    std::vector<int> node_ids;
    for (const NumaNode& node : machine.nodes)
        node_ids.push_back(node.id);
    machine.allowed_nodes = intersection(status_list(root, "Mems_allowed_list").value_or(node_ids), node_ids);
    auto possible = TRY(read_list(root, node_directory + "possible"));
    if (possible) machine.offline_nodes = difference(*possible, node_ids);

    machine.cores = read_cores(root, machine);
    return machine;
}

} // namespace bytebound
