#pragma once
// Options shared by several commands.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/sysroot.hpp"
#include "cli/parser.hpp"
#include "cli/values.hpp"

namespace bytebound {

/// Applies an option's value.
using Apply = std::function<Result<void>(const std::string&)>;
Apply text_into(std::string& target);
/// An option without a value: sets `target`.
Option flag(std::string name, std::string help, std::string group, bool& target);

/// An integer in [low, high].
template <class Number>
Apply count_into(std::string option, Number& target, std::uint64_t low = 0,
                 std::uint64_t high = std::numeric_limits<std::uint32_t>::max()) {
    return [option = std::move(option), &target, low, high](const std::string& text) -> Result<void> {
        const auto value = TRY(to_count(option, text, low, high));
        target = static_cast<Number>(value);
        return {};
    };
}
Apply count_into(std::string option, std::optional<std::uint32_t>& target);

/// "20s", "500ms", "2min", "1h" or a number of seconds, in [low, high].
template <class Seconds>
Apply seconds_into(std::string option, Seconds& target, double low, double high) {
    return [option = std::move(option), &target, low, high](const std::string& text) -> Result<void> {
        target = TRY(to_seconds(option, text, low, high));
        return {};
    };
}

/// The value of --repeats: a number of blocks, or "auto", which is nullopt.
Apply repeats_into(std::optional<std::uint32_t>& target);

/// "1%", "0.5%": a percentage of at least `low` and below 100, as a fraction.
Apply percentage_into(std::string option, double& target, double low = 0);

/// --json
Option json_option(bool& target);
/// --sysroot DIR: another machine's sys/ and proc/. Error (bad_data) if DIR does not contain sys/.
Option sysroot_option(SysRoot& target);

/// --bytes-per-cas N, from 1 to 65536, under the heading `group`.
Option bytes_per_cas_option(std::optional<std::uint64_t>& target, std::string group);

/// --events NAME,...
Option events_option(std::vector<std::string>& target, std::string group);

/// Directory of the user's own presets: $XDG_CONFIG_HOME/bytebound/presets, or below ~/.config; empty if neither
/// variable is set.
std::filesystem::path user_presets_directory();
/// Directory of cached qualifications: $XDG_CACHE_HOME/bytebound/qualification, or below ~/.cache; empty likewise.
std::filesystem::path qualification_cache_directory();
/// Directory of calibrations: $XDG_CACHE_HOME/bytebound/calibration, or below ~/.cache; empty likewise.
std::filesystem::path calibration_directory();
/// The user's history: $XDG_DATA_HOME/bytebound/history.db, or below ~/.local/share; empty likewise.
std::filesystem::path user_history_file();
/// Directory of autotunes: $XDG_CACHE_HOME/bytebound/autotune, or below ~/.cache; empty likewise.
std::filesystem::path autotune_directory();

} // namespace bytebound
