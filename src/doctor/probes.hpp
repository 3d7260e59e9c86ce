#pragma once
// The kernel's answers to one event of every kind.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "doctor/pmus.hpp"
#include "machine/machine.hpp"

namespace bytebound {

/// Count and times after about 1 ms of work on the probing thread.
struct ProbeTimes {
    std::uint64_t count = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
    bool operator==(const ProbeTimes&) const = default;
};

/// One attempt to open an event: errno (0: it opened and was closed again), and its counts if requested.
struct Probe {
    int error = 0;
    std::optional<ProbeTimes> times;
    bool operator==(const Probe&) const = default;
};
/// Event kind -> outcome. Kinds: task-clock, cycles, instructions, cache-misses, LLC-load-misses, raw, breakpoint,
/// msr-tsc, system-wide, memory-controller, full-group.
using Probes = std::map<std::string, Probe>;

/// Tries to open one event of every kind on the calling thread, and closes each.
Probes probe_machine(Sys& sys, const Machine& machine, const std::vector<PmuFacts>& pmus);
/// Parses probes.json of a recorded machine: {"cycles": 2, "task-clock": {"errno": 0, "count": 9, "enabled_ns": 9,
/// "running_ns": 9}}. Error: bad_data.
Result<Probes> parse_probes(std::string_view json);

} // namespace bytebound
