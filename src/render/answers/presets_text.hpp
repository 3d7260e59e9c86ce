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

/// `bytebound presets match`: the counters that a run would open, the reasons for them or for their absence, and
/// remedies. In JSON `preset` is null if there is none.
std::string presets_match_reason(const PresetChoice& choice, const MemoryMatch& match);
std::string presets_match_text(const PresetChoice& choice, const MemoryMatch& match, const EstimateMatch& estimate);
std::string presets_match_json(const PresetChoice& choice, const MemoryMatch& match);

/// `bytebound presets check`: the valid files. Problems of the others go to stderr.
std::string presets_check_text(const std::vector<CheckedFile>& files);
std::string presets_check_json(const std::vector<CheckedFile>& files);

} // namespace bytebound
