#include "record/cache_choice.hpp"

#include <algorithm>
#include <array>

namespace bytebound {
namespace {

struct OriginName {
    GeometryOrigin origin;
    std::string_view name;
};
constexpr std::array<OriginName, 4> origins = {{{GeometryOrigin::sysfs, "sysfs"},
                                                {GeometryOrigin::hwloc, "hwloc"},
                                                {GeometryOrigin::option, "--llc"},
                                                {GeometryOrigin::assumed, "assumed"}}};

} // namespace

std::string_view name_of(GeometryOrigin origin) {
    return std::find_if(origins.begin(), origins.end(), [&](const OriginName& each) { return each.origin == origin; })
        ->name;
}

std::optional<GeometryOrigin> geometry_origin_named(std::string_view name) {
    const auto* const found =
        std::find_if(origins.begin(), origins.end(), [&](const OriginName& each) { return each.name == name; });
    if (found == origins.end()) return std::nullopt;
    return found->origin;
}

} // namespace bytebound
