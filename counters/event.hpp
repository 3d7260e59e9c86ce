#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace bytebound {

/// The privilege levels counted. `unrestricted` is for events that accept no exclude bits at all (msr/tsc/, most uncore
/// PMUs).
enum class Domain { user, kernel, user_and_kernel, unrestricted };
std::string_view name_of(Domain domain); ///< "u", "k", "uk", "-"

/// Whether a counter can follow a thread, or can be opened on CPUs only (uncore; `cpus` then holds its cpumask).
enum class Scope { thread, cpu };

/// One event in the kernel's terms. A resolver makes it from the user's name; it contains all that opening needs.
struct Event {
    std::string name;       ///< exactly what the user wrote, modifiers included
    std::string pmu;        ///< device name under event_source/devices; "software" and the like for static types
    std::uint32_t type = 0; ///< perf_event_attr.type
    std::uint64_t config = 0;
    std::uint64_t config1 = 0;
    std::uint64_t config2 = 0;
    /// Breakpoints only (HW_BREAKPOINT_R | _W | _X); their address is config1, their length in bytes config2.
    std::uint32_t breakpoint_type = 0;
    Domain domain = Domain::user;
    Scope scope = Scope::thread;
    std::vector<int> cpus; ///< cpumask of a cpu-scoped PMU; "cpus" of a hybrid core PMU; else empty
    double scale = 1.0;    ///< from the sysfs .scale file: value = count * scale
    std::string unit;      ///< from the sysfs .unit file, else empty (events)
    std::string origin;    ///< which grammar or file gave the encoding, for `events resolve`
    std::string caveat;    ///< how an ambiguous name was read, or what a sum leaves out; empty: nothing to say

    bool is_software() const { return type == 1; } ///< PERF_TYPE_SOFTWARE
    bool operator==(const Event&) const = default;
};

/// What a name resolves to: an event, or a known event without hardware here. A name that no grammar accepts is an
/// Error (usage, with a suggestion) instead.
struct Resolution {
    std::optional<Event> event; ///< of a sum, that of its first box
    std::string unavailable;    ///< reason if there is no event: "this machine has no PMU uncore_imc_0"
    std::string remedy;
    std::vector<Event> boxes =
        {};                   ///< the events of which it is the sum, for a name that several PMUs match; else empty
    std::string label = {};   ///< from name=, the name under which the value is shown; empty: as it is written
    bool no_core_pmu = false; ///< unavailable since the machine has no core PMU at all
};

} // namespace bytebound
