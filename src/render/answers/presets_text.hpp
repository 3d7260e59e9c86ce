#pragma once

#include <string>
#include <vector>

#include "preset/preset.hpp"

namespace bytebound {

/// `bytebound presets list`: names, titles, classes, whether verified.
std::string presets_list_text(const std::vector<Preset>& presets);
std::string presets_list_json(const std::vector<Preset>& presets);

/// `bytebound presets show NAME`
std::string preset_text_of(const Preset& preset);
std::string preset_json(const Preset& preset);

/// `bytebound presets match`: the counters that a run would open. `preset` is null in JSON where none can be.
/// Why this preset, why these counters or none, and what can be done about that.
std::string presets_match_reason(const PresetChoice& choice, const MemoryMatch& match);
std::string presets_match_text(const PresetChoice& choice, const MemoryMatch& match, const EstimateMatch& estimate);
std::string presets_match_json(const PresetChoice& choice, const MemoryMatch& match);

/// `bytebound presets check`: the sound files; what is wrong with the others goes to stderr.
std::string presets_check_text(const std::vector<CheckedFile>& files);
std::string presets_check_json(const std::vector<CheckedFile>& files);

} // namespace bytebound
