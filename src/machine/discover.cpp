#include <linux/mempolicy.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <tuple>

#include "base/mapped_region.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "machine/live_topology.hpp"
#include "machine/machine.hpp"
#include "machine/pin.hpp"

namespace bytebound {
namespace {

template <class Visit>
void for_each(hwloc_topology_t topology, hwloc_obj_type_t type, Visit visit) {
    for (hwloc_obj_t object = hwloc_get_next_obj_by_type(topology, type, nullptr); object != nullptr;
         object = hwloc_get_next_obj_by_type(topology, type, object))
        visit(object);
}

/// hwloc's packages and cores; empty unless they contain every online CPU.
std::vector<Core> hwloc_cores(hwloc_topology_t topology, std::size_t online) {
    std::vector<Core> cores;
    std::size_t covered = 0;
    for_each(topology, HWLOC_OBJ_CORE, [&](hwloc_obj_t object) {
        const hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, object);
        cores.push_back({package != nullptr ? static_cast<int>(package->logical_index) : 0,
                         static_cast<int>(object->logical_index), from_bitmap(object->cpuset), package != nullptr});
        covered += cores.back().cpus.size();
    });
    if (covered != online) cores.clear();
    return cores;
}

const char* type_name(hwloc_obj_cache_type_t type) {
    if (type == HWLOC_OBJ_CACHE_DATA) return "Data";
    return type == HWLOC_OBJ_CACHE_INSTRUCTION ? "Instruction" : "Unified";
}

/// Adds caches and sizes that sysfs does not report.
void add_hwloc_caches(hwloc_topology_t topology, std::vector<CacheInfo>& caches) {
    for (const hwloc_obj_type_t type : {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L1ICACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L2ICACHE,
                                        HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L3ICACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE}) {
        for_each(topology, type, [&](hwloc_obj_t object) {
            const auto& attributes = object->attr->cache;
            CacheInfo cache{static_cast<int>(attributes.depth),
                            type_name(attributes.type),
                            unless_zero<std::uint64_t>(attributes.size),
                            {},
                            unless_zero<std::uint32_t>(attributes.linesize),
                            from_bitmap(object->cpuset),
                            "hwloc"};
            if (attributes.associativity > 0) cache.ways = static_cast<std::uint32_t>(attributes.associativity);
            const auto found = std::find_if(caches.begin(), caches.end(), [&](const CacheInfo& other) {
                return other.level == cache.level && other.type == cache.type && !cache.cpus.empty() &&
                       std::find(other.cpus.begin(), other.cpus.end(), cache.cpus.front()) != other.cpus.end();
            });
            if (found == caches.end()) {
                caches.push_back(std::move(cache));
            } else if (!found->size_bytes && cache.size_bytes) {
                *found = std::move(cache);
            }
        });
    }
    sort_caches(caches);
}

/// The machine with CPUs, nodes and memory from hwloc only, for containers that mask sysfs.
Machine hwloc_machine(hwloc_topology_t topology, const Machine& read) {
    Machine machine;
    machine.cpu = read.cpu;
    machine.kernel = read.kernel;
    machine.virtualisation = read.virtualisation;
    machine.limits = read.limits;
    for_each(topology, HWLOC_OBJ_PU,
             [&](hwloc_obj_t object) { machine.online.push_back(static_cast<int>(object->os_index)); });
    std::sort(machine.online.begin(), machine.online.end());
    machine.allowed = machine.online;
    for_each(topology, HWLOC_OBJ_NUMANODE, [&](hwloc_obj_t object) {
        // hwloc reports 0 where it cannot read a node's memory (masked sysfs and proc).
        const std::uint64_t bytes = object->attr->numanode.local_memory;
        NumaNode node{static_cast<int>(object->os_index), from_bitmap(object->cpuset), {}, {}};
        if (bytes > 0) {
            node.memory_bytes = bytes;
            machine.memory_bytes = machine.memory_bytes.value_or(0) + bytes;
        }
        machine.nodes.push_back(std::move(node));
        machine.allowed_nodes.push_back(static_cast<int>(object->os_index));
    });
    std::sort(machine.allowed_nodes.begin(), machine.allowed_nodes.end());
    return machine;
}

/// Sets `allowed` from the kernel's answer. sysfs may show fewer CPUs than the process may use (lxcfs and some
/// container runtimes replace cpu/online), or others: then the affinity decides.
void apply_affinity(Machine& machine, const Result<std::vector<int>>& affinity) {
    machine.allowed_stated = affinity.has_value();
    if (!affinity) return;
    machine.allowed = intersection(*affinity, machine.online);
    if (!machine.allowed.empty()) return;
    machine.allowed = *affinity;
    for (const int cpu : *affinity) {
        machine.online.push_back(cpu);
        machine.places[cpu] = {};
        machine.cores.push_back({0, static_cast<int>(machine.cores.size()), {cpu}, false});
    }
    std::sort(machine.online.begin(), machine.online.end());
    machine.offline = difference(machine.offline, machine.online);
}

std::string with_errno(const std::string& text, int error) { return text + " (" + errno_name(error) + ")"; }

Result<MappedRegion> scratch_page() {
    const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return MappedRegion::anonymous(page_bytes, page_bytes);
}

/// Binds the calling thread to its current affinity, which changes nothing and detects a kernel that refuses.
Capability probe_cpu_binding(Sys& sys) {
    const auto now = read_affinity(sys);
    const SysResult bound = now ? set_affinity(sys, 0, *now) : SysResult{-1, now.error().sys_errno};
    if (!bound.ok())
        return Capability::no(with_errno("the kernel refuses sched_setaffinity", bound.error),
                              "allow it in the container's seccomp profile");
    return Capability::yes("sched_setaffinity");
}

/// Sets the policy of one scratch page. Docker's default seccomp profile refuses mbind without CAP_SYS_NICE.
Capability probe_memory_binding(Sys& sys, bool numa) {
    if (!numa) return Capability::no("sysfs shows no NUMA nodes", "use --mem local");
    auto page = scratch_page();
    if (!page) return Capability::no(page.error().cause, page.error().remedy);
    if (const SysResult bound = sys.bind_memory(page->data(), page->size(), MPOL_LOCAL, {}); !bound.ok())
        return Capability::no(with_errno("the kernel refuses mbind", bound.error),
                              "give the container CAP_SYS_NICE, or use --mem local");
    return Capability::yes("mbind");
}

Capability probe_page_query(Sys& sys) {
    auto page = scratch_page();
    if (!page) return Capability::no(page.error().cause, page.error().remedy);
    *page->data() = std::byte{1};
    void* address = page->data();
    int status = -1;
    if (const SysResult asked = sys.query_pages(1, &address, &status); !asked.ok())
        return Capability::no(with_errno("the kernel refuses move_pages", asked.error),
                              asked.error == ENOSYS ? "use a kernel with NUMA support"
                                                    : "give the container CAP_SYS_NICE");
    if (status < 0)
        return Capability::no(with_errno("move_pages does not report the node of a touched page", -status),
                              "use a kernel with page migration support");
    return Capability::yes("move_pages");
}

} // namespace

Machine survey_machine(const SysRoot& root, std::vector<FileFault>& faults) {
    Machine machine = read_machine(root, faults);
    if (!root.is_live()) {
        const auto recorded = Capability::no("this is a recorded machine", "run on the machine itself");
        machine.bind_cpus = machine.bind_memory = machine.query_pages = recorded;
        return machine;
    }
    KernelSys sys;
    const auto affinity = read_affinity(sys);
    // hwloc 2.9 repeats a refused sched_getaffinity for ever.
    machine.hwloc_refusal = affinity ? LiveTopology::get().refusal() : "sched_getaffinity is refused";
    const hwloc_topology_t topology = affinity ? LiveTopology::get().handle() : nullptr;
    if (topology != nullptr) {
        if (machine.online.empty() || !faults.empty()) machine = hwloc_machine(topology, machine);
        if (auto cores = hwloc_cores(topology, machine.online.size()); !cores.empty()) {
            machine.cores = std::move(cores);
            machine.siblings_stated = true;
        }
        add_hwloc_caches(topology, machine.caches);
    }
    apply_affinity(machine, affinity);
    machine.bind_cpus = probe_cpu_binding(sys);
    machine.bind_memory =
        probe_memory_binding(sys, root.exists("sys/devices/system/node/node0") || machine.nodes.size() > 1);
    machine.query_pages = probe_page_query(sys);
    return machine;
}

Result<Machine> discover(const SysRoot& root) {
    std::vector<FileFault> faults;
    Machine machine = survey_machine(root, faults);
    if (root.is_live() && !machine.allowed_stated) {
        KernelSys sys;
        auto affinity = read_affinity(sys); // once more, for the reason
        if (!affinity) return fail(affinity.error());
        machine.allowed = std::move(*affinity);
        machine.allowed_stated = true;
    }
    // On the running machine, hwloc has replaced the data of broken files.
    if (!machine.online.empty() && (faults.empty() || (root.is_live() && machine.hwloc_refusal.empty())))
        return machine;
    if (!faults.empty())
        return fail({ExitCode::bad_data, "read", (root.path() / faults[0].path).string(),
                     "\"" + clipped(faults[0].text, 80) + "\" is not a list of CPUs or nodes (numbers up to 8191)",
                     "record the machine again", 0});
    return fail({ExitCode::bad_data, "read machine", root.path().string(), "sys/ and proc/ list no CPU",
                 "give the directory that contains the recorded sys/ and proc/", 0});
}

} // namespace bytebound
