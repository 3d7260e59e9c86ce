#include <algorithm>
#include <cassert>

#include "base/input_file.hpp"
#include "preset/embedded.hpp"
#include "preset/preset.hpp"

namespace bytebound {

Result<std::string> preset_text(const std::string& file) {
    Error unusable{ExitCode::bad_data, "read preset", file, "the file is missing, unreadable or empty",
                   "give a preset file, or a name from bytebound presets list"};
    auto text = TRY(read_input(file, input::preset, unusable));
    if (text.empty()) return fail(std::move(unusable));
    return text;
}

Result<Preset> load_preset(const std::string& file) {
    const auto text = TRY(preset_text(file));
    return parse_preset(text, file);
}

const std::vector<Preset>& built_in_presets() {
    static const std::vector<Preset> presets = [] {
        std::vector<Preset> parsed;
        for (const EmbeddedPreset& embedded : embedded_presets()) {
            auto preset = parse_preset(embedded.toml, std::string(embedded.file));
            assert(preset.has_value()); // the unit tests parse every file
            if (!preset) continue;
            preset->built_in = true;
            parsed.push_back(std::move(*preset));
        }
        return parsed;
    }();
    return presets;
}

Result<std::vector<Preset>> all_presets(const std::filesystem::path& directory) {
    std::vector<Preset> presets;
    std::vector<std::filesystem::path> files;
    std::error_code error;
    if (!directory.empty())
        for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
             entry.increment(error))
            if (entry->path().extension() == ".toml") files.push_back(entry->path());
    // A directory that this process cannot reach is like one that does not exist: HOME often remains that of root when
    // privileges are dropped (setpriv, s6-setuidgid, Kubernetes' runAsUser).
    std::error_code unreachable;
    const bool there = std::filesystem::is_directory(directory, unreachable);
    if (error && there)
        return fail({ExitCode::bad_data, "read presets", directory.string(), "the directory cannot be read",
                     "make it readable, or give --bw-preset none", error.value()});
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        auto preset = TRY(load_preset(file.string()));
        if (preset.name != file.stem().string())
            return fail(to_error(
                {1, "name", "key \"name\" is \"" + preset.name + "\", the file is called " + file.filename().string()},
                file.string()));
        presets.push_back(std::move(preset));
    }
    const std::size_t own = presets.size();
    for (const Preset& preset : built_in_presets()) {
        const auto replaces = [&](const Preset& p) { return p.name == preset.name; };
        if (std::none_of(presets.begin(), presets.begin() + static_cast<std::ptrdiff_t>(own), replaces))
            presets.push_back(preset);
    }
    return presets;
}

} // namespace bytebound
