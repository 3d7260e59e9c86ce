#pragma once
// hwloc's view of the running machine. hwloc only describes; binding uses system calls. Internal to machine/.

#include <hwloc.h>

#include <string>
#include <vector>

namespace bytebound {

std::vector<int> from_bitmap(hwloc_const_bitmap_t bitmap);

/// The topology of the running machine, loaded at first use and constant afterwards. It is a cache, not a seam for
/// tests (those are SysRoot and Sys). hwloc allows concurrent use of a loaded topology.
class LiveTopology {
public:
    static const LiveTopology& get();
    /// nullptr if hwloc could not load it, or if a HWLOC_* variable replaced it by another machine.
    hwloc_topology_t handle() const { return topology_; }
    /// Why there is no handle; empty if there is one.
    const std::string& refusal() const { return refusal_; }

    LiveTopology(const LiveTopology&) = delete;
    LiveTopology& operator=(const LiveTopology&) = delete;

private:
    LiveTopology();
    ~LiveTopology();
    hwloc_topology_t topology_ = nullptr;
    std::string refusal_;
};

} // namespace bytebound
