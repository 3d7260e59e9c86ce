#include "render/answers/topology_text.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "io/json.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

std::string counted(std::size_t n, std::string_view what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

std::string line(std::string_view title, std::string_view text) { return visible_format("{:<14}{}\n", title, text); }

std::map<int, std::vector<const Core*>> packages_of(const Machine& machine) {
    std::map<int, std::vector<const Core*>> out;
    for (const Core& core : machine.cores)
        if (core.package_stated) out[core.package].push_back(&core);
    return out;
}

std::string core_list(const std::vector<const Core*>& cores) {
    std::vector<std::string> parts;
    for (const Core* core : cores)
        parts.push_back(fmt::format("core:{} = {}", core->core, format_cpu_list(core->cpus)));
    return join(parts, "  ");
}

std::size_t threads_per_core(const Machine& machine) {
    std::size_t most = 1;
    for (const Core& core : machine.cores)
        most = std::max(most, core.cpus.size());
    return most;
}

std::string cache_name(const CacheInfo& cache) {
    const char* kind = cache.type == "Data" ? "d" : cache.type == "Instruction" ? "i" : "";
    return fmt::format("L{}{}", cache.level, kind);
}

/// One line for equal caches of one level: "L1d  2 x 32 KiB, 8 ways, 64-byte lines (sysfs); shared by CPUs 0 | 1".
std::string cache_lines(const Machine& machine) {
    using Number = std::optional<std::uint32_t>;
    using Key = std::tuple<int, std::string, std::optional<std::uint64_t>, Number, Number, std::string, bool>;
    std::map<Key, std::vector<std::string>> groups;
    for (const CacheInfo& c : machine.caches) {
        auto& sharers = groups[{c.level, c.type, c.size_bytes, c.ways, c.line_bytes, c.origin, c.sharing_stated}];
        sharers.push_back(format_cpu_list(c.cpus));
    }
    std::string out;
    for (const auto& [key, sharers] : groups) {
        const auto& [level, type, size, ways, line_bytes, origin, shared] = key;
        const std::string geometry = fmt::format(
            "{}{}, {} ways, {}-byte lines ({})", shared ? std::to_string(sharers.size()) + " x " : "",
            size ? format_size(static_cast<double>(*size)) : "unknown size", ways ? std::to_string(*ways) : "unknown",
            line_bytes ? std::to_string(*line_bytes) : "unknown", origin);
        out += line("cache " + cache_name({level, type, size, ways, line_bytes, {}, {}}),
                    geometry + (shared ? "; CPUs " + join(sharers, " | ") : "; CPUs that share it not recorded"));
    }
    return out;
}

std::string capability_text(const Capability& capability) {
    if (capability.available) return capability.cause.empty() ? "yes" : "yes: " + capability.cause;
    return "no: " + capability.cause + (capability.remedy.empty() ? "" : "; " + capability.remedy);
}

Json capability_json(const Capability& capability) {
    return {{"available", capability.available},
            {"cause", capability.cause.empty() ? Json(nullptr) : Json(capability.cause)},
            {"remedy", capability.remedy.empty() ? Json(nullptr) : Json(capability.remedy)}};
}

template <class T>
Json known(std::optional<T> value) {
    return value ? Json(*value) : Json(nullptr);
}

Json if_stated(const std::vector<int>& cpus, bool stated) { return stated ? Json(cpus) : Json(nullptr); }

/// /proc/meminfo counts what the kernel manages; a node's file may leave out memory that was plugged in later, as some
/// hypervisors do. Where the two differ by more than a hundredth, both are shown.
std::string memory_text(const Machine& machine) {
    if (!machine.memory_bytes) return {};
    std::string text = ", " + format_size(static_cast<double>(*machine.memory_bytes));
    double of_nodes = 0;
    for (const NumaNode& node : machine.nodes) {
        if (!node.memory_bytes) return text;
        of_nodes += static_cast<double>(*node.memory_bytes);
    }
    const double total = static_cast<double>(*machine.memory_bytes);
    constexpr double differs = 0.01;
    if (machine.nodes_stated && std::abs(of_nodes - total) > differs * total)
        text += fmt::format(" by /proc/meminfo, {} by its nodes", format_size(of_nodes));
    return text;
}

} // namespace

std::string topology_text(const Machine& machine) {
    const auto packages = packages_of(machine);
    std::vector<const Core*> elsewhere;
    for (const Core& core : machine.cores)
        if (!core.package_stated) elsewhere.push_back(&core);
    std::string out =
        line("machine",
             fmt::format("{}, {}, {} online, {}, {}{}",
                         packages.empty() ? "packages not known" : counted(packages.size(), "package"),
                         counted(machine.cores.size(), "core"), counted(machine.online.size(), "CPU"),
                         machine.siblings_stated ? counted(threads_per_core(machine), "thread") + " per core"
                                                 : "threads per core not recorded",
                         machine.nodes_stated ? counted(machine.nodes.size(), "NUMA node") : "NUMA nodes not recorded",
                         memory_text(machine)));
    std::string cpus = "online " + format_cpu_list(machine.online) + ", allowed " +
                       (machine.allowed_stated ? format_cpu_list(machine.allowed) : "not recorded");
    if (!machine.offline.empty()) cpus += ", offline " + format_cpu_list(machine.offline);
    if (!machine.isolated.empty()) cpus += ", isolated " + format_cpu_list(machine.isolated);
    out += line("CPUs", cpus);
    for (const auto& [package, cores] : packages)
        out += line(fmt::format("package:{}", package), core_list(cores));
    if (!elsewhere.empty()) out += line("no package", "not known for " + core_list(elsewhere));
    for (const CoreKind& kind : machine.kinds)
        out += line("kind", describe_kinds({kind}, kind.cpus));
    out += cache_lines(machine);
    for (const NumaNode& node : machine.nodes_stated ? machine.nodes : std::vector<NumaNode>{}) {
        std::string text = !node.cpus_stated   ? "CPUs not recorded"
                           : node.cpus.empty() ? "no CPUs"
                                               : "CPUs " + format_cpu_list(node.cpus);
        text += !node.memory_bytes        ? ", memory unknown"
                : *node.memory_bytes == 0 ? ", no memory"
                                          : ", " + format_size(static_cast<double>(*node.memory_bytes));
        if (machine.nodes.size() > 1 && !node.distance.empty()) {
            std::vector<std::string> distances;
            for (const int distance : node.distance)
                distances.push_back(std::to_string(distance));
            text += ", distances " + join(distances, " ");
        }
        out += line(fmt::format("node {}", node.id), text);
    }
    out += line("bind CPUs", capability_text(machine.bind_cpus));
    out += line("bind memory", capability_text(machine.bind_memory));
    out += line("query pages", capability_text(machine.query_pages));
    return out;
}

std::string topology_json(const Machine& machine) {
    Json out = {{"schema", "bytebound.topology/1"},
                {"online", machine.online},
                {"allowed", if_stated(machine.allowed, machine.allowed_stated)},
                {"offline", machine.offline},
                {"isolated", machine.isolated},
                {"memory_bytes", known(machine.memory_bytes)},
                {"siblings_recorded", machine.siblings_stated}};
    out["cores"] = Json::array();
    for (const Core& core : machine.cores) {
        out["cores"].push_back({{"package", core.package_stated ? Json(core.package) : Json(nullptr)},
                                {"core", core.core},
                                {"cpus", core.cpus}});
    }
    out["kinds"] = Json::array();
    for (const CoreKind& kind : machine.kinds)
        out["kinds"].push_back({{"pmu", kind.pmu.empty() ? Json(nullptr) : Json(kind.pmu)},
                                {"capacity", known(kind.capacity)},
                                {"cpus", kind.cpus}});
    out["caches"] = Json::array();
    for (const CacheInfo& cache : machine.caches) {
        out["caches"].push_back({{"level", cache.level},
                                 {"type", cache.type},
                                 {"size_bytes", known(cache.size_bytes)},
                                 {"ways", known(cache.ways)},
                                 {"line_bytes", known(cache.line_bytes)},
                                 {"cpus", if_stated(cache.cpus, cache.sharing_stated)},
                                 {"origin", cache.origin}});
    }
    out["nodes"] = machine.nodes_stated ? Json::array() : Json(nullptr);
    for (const NumaNode& node : machine.nodes_stated ? machine.nodes : std::vector<NumaNode>{}) {
        out["nodes"].push_back({{"id", node.id},
                                {"cpus", if_stated(node.cpus, node.cpus_stated)},
                                {"memory_bytes", known(node.memory_bytes)},
                                {"distance", node.distance}});
    }
    out["allowed_nodes"] = if_stated(machine.allowed_nodes, machine.nodes_stated);
    out["bind_cpus"] = capability_json(machine.bind_cpus);
    out["bind_memory"] = capability_json(machine.bind_memory);
    out["query_pages"] = capability_json(machine.query_pages);
    return document_text(out);
}

} // namespace bytebound
