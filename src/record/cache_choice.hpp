#pragma once
// The last-level cache of a run's modelled figures, and the origin of its geometry.

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/cache_geometry.hpp"

namespace bytebound {

enum class GeometryOrigin : std::uint8_t {
    sysfs,
    hwloc,
    option, ///< --llc
    assumed ///< unknown, at least in part
};
/// As written in run.json: "sysfs", "hwloc", "--llc", "assumed".
std::string_view name_of(GeometryOrigin origin);
/// nullopt for any other text.
std::optional<GeometryOrigin> geometry_origin_named(std::string_view name);

struct CacheChoice {
    CacheGeometry geometry;
    GeometryOrigin origin = GeometryOrigin::assumed;
    std::optional<bool> is_host; ///< whether it is exactly the cache of the run's CPUs; nullopt: theirs is unknown
    std::optional<GeometryOrigin> line_origin = {}; ///< of line_bytes; nullopt in records of older versions
    bool operator==(const CacheChoice&) const = default;

    /// The user requested a cache that is not known to be the host's, so its traffic does not describe the host's
    /// memory.
    bool is_another() const { return origin == GeometryOrigin::option && !is_host.value_or(false); }
};

} // namespace bytebound
