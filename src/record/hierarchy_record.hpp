#pragma once

#include <cstdint>
#include <string>

#include "model/hierarchy.hpp"

namespace bytebound {

/// The private levels that a run simulates, and the origin of their geometries.
struct HierarchyRecord {
    HierarchySpec spec;
    std::string l1_source, l2_source; ///< "sysfs", "hwloc", "--l1", "--l2"; empty for a missing level
    bool operator==(const HierarchyRecord&) const = default;
};

/// Lines moved between the levels in the measured steps of one (loop, k).
struct LevelRecord {
    std::uint64_t steps = 0;
    HierarchyLines lines; ///< sum over those steps
    bool operator==(const LevelRecord&) const = default;
};

} // namespace bytebound
