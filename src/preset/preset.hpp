#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/sysroot.hpp"
#include "counters/memory_counter.hpp"

namespace bytebound {

/// Inclusive range of CPU models or steppings.
struct NumberRange {
    std::uint32_t first = 0, last = 0;
    bool contains(std::uint32_t value) const { return first <= value && value <= last; }
    bool operator==(const NumberRange&) const = default;
};

/// One way for a CPU to be the preset's: x86 by vendor, family, model, stepping; Arm by implementer and part of MIDR.
/// Empty lists match all.
struct CpuMatch {
    std::string vendor;
    std::optional<std::uint32_t> family, implementer;
    std::vector<NumberRange> models, steppings;
    std::vector<std::uint32_t> parts;
    bool operator==(const CpuMatch&) const = default;
};

/// A core event that can be counted per thread: either `terms` on the first core PMU whose name matches `pmu` (a
/// regular expression for the whole name), or the kernel's own name `event`.
struct CoreEvent {
    std::string pmu, terms, event;
    std::string counts; ///< what it counts, in words
    bool operator==(const CoreEvent&) const = default;
};

/// What is known about one microarchitecture: presets/*.toml.
struct Preset {
    std::string name, title;
    std::string source; ///< the documents its facts come from
    bool verified = false;
    std::vector<CpuMatch> matches; ///< none: only by name, or as the last resort
    std::optional<CoreEvent> llc_misses;
    std::string no_llc_misses; ///< why there is none
    bool operator==(const Preset&) const = default;
};

/// Error: bad_data with "FILE:LINE", the key and what is wrong with it; unknown keys are errors.
Result<Preset> parse_preset(std::string_view toml, const std::string& file);

/// The presets compiled in, by name.
const std::vector<Preset>& built_in_presets();

/// What the machine says about its CPU (proc/cpuinfo, first processor).
struct CpuIdentity {
    std::string vendor, model_name;
    std::optional<std::uint32_t> family, model, stepping, implementer, part;
    bool operator==(const CpuIdentity&) const = default;
};
CpuIdentity identify_cpu(const SysRoot& root);
std::string describe(const CpuIdentity& cpu); ///< "AuthenticAMD family 0x19 model 0x11 stepping 0x1"

bool matches(const Preset& preset, const CpuIdentity& cpu);

/// The preset of a run, and the default events that it supplies here.
struct PresetChoice {
    std::optional<Preset> preset; ///< none with "none"
    std::string reason;           ///< why this one
    std::string llc_event;        ///< "cpu/event=0x2e,umask=0x41/"; empty: none, `llc_reason` says why
    std::string llc_reason;
};

/// `request`: auto | none | NAME | FILE (with a slash or ending in .toml). Errors: usage for an unknown name, bad_data
/// for a file that is missing or malformed.
Result<PresetChoice> choose_preset(const SysRoot& root, const std::string& request);

/// The counters at the memory controllers of one machine, as a preset sees them.
struct MemoryMatch {
    std::vector<MemoryCounter> counters; ///< one entry per counter that would be opened
    std::string reason;                  ///< why these, or why none
    std::string remedy;                  ///< without counters: what the user can do
    std::vector<std::string> warnings;   ///< errata that apply here, aliases of the kernel that differ from the preset
};

/// Encodes the preset's DRAM terms through sysfs format/ for every box and CPU of its cpumask. `bytes_per_cas`:
/// replaces every bytes-per-count other than 1 (--bytes-per-cas). Never fails: what is missing or broken is said in
/// `reason`.
MemoryMatch match_memory(const SysRoot& root, const Preset& preset, std::optional<std::uint64_t> bytes_per_cas = {});

/// One term of the per-process estimate of DRAM traffic: an event of the core PMU in the user's grammar.
struct EstimateTerm {
    std::string event; ///< "cpu/event=0xb7,umask=0x1,offcore_rsp=0x73c000477/"
    Direction direction = Direction::read;
    std::uint32_t bytes_per_count = 64;
    std::string counts; ///< what it counts, in words
};
/// Core events whose sums estimate DRAM reads and writes of one process; empty with `reason` where the preset has none.
struct EstimateMatch {
    std::vector<EstimateTerm> terms;
    std::string reason;
};
EstimateMatch match_core_estimate(const SysRoot& root, const Preset& preset);

} // namespace bytebound
