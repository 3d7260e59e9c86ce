#pragma once
// perf's names for the kernel's generic events (include/uapi/linux/perf_event.h).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

/// A name and its config word (PERF_TYPE_HARDWARE or PERF_TYPE_SOFTWARE). Several names may share one.
struct StaticEvent {
    std::string_view name;
    std::uint64_t config;
};

std::span<const StaticEvent> hardware_events();
std::span<const StaticEvent> software_events();
std::optional<std::uint64_t> hardware_config(std::string_view name);
std::optional<std::uint64_t> software_config(std::string_view name);

/// A name of perf's cache grammar: CACHE[-OP][-RESULT], OP and RESULT in either order, upper or lower case.
struct CacheEventName {
    std::uint64_t config = 0;    ///< cache | op << 8 | result << 16
    bool exists_anywhere = true; ///< false for pairs that no CPU has, such as stores of the instruction cache
};
/// nullopt if the name is not in that grammar.
std::optional<CacheEventName> parse_cache_event(std::string_view name);
/// The usual spelling of every cache event that can exist: "L1-dcache-loads", "LLC-load-misses", ...
std::vector<std::string> cache_event_names();

/// Whether a software event happens inside the kernel only (context switches, migrations): with exclude_kernel the
/// kernel counts 0 while running == enabled.
bool happens_in_kernel_only(std::uint32_t type, std::uint64_t config);

} // namespace bytebound
