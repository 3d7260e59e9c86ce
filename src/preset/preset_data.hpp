#pragma once
// What presets/*.toml say, as data. docs/presets.md describes the keys.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "counters/memory_counter.hpp"

namespace bytebound {

/// Inclusive range of CPU models or steppings.
struct NumberRange {
    std::uint32_t first = 0, last = 0;
    bool contains(std::uint32_t value) const { return first <= value && value <= last; }
    bool operator==(const NumberRange&) const = default;
};

/// One way for a machine to be the preset's: x86 by vendor, family, model, stepping; Arm by implementer and part of
/// MIDR; POWER by the name in /proc/cpuinfo; or by its PMU devices alone. Empty lists match all.
struct CpuMatch {
    std::string vendor;
    std::optional<std::uint32_t> family, implementer;
    std::vector<NumberRange> models, steppings;
    std::vector<std::uint32_t> parts;
    std::string power_cpu;            ///< "POWER9"
    std::vector<std::string> devices; ///< regular expressions for whole names: of each a PMU must exist
    std::size_t line = 0;             ///< in the file
    bool names_cpu() const { return !vendor.empty() || implementer || !power_cpu.empty(); }
    bool operator==(const CpuMatch&) const = default;
};

/// A core event that can be counted per thread: either `terms` on the first core PMU whose name matches `pmu` (a
/// regular expression for the whole name), or the kernel's own name `event`.
struct CoreEvent {
    std::string pmu, terms, event;
    std::string counts; ///< what it counts, in words
    bool operator==(const CoreEvent&) const = default;
};

/// One event of a memory controller. "{1}" in `terms` and `alias` stands for the first group of the source's `pmu`.
struct MemoryTerm {
    std::string terms;
    std::uint32_t bytes_per_count = 0;
    std::string alias; ///< the kernel's name for the same event, a cross-check only
    bool operator==(const MemoryTerm&) const = default;
};

/// What one CPU of a box's cpumask stands for, and so how many there must be.
enum class BoxScope {
    die,     ///< every die has such a box (Intel's uncore driver; AMD Naples); one die per package on most machines
    package, ///< every package has such a box
    channel, ///< the box exists once and is a channel of one package; all boxes together reach every package
    machine, ///< the box exists once, its number or address names it
};
std::string_view name_of(BoxScope scope); ///< "die", "package", "channel", "machine"

/// One way to count one class of memory. Of the sources of a class the first that the machine has is used.
struct MemorySource {
    MemoryClass memory = MemoryClass::ddr;
    std::string pmu, exclude;                          ///< regular expressions for whole names; `exclude` may be empty
    std::string needs_path;                            ///< below the root; its last part is a regular expression
    std::string needs_alias;                           ///< of every box
    std::map<std::string, std::uint32_t> needs_format; ///< term -> width in bits
    BoxScope scope = BoxScope::die;
    std::uint32_t counters_per_box = 0; ///< 0: not known
    std::uint32_t width_bits = 0;
    bool saturates = false;
    std::string privilege, note;
    std::vector<MemoryTerm> read, write, combined;
    std::size_t line = 0;
    bool conditional() const { return !needs_path.empty() || !needs_alias.empty() || !needs_format.empty(); }
    bool operator==(const MemorySource&) const = default;
};

/// A known doubt about the DRAM counters, or about resctrl's. It applies where every stated condition holds.
struct Erratum {
    std::string text;
    std::string brief;    ///< in one line, for doctor; {pmu} stands for the first box; empty: doctor leaves it out
    bool resctrl = false; ///< about resctrl's counters, not about memory controllers
    std::vector<NumberRange> models; ///< of the preset's CPUs only these; empty: all
    bool always = false;
    std::string alias_differs;                          ///< this alias of the kernel is not the preset's event
    std::string alias_exists;                           ///< a box has this alias
    std::string counted_by;                             ///< pattern of a PMU among those that count
    std::optional<std::pair<int, int>> kernel_before;   ///< Linux MAJOR.MINOR
    std::optional<std::uint32_t> nodes_per_package_not; ///< NUMA nodes with CPUs per package differ from this
    bool operator==(const Erratum&) const = default;
};

/// The kernel driver that gives a CPU its memory-controller PMUs: what doctor says is missing.
struct MemoryControllerDriver {
    std::string module;                       ///< for modprobe
    std::string device;                       ///< how its PMUs are called
    std::optional<std::pair<int, int>> since; ///< first Linux that has it for this CPU; nothing: any in use
    std::vector<NumberRange> models;          ///< of the preset's CPUs only these; empty: all
    std::string acpi;  ///< the firmware lists a device that begins so: one core is built into many meshes
    std::string board; ///< regular expression for "VENDOR PRODUCT" of the DMI table
    bool operator==(const MemoryControllerDriver&) const = default;
};

/// FACTOR * EVENT in a formula, added or subtracted.
struct FormulaTerm {
    std::uint32_t factor = 1;
    std::string event;
    bool subtract = false;
    bool operator==(const FormulaTerm&) const = default;
};

/// DRAM bytes of one process out of core events: an estimate.
struct CoreEstimate {
    std::string pmu;                         ///< regular expression for the core PMU's whole name
    std::map<std::string, CoreEvent> events; ///< by the names that the formulas use; `pmu` and `event` empty
    std::vector<FormulaTerm> read, write;    ///< empty: no estimate of this direction
    std::string note;
    bool operator==(const CoreEstimate&) const = default;
};

/// What is known about one microarchitecture: presets/*.toml.
struct Preset {
    std::string name, title;
    std::string source; ///< the documents its facts come from
    bool verified = false;
    std::string verified_on, note;
    std::vector<CpuMatch> matches; ///< none: only by name, or as the last resort
    std::vector<MemorySource> dram;
    std::string no_dram; ///< why there is none
    std::vector<Erratum> errata;
    std::vector<MemoryControllerDriver> drivers;
    std::optional<CoreEvent> llc_misses;
    std::string no_llc_misses; ///< why there is none
    std::optional<CoreEstimate> estimate;
    std::string no_estimate; ///< why there is none
    std::string file;        ///< where it was read: "presets/intel-icx.toml", or a path of the user's
    bool built_in = false;
    bool operator==(const Preset&) const = default;
};

} // namespace bytebound
