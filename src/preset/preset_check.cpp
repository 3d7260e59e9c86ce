#include <algorithm>

#include "preset/preset.hpp"

namespace bytebound {

std::vector<CheckedFile> check_presets(const std::vector<std::string>& files) {
    std::vector<CheckedFile> checked;
    for (const std::string& file : files) {
        CheckedFile& entry = checked.emplace_back();
        entry.file = file;
        const auto text = preset_text(file);
        if (!text) {
            entry.problems.push_back({1, "", text.error().cause});
            continue;
        }
        entry.preset = read_preset(*text, file, entry.problems);
    }
    return checked;
}

} // namespace bytebound
