#include "machine/live_topology.hpp"

#include "base/sysroot.hpp"

namespace bytebound {

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
    if (hwloc_topology_init(&topology_) != 0) {
        topology_ = nullptr;
        return;
    }
    // CPUs outside of the cpuset remain visible, to distinguish "not allowed" from "does not exist".
    hwloc_topology_set_flags(topology_, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    // CPUID reports wrong caches in many guests, and hwloc's use of it prints complaints on stderr under valgrind. It
    // is used only if sysfs has no caches (masked in a container).
    if (SysRoot().exists("sys/devices/system/cpu/cpu0/cache/index0"))
        hwloc_topology_set_components(topology_, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
    if (hwloc_topology_load(topology_) != 0) {
        hwloc_topology_destroy(topology_);
        topology_ = nullptr;
        return;
    }
    // A synthetic or imported topology describes another machine.
    this_system_ = hwloc_topology_is_thissystem(topology_) != 0;
}

LiveTopology::~LiveTopology() {
    if (topology_ != nullptr) hwloc_topology_destroy(topology_);
}

const LiveTopology& LiveTopology::get() {
    static const LiveTopology topology;
    return topology;
}

} // namespace bytebound
