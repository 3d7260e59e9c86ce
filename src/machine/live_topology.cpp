#include "machine/live_topology.hpp"

#include <cstdlib>

#include "base/sysroot.hpp"
#include "base/trial_process.hpp"

namespace bytebound {
namespace {

constexpr const char* another_machine = "a HWLOC_ variable gives it another machine";

/// From a description, or of the running machine; nullptr if hwloc cannot load it.
hwloc_topology_t load(const std::string& description = {}) {
    hwloc_topology_t topology = nullptr;
    if (hwloc_topology_init(&topology) != 0) return nullptr;
    // CPUs outside of the cpuset remain visible, to distinguish "not allowed" from "does not exist".
    hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    // CPUID reports wrong caches in many guests, and hwloc's use of it prints complaints on stderr under valgrind. It
    // is used only if sysfs has no caches (masked in a container).
    if (description.empty() && SysRoot().exists("sys/devices/system/cpu/cpu0/cache/index0"))
        hwloc_topology_set_components(topology, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
    const bool described =
        description.empty() ||
        hwloc_topology_set_xmlbuffer(topology, description.c_str(), static_cast<int>(description.size() + 1)) == 0;
    if (described && hwloc_topology_load(topology) == 0) return topology;
    hwloc_topology_destroy(topology);
    return nullptr;
}

/// A synthetic or imported topology, which describes another machine, has an empty description.
bool describe(std::string& description) {
    const hwloc_topology_t topology = load();
    if (topology == nullptr) return false;
    char* text = nullptr;
    int length = 0;
    if (hwloc_topology_is_thissystem(topology) == 0) return true;
    if (hwloc_topology_export_xmlbuffer(topology, &text, &length, 0) != 0) return false;
    description.assign(text);
    return true;
}

} // namespace

std::vector<int> from_bitmap(hwloc_const_bitmap_t bitmap) {
    std::vector<int> numbers;
    // An infinite bitmap has no last element; its finite part includes everything that a machine can have.
    const int last = hwloc_bitmap_last(bitmap);
    for (int number = hwloc_bitmap_first(bitmap); number >= 0 && number <= last;
         number = hwloc_bitmap_next(bitmap, number))
        numbers.push_back(number);
    return numbers;
}

LiveTopology::LiveTopology() {
    // hwloc writes about masked directories to stderr otherwise; its users have set the variable if they want that.
    ::setenv("HWLOC_HIDE_ERRORS", "2", 0);
    // hwloc 2.9 asserts on some trees (an empty /sys/devices/system/node, as runtimes that mask single directories
    // leave it), which would end this program, so a child process reads the machine.
    const TrialEnd end = try_in_child([](std::string& text) { return describe(text); });
    if (!end.untried.empty())
        refusal_ = "it may end the process that loads it, and there is " + end.untried;
    else if (!end.killed.empty())
        refusal_ = "it ends the process that loads it (" + end.killed + ")";
    else if (end.returned && end.text.empty())
        refusal_ = another_machine;
    else if (!end.returned || (topology_ = load(end.text)) == nullptr)
        refusal_ = "it cannot load the topology";
}

LiveTopology::~LiveTopology() {
    if (topology_ != nullptr) hwloc_topology_destroy(topology_);
}

const LiveTopology& LiveTopology::get() {
    static const LiveTopology topology;
    return topology;
}

} // namespace bytebound
