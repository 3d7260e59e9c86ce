#pragma once
// A request for counting: everything that counting needs from an experiment. Used by run and calibrate.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/sysroot.hpp"
#include "machine/placement.hpp"
#include "preset/preset.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// The command-line options for counting. Names are as the user wrote them.
struct CountingOptions {
    std::vector<std::string> collectors = {"auto"};
    std::vector<std::string> events; ///< empty: the default events
    std::string bandwidth_preset = "auto";
    std::filesystem::path preset_directory; ///< of the user's own presets; empty: none
    std::optional<std::uint64_t> bytes_per_cas;
    bool allow_multiplex = false;
    bool strict = false;
};

/// The collectors selected by a list of --collector names.
struct CollectorChoice {
    std::vector<std::string> counting; ///< in-process collectors, in order of preference
    bool simulate = false;
    bool automatic = false;     ///< "auto": a collector that cannot open anything is not an error
    std::string emulating = {}; ///< the collector that wraps the program; empty: none, as with "auto"
    bool operator==(const CollectorChoice&) const = default;
};
/// Errors (usage): an unknown name, or `none` combined with others.
Result<CollectorChoice> choose_collectors(const std::vector<std::string>& names);

/// An event before collectors are consulted.
struct EventRequest {
    std::string name;       ///< from the user, or a default
    std::string role;       ///< the metric that it feeds; empty: a raw event
    std::string label = {}; ///< from the term name=: the name of its column; empty: `name`
    const std::string& column() const { return label.empty() ? name : label; }
    bool operator==(const EventRequest&) const = default;
};

/// The events that are counted without --events. `llc_event`: the preset's; empty: it has none.
std::vector<std::string> default_events(const std::string& llc_event);

/// The metric that an event feeds: "cycles", "cycles:u", "cpu_core/cpu-cycles/" -> "cycles". `llc_event` is the
/// preset's. Empty for any other event.
std::string event_role(const std::string& name, const std::string& llc_event);

/// Chooses the preset according to the options and matches it with the machine. Errors: those of choose_preset().
Result<PresetMatches> match_presets(const SysRoot& root, const CountingOptions& options);

/// What a run records of it.
PresetRecord preset_record(const PresetChoice& choice);

struct CountingRequest {
    CountingOptions options;
    CollectorChoice collectors;
    std::vector<EventRequest> events;
    Placement placement; ///< its first CPU is the leader's
    PresetMatches preset;
    std::vector<Warning> warnings;
};

/// Pure: event names are looked up in sysfs, nothing is opened. Errors: those of choose_collectors(); usage for an
/// event name that is in no grammar and no table, regardless of the collector.
Result<CountingRequest> request_counting(const CountingOptions& options, const Placement& placement,
                                         const PresetMatches& preset, const SysRoot& root);

} // namespace bytebound
