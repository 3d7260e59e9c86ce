#pragma once
// What tests of presets matched against trees of devices need.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "preset/preset.hpp"

namespace bytebound::test {

inline const std::string devices = "sys/bus/event_source/devices/";

/// The preset of this name that is compiled in.
inline const Preset& built_in(const std::string& name) {
    const auto& all = built_in_presets();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Preset& p) { return p.name == name; });
    REQUIRE(found != all.end());
    return *found;
}

} // namespace bytebound::test
