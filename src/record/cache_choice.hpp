#pragma once
// The last-level cache that a run's modelled figures are of, and where its geometry comes from.

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/cache_geometry.hpp"

namespace bytebound {

enum class GeometryOrigin : std::uint8_t {
    sysfs,
    hwloc,
    option, ///< --llc
    assumed ///< the host's own is not known
};
/// As in run.json: "sysfs", "hwloc", "--llc", "assumed".
std::string_view name_of(GeometryOrigin origin);
/// Nothing for any other text.
std::optional<GeometryOrigin> geometry_origin_named(std::string_view name);

struct CacheChoice {
    CacheGeometry geometry;
    GeometryOrigin origin = GeometryOrigin::assumed;
    std::optional<bool> is_host; ///< whether the run's CPUs reach exactly this cache; none: theirs is not known
    bool operator==(const CacheChoice&) const = default;

    /// The user asked for a cache that is not known to be the host's: its traffic says nothing about the host's memory.
    bool is_another() const { return origin == GeometryOrigin::option && !is_host.value_or(false); }
};

} // namespace bytebound
