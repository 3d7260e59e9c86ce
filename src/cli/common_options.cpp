#include "cli/common_options.hpp"

#include <algorithm>
#include <cstdlib>

#include "cli/values.hpp"
#include "counters/names/resolver.hpp"

namespace bytebound {

Apply text_into(std::string& target) {
    return [&target](const std::string& text) -> Result<void> {
        target = text;
        return {};
    };
}

Option flag(std::string name, std::string help, std::string group, bool& target) {
    return {std::move(name), std::nullopt, std::move(help), std::move(group),
            [&target](const std::string&) -> Result<void> {
                target = true;
                return {};
            }};
}

Apply count_into(std::string option, std::optional<std::uint32_t>& target) {
    return [option = std::move(option), &target](const std::string& text) -> Result<void> {
        const auto value = TRY(to_count(option, text));
        target = static_cast<std::uint32_t>(value);
        return {};
    };
}

Apply repeats_into(std::optional<std::uint32_t>& target) {
    return [&target](const std::string& text) -> Result<void> {
        target.reset();
        if (text == "auto") return {};
        auto repeats = to_count("--repeats", text, 1, 100000);
        if (!repeats) {
            repeats.error().remedy += ", or auto";
            return fail(repeats.error());
        }
        target = static_cast<std::uint32_t>(*repeats);
        return {};
    };
}

Apply percentage_into(std::string option, double& target, double low) {
    return [option = std::move(option), &target, low](const std::string& text) -> Result<void> {
        if (!text.ends_with("%"))
            return bad_value(option, "'" + text + "' is not a percentage",
                             "give a number and a percent sign, as in 1%");
        target = TRY(to_number(option, text.substr(0, text.size() - 1), low, 99)) / 100;
        return {};
    };
}

Option json_option(bool& target) {
    return flag("--json", "one JSON document on stdout and nothing else", "Output", target);
}

Option sysroot_option(SysRoot& target) {
    return {"--sysroot", "DIR", "read another machine's sys/ and proc/ below DIR; nothing is opened or pinned",
            "Source", [&target](const std::string& text) -> Result<void> {
                SysRoot root{std::filesystem::path(text)};
                if (!root.exists("sys")) {
                    return fail({ExitCode::bad_data, "read sysroot", text, "it does not contain sys/",
                                 "record a machine with scripts/gather-machine DIR"});
                }
                target = root;
                return {};
            }};
}

Option bytes_per_cas_option(std::optional<std::uint64_t>& target, std::string group) {
    return {"--bytes-per-cas", "N",
            "bytes per count of every memory-controller event that does not count bytes (the preset's)",
            std::move(group), [&target](const std::string& text) -> Result<void> {
                const auto value = TRY(to_count("--bytes-per-cas", text, 1, 65536));
                target = value;
                return {};
            }};
}

Option events_option(std::vector<std::string>& target, std::string group) {
    return {"--events", "NAME,...", "events, instead of the default ones; see bytebound events list", std::move(group),
            [&target](const std::string& text) -> Result<void> {
                target = split_event_names(text);
                if (target.empty() || std::find(target.begin(), target.end(), "") != target.end())
                    return bad_value("--events", "a name is empty", "separate names by one comma");
                return {};
            }};
}

namespace {

/// The XDG base directory, below which the program has its folder; empty if neither variable is set. The specification
/// ignores relative paths.
std::filesystem::path base_directory(const char* variable, const char* below_home) {
    const char* named = std::getenv(variable);
    if (named != nullptr && *named == '/') return named;
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home != '/') return {};
    return std::filesystem::path(home) / below_home;
}

} // namespace

std::filesystem::path user_presets_directory() {
    const auto base = base_directory("XDG_CONFIG_HOME", ".config");
    return base.empty() ? base : base / "bytebound/presets";
}

std::filesystem::path qualification_cache_directory() {
    const auto base = base_directory("XDG_CACHE_HOME", ".cache");
    return base.empty() ? base : base / "bytebound/qualification";
}

std::filesystem::path calibration_directory() {
    const auto base = base_directory("XDG_CACHE_HOME", ".cache");
    return base.empty() ? base : base / "bytebound/calibration";
}

std::filesystem::path user_history_file() {
    const auto base = base_directory("XDG_DATA_HOME", ".local/share");
    return base.empty() ? base : base / "bytebound/history.db";
}

std::filesystem::path autotune_directory() {
    const auto base = base_directory("XDG_CACHE_HOME", ".cache");
    return base.empty() ? base : base / "bytebound/autotune";
}

} // namespace bytebound
