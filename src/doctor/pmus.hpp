#pragma once
// The PMUs in sysfs, as their files describe them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"

namespace bytebound {

/// Role of a directory below event_source/devices. The set of PMUs is open: one that no table contains is
/// `unrecognised` and can still be used by its raw name.
enum class PmuKind { core, memory_controller, cache, kernel, other, unrecognised };
std::string_view name_of(PmuKind kind);
PmuKind kind_of_pmu(std::string_view name);

struct PmuFacts {
    std::string name;
    PmuKind kind = PmuKind::unrecognised;
    std::optional<std::uint32_t> type;          ///< perf_event_attr.type; nullopt if the file is missing or malformed
    std::optional<std::vector<int>> cpumask;    ///< CPUs to open on (uncore); nullopt without such a file
    std::optional<std::vector<int>> cpus;       ///< CPUs of one kind of core (hybrid, big.LITTLE)
    std::map<std::string, std::string> formats; ///< term -> "config:0-7"
    std::map<std::string, std::string> events;  ///< alias -> "event=0x04,umask=0x03"; also the .scale and .unit files
    std::vector<std::string> faults;            ///< malformed files of this PMU, one sentence each
};

/// Reads every directory below sys/bus/event_source/devices; malformed files become faults.
std::vector<PmuFacts> read_pmus(const SysRoot& root);

/// Text of a broken file for messages: short, printable, in quotes.
std::string quoted_text(std::string text);

} // namespace bytebound
