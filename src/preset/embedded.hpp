#pragma once

#include <span>
#include <string_view>

namespace bytebound {

/// One file of presets/*.toml at build time (embed_presets.py writes the table).
struct EmbeddedPreset {
    std::string_view file;
    std::string_view toml;
};
std::span<const EmbeddedPreset> embedded_presets();

} // namespace bytebound
