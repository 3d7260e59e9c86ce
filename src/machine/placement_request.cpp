#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "base/text.hpp"
#include "machine/placement.hpp"

namespace bytebound {
namespace {

bool contains(const std::vector<int>& numbers, int number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

tl::unexpected<Error> refuse(ExitCode code, std::string object, std::string cause, std::string remedy) {
    return fail({code, "place", std::move(object), std::move(cause), std::move(remedy), 0});
}

std::string list_text(const std::vector<int>& numbers) { return format_cpu_list(numbers); }

/// "5,0-1" -> {5, 0, 1}: the user's order, without repetition. Takes time in proportion to the text and the highest
/// number, however often its ranges overlap.
std::optional<std::vector<int>> ordered_list(std::string_view text) {
    const auto ranges = parse_cpu_ranges(text);
    if (!ranges || ranges->empty()) return {};
    int highest = 0;
    for (const auto& [first, last] : *ranges)
        highest = std::max(highest, last);
    // next[n]: a number not below n from which on the search for an unlisted one continues; n itself: unlisted.
    std::vector<int> next(static_cast<std::size_t>(highest) + 2);
    std::iota(next.begin(), next.end(), 0);
    const auto unlisted_from = [&](int number) {
        while (next[static_cast<std::size_t>(number)] != number) {
            int& link = next[static_cast<std::size_t>(number)];
            link = next[static_cast<std::size_t>(link)];
            number = link;
        }
        return number;
    };
    std::vector<int> numbers;
    for (const auto& [first, last] : *ranges)
        for (int number = unlisted_from(first); number <= last; number = unlisted_from(number)) {
            numbers.push_back(number);
            next[static_cast<std::size_t>(number)] = number + 1;
        }
    return numbers;
}

/// The first CPU of every core, then every second one, and so on.
std::vector<int> one_per_core_first(const std::vector<const Core*>& cores, const std::vector<int>& allowed) {
    std::vector<std::vector<int>> usable;
    std::size_t deepest = 0;
    for (const Core* core : cores) {
        std::vector<int>& cpus = usable.emplace_back();
        std::copy_if(core->cpus.begin(), core->cpus.end(), std::back_inserter(cpus),
                     [&](int cpu) { return contains(allowed, cpu); });
        deepest = std::max(deepest, cpus.size());
    }
    std::vector<int> ordered;
    for (std::size_t sibling = 0; sibling < deepest; ++sibling)
        for (const auto& cpus : usable)
            if (sibling < cpus.size()) ordered.push_back(cpus[sibling]);
    return ordered;
}

Result<std::vector<int>> listed_cpus(const Machine& machine, const std::string& request) {
    const auto cpus = ordered_list(request);
    if (!cpus) {
        const std::vector<std::string> words = {"auto", "core:0", "package:0"};
        const auto near = nearest(request, words);
        return refuse(ExitCode::usage, "--cpus " + request, "neither a CPU list nor auto, core:LIST or package:LIST",
                      near ? "did you mean " + *near + "?" : "for example --cpus 0-3, --cpus core:0-1 or --cpus auto");
    }
    for (const int cpu : *cpus) {
        const std::string object = "CPU " + std::to_string(cpu);
        if (contains(machine.offline, cpu))
            return refuse(ExitCode::not_possible, object, "it is offline",
                          "bring it online (echo 1 > /sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                              "/online) or choose among " + list_text(machine.online));
        if (!contains(machine.online, cpu))
            return refuse(ExitCode::usage, object, "this machine has no such CPU",
                          "choose among " + list_text(machine.online));
        if (!contains(machine.allowed, cpu))
            return refuse(ExitCode::not_possible, object, "this process may not run there (cpuset or taskset)",
                          "choose among " + list_text(machine.allowed));
    }
    return *cpus;
}

/// core:LIST and package:LIST; `of` returns a core's number in that numbering.
Result<std::vector<int>> grouped_cpus(const Machine& machine, const std::string& request, const std::string& kind,
                                      int Core::*of) {
    const auto numbers = ordered_list(std::string_view(request).substr(kind.size() + 1));
    if (!numbers)
        return refuse(ExitCode::usage, "--cpus " + request, "after " + kind + ": a list of numbers is expected",
                      "for example --cpus " + kind + ":0");
    std::set<int> existing;
    for (const Core& core : machine.cores)
        existing.insert(core.*of);
    std::vector<const Core*> chosen;
    for (const int number : *numbers) {
        if (!existing.contains(number))
            return refuse(ExitCode::usage, kind + " " + std::to_string(number), "this machine has no such " + kind,
                          "choose among " + list_text({existing.begin(), existing.end()}));
        const auto before = chosen.size();
        for (const Core& core : machine.cores)
            if (core.*of == number) chosen.push_back(&core);
        const std::vector<const Core*> added(chosen.begin() + static_cast<std::ptrdiff_t>(before), chosen.end());
        if (one_per_core_first(added, machine.allowed).empty())
            return refuse(ExitCode::not_possible, kind + " " + std::to_string(number),
                          "this process may not run on any of its CPUs (cpuset or taskset)",
                          "choose among CPUs " + list_text(machine.allowed));
    }
    return one_per_core_first(chosen, machine.allowed);
}

std::vector<int> nodes_with_memory(const Machine& machine) {
    std::vector<int> nodes;
    for (const NumaNode& node : machine.nodes)
        // A node whose memory is unknown may have some; only a reported 0 excludes it, and only if there are other
        // nodes.
        if (contains(machine.allowed_nodes, node.id) && (node.memory_bytes != 0u || machine.nodes.size() == 1))
            nodes.push_back(node.id);
    return nodes;
}

/// Nodes that receive pages first touched on these CPUs.
std::vector<int> local_nodes(const Machine& machine, const std::vector<int>& cpus) {
    const auto with_memory = nodes_with_memory(machine);
    std::set<int> nodes;
    for (const NumaNode& node : machine.nodes) {
        if (std::none_of(cpus.begin(), cpus.end(), [&](int cpu) { return contains(node.cpus, cpu); })) continue;
        if (contains(with_memory, node.id)) {
            nodes.insert(node.id);
            continue;
        }
        int nearest_distance = std::numeric_limits<int>::max();
        for (std::size_t i = 0; i < node.distance.size(); ++i)
            if (contains(with_memory, machine.nodes[i].id))
                nearest_distance = std::min(nearest_distance, node.distance[i]);
        for (std::size_t i = 0; i < machine.nodes.size(); ++i)
            if (contains(with_memory, machine.nodes[i].id) &&
                (node.distance.empty() || node.distance[i] == nearest_distance))
                nodes.insert(machine.nodes[i].id);
    }
    // No node lists these CPUs, so memory may come from any node.
    if (nodes.empty()) return with_memory;
    return {nodes.begin(), nodes.end()};
}

Result<int> requested_node(const Machine& machine, const std::string& request) {
    std::vector<int> existing;
    for (const NumaNode& node : machine.nodes)
        existing.push_back(node.id);
    const auto number = parse_unsigned(request);
    if (!number || *number > 1u << 20) {
        const std::vector<std::string> words = {"local", "interleave"};
        const auto near = nearest(request, words);
        return refuse(ExitCode::usage, "--mem " + request, "neither local, interleave nor a node number",
                      near ? "did you mean " + *near + "?" : "choose among local, interleave, " + list_text(existing));
    }
    const int id = static_cast<int>(*number);
    const std::string object = "node " + std::to_string(id);
    // A node that is possible but not online is a hot-plug slot of the firmware, not a node (node/possible).
    if (!contains(existing, id))
        return refuse(ExitCode::usage, object, "this machine has no such node",
                      "choose among nodes " + list_text(existing));
    const std::string remedy = "choose among nodes " + list_text(nodes_with_memory(machine));
    const auto node = std::find_if(machine.nodes.begin(), machine.nodes.end(),
                                   [&](const NumaNode& candidate) { return candidate.id == id; });
    // Before the cpuset is checked, because the kernel omits nodes without memory from Mems_allowed in any case.
    if (machine.nodes.size() > 1 && node != machine.nodes.end() && node->memory_bytes == 0u)
        return refuse(ExitCode::not_possible, object, "it has no memory", remedy);
    if (!contains(machine.allowed_nodes, id))
        return refuse(ExitCode::not_possible, object, "this process may not use its memory (cpuset)", remedy);
    return id;
}

} // namespace

Result<std::vector<int>> resolve_cpus(const Machine& machine, const std::string& request) {
    if (request == "auto") {
        std::vector<const Core*> all;
        for (const Core& core : machine.cores)
            all.push_back(&core);
        const auto rank_of = [&](const Core* core) {
            return std::find_if(machine.kinds.begin(), machine.kinds.end(),
                                [&](const CoreKind& kind) { return contains(kind.cpus, core->cpus.front()); }) -
                   machine.kinds.begin();
        };
        // SMT siblings of a fast core come after the first CPUs of the slow ones: a core of its own is worth more.
        if (ranked(machine.kinds))
            std::stable_sort(all.begin(), all.end(),
                             [&](const Core* a, const Core* b) { return rank_of(a) < rank_of(b); });
        return one_per_core_first(all, machine.allowed);
    }
    if (request.starts_with("core:")) return grouped_cpus(machine, request, "core", &Core::core);
    if (request.starts_with("package:")) return grouped_cpus(machine, request, "package", &Core::package);
    return listed_cpus(machine, request);
}

Result<Placement> resolve_placement(const Machine& machine, const std::string& cpus, const std::string& memory,
                                    unsigned threads) {
    auto candidates = TRY(resolve_cpus(machine, cpus));
    if (candidates.size() < threads) {
        return refuse(ExitCode::not_possible, std::to_string(threads) + " workers",
                      "--cpus " + cpus + " gives " + std::to_string(candidates.size()) + " CPUs, one worker each",
                      "use --threads " + std::to_string(candidates.size()) +
                          " or more CPUs (allowed: " + list_text(machine.allowed) + ")");
    }
    candidates.resize(threads);
    Placement placement{cpus, memory, std::move(candidates), MemoryPolicy::local, {}};
    if (memory == "local") {
        placement.nodes = local_nodes(machine, placement.cpus);
    } else if (memory == "interleave") {
        placement.policy = MemoryPolicy::interleave;
        placement.nodes = nodes_with_memory(machine);
    } else {
        const auto node = requested_node(machine, memory);
        if (!node) return fail(node.error());
        placement.policy = MemoryPolicy::node;
        placement.nodes = {*node};
    }
    return placement;
}

std::vector<std::uint32_t> team_sizes(const Machine& machine, const std::string& cpus, const std::string& memory,
                                      std::vector<std::uint32_t> asked) {
    if (asked.empty()) {
        std::uint32_t largest = 1;
        for (std::uint32_t threads = 2; threads <= machine.cores.size(); ++threads) {
            if (!resolve_placement(machine, cpus, memory, threads)) break;
            largest = threads;
        }
        for (std::uint32_t threads = 1; threads < largest; threads *= 2)
            asked.push_back(threads);
        asked.push_back(largest);
    }
    std::sort(asked.begin(), asked.end());
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    return asked;
}

} // namespace bytebound
