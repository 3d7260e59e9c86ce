#pragma once
// The content of presets/*.toml as data. docs/presets.md describes the keys.

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

/// One set of conditions for a machine: x86 by vendor, family, model, stepping; Arm by implementer and part of MIDR;
/// POWER by the name in /proc/cpuinfo; or by PMU devices alone. An empty list matches everything.
struct CpuMatch {
    std::string vendor;
    std::optional<std::uint32_t> family, implementer;
    std::vector<NumberRange> models, steppings;
    std::vector<std::uint32_t> parts;
    std::string power_cpu;            ///< "POWER9"
    std::vector<std::string> devices; ///< regular expressions for whole names: a PMU must exist for each
    std::size_t line = 0;             ///< line number in the file
    bool names_cpu() const { return !vendor.empty() || implementer || !power_cpu.empty(); }
    bool operator==(const CpuMatch&) const = default;
};

/// A core event that can be counted per thread: either `terms` on the first core PMU whose whole name matches the
/// regular expression `pmu`, or the kernel's own name `event`.
struct CoreEvent {
    std::string pmu, terms, event;
    std::string counts; ///< description of what it counts
    bool operator==(const CoreEvent&) const = default;
};

/// One event of a memory controller. "{1}" in `terms` and `alias` is replaced by the first group of the source's `pmu`.
struct MemoryTerm {
    std::string terms; ///< empty: the event is the kernel's `alias`, with the bytes per count of its .scale and .unit
    std::uint32_t bytes_per_count = 0;
    std::string alias; ///< the kernel's name for the same event, only for comparison if there are `terms`
    bool of_kernel() const { return terms.empty(); }
    bool operator==(const MemoryTerm&) const = default;
};

/// The unit that one CPU of a box's cpumask represents, which determines the number of CPUs.
enum class BoxScope {
    die,     ///< every die has such a box (Intel's uncore driver; AMD Naples); one die per package on most machines
    package, ///< every package has such a box
    channel, ///< the box exists once and is a channel of one package; all boxes together reach every package
    machine, ///< the box exists once; its number or address identifies it
};
std::string_view name_of(BoxScope scope); ///< "die", "package", "channel", "machine"

/// One way to count one class of memory. The first source of a class that the machine has is used.
struct MemorySource {
    MemoryClass memory = MemoryClass::ddr;
    std::string pmu, exclude;                          ///< regular expressions for whole names; `exclude` may be empty
    std::string needs_path;                            ///< below the root; the last component is a regular expression
    std::string needs_alias;                           ///< every box must have it
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

/// A known caveat about the DRAM counters, or about resctrl's. It applies if every given condition holds.
struct Erratum {
    std::string text;
    std::string brief;               ///< one line for doctor; {pmu} is replaced by the first box; empty: not in doctor
    bool resctrl = false;            ///< about resctrl's counters instead of memory controllers
    std::vector<NumberRange> models; ///< only these of the preset's CPUs; empty: all
    bool always = false;
    std::string alias_differs;                        ///< this alias of the kernel differs from the preset's event
    std::string alias_exists;                         ///< a box has this alias
    std::string counted_by;                           ///< pattern for one of the counting PMUs
    std::optional<std::pair<int, int>> kernel_before; ///< Linux MAJOR.MINOR
    /// The number of NUMA nodes with CPUs per package differs from this.
    std::optional<std::uint32_t> nodes_per_package_not;
    bool operator==(const Erratum&) const = default;
};

/// The kernel driver that provides a CPU's memory-controller PMUs, for doctor's advice if it is missing.
struct MemoryControllerDriver {
    std::string module;                       ///< for modprobe
    std::string device;                       ///< name of its PMUs
    std::optional<std::pair<int, int>> since; ///< first Linux that supports this CPU; nullopt: any version in use
    std::vector<NumberRange> models;          ///< only these of the preset's CPUs; empty: all
    std::string acpi;  ///< the firmware lists a device with this prefix: one core design is built into many meshes
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

/// DRAM bytes of one process, estimated from core events.
struct CoreEstimate {
    std::string pmu;                         ///< regular expression for the core PMU's whole name
    std::map<std::string, CoreEvent> events; ///< keys are the names in the formulas; `pmu` and `event` are empty
    std::vector<FormulaTerm> read, write;    ///< empty: no estimate of this direction
    std::string note;
    bool operator==(const CoreEstimate&) const = default;
};

/// Everything known about one microarchitecture: one file of presets/*.toml.
struct Preset {
    std::string name, title;
    std::string source; ///< the documents that its facts come from
    bool verified = false;
    std::string verified_on, note;
    std::vector<CpuMatch> matches; ///< empty: used only by name, or as the last resort
    std::vector<MemorySource> dram;
    std::string no_dram; ///< why there is no DRAM source; with `dram`: on a machine that has none of them
    std::vector<Erratum> errata;
    std::vector<MemoryControllerDriver> drivers;
    std::optional<CoreEvent> llc_misses;
    std::string no_llc_misses; ///< why there is no LLC-miss event
    std::optional<CoreEstimate> estimate;
    std::string no_estimate; ///< why there is no estimate
    std::string file;        ///< its origin: "presets/intel-icx.toml", or a path of the user's
    bool built_in = false;
    bool operator==(const Preset&) const = default;
};

} // namespace bytebound
