#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/sysroot.hpp"
#include "counters/memory_counter.hpp"
#include "machine/cpu.hpp"
#include "preset/preset_data.hpp"

namespace bytebound {

/// One fault of a preset file.
struct PresetProblem {
    std::size_t line = 0;
    std::string key; ///< "dram.bytes_per_count"; empty: the file as a whole
    std::string cause;
    bool operator==(const PresetProblem&) const = default;
};
/// bad_data "read preset FILE:LINE: CAUSE".
Error to_error(const PresetProblem& problem, const std::string& file);

/// Parses a preset and collects all faults, sorted by line. The preset is usable only without faults.
Preset read_preset(std::string_view toml, const std::string& file, std::vector<PresetProblem>& problems);
/// Error: bad_data with "FILE:LINE", the key and the first fault; unknown keys are faults.
Result<Preset> parse_preset(std::string_view toml, const std::string& file);
/// Text of a preset file; bad_data if it is missing, unreadable or empty.
Result<std::string> preset_text(const std::string& file);
Result<Preset> load_preset(const std::string& file);

/// The compiled-in presets, sorted by name.
const std::vector<Preset>& built_in_presets();
/// The presets of `directory` (*.toml, each named after its preset), followed by the compiled-in ones that they do not
/// replace. An empty or missing directory replaces nothing. Error: bad_data for the first broken file.
Result<std::vector<Preset>> all_presets(const std::filesystem::path& directory);

/// How specific a match is: a feature test (PMU devices) outranks a test of the model; both together outrank either.
enum class Fit { none, model, devices, model_and_devices };
/// Whether the match includes the CPU, regardless of PMUs.
bool fits_cpu(const CpuMatch& match, const CpuIdentity& cpu);
/// Whether the list contains the model number (x86 model, Arm part); an empty list contains all.
bool has_model(const std::vector<NumberRange>& models, const CpuIdentity& cpu);
/// `pmus`: the names of the machine's PMUs. `device`: receives a PMU that decided, if devices did.
Fit fit_of(const CpuMatch& match, const CpuIdentity& cpu, const std::vector<std::string>& pmus,
           std::string* device = nullptr);

/// The preset of a run, and the default events that it supplies on this machine.
struct PresetChoice {
    std::optional<Preset> preset; ///< nullopt for "none"
    std::string reason;           ///< why this one
    std::string llc_event;        ///< "cpu/event=0x2e,umask=0x41/"; empty: none, `llc_reason` says why
    std::string llc_reason;
};

/// `request`: auto | none | NAME | FILE (with a slash or ending in .toml). `directory`: the user's own presets, see
/// all_presets(). Errors: usage for an unknown name, bad_data for a missing or malformed file.
Result<PresetChoice> choose_preset(const SysRoot& root, const std::string& request,
                                   const std::filesystem::path& directory = {});

/// The counters at the memory controllers of one machine, according to a preset.
struct MemoryMatch {
    std::vector<MemoryCounter> counters;   ///< one element per counter to open
    std::string reason;                    ///< why these, or why none
    std::string remedy;                    ///< if there are no counters: what the user can do
    std::vector<std::string> warnings;     ///< errata that apply here, kernel aliases that differ from the preset
    std::vector<std::string> brief_errata; ///< the errata among the warnings, in doctor's words
};

/// Encodes the preset's DRAM terms through sysfs format/ for every box and CPU of its cpumask. `bytes_per_cas` replaces
/// every bytes-per-count other than 1 (--bytes-per-cas). Does not fail: `reason` and `warnings` report what is missing
/// or broken. A source with one broken box is not used at all, because a sum over the others would be wrong.
MemoryMatch match_memory(const SysRoot& root, const Preset& preset, std::optional<std::uint64_t> bytes_per_cas = {});

/// One term of the per-process estimate of DRAM traffic: a core PMU event in the user's grammar.
struct EstimateTerm {
    std::string event; ///< "cpu/event=0xb7,umask=0x1,offcore_rsp=0x73c000477/"
    Direction direction = Direction::read;
    std::uint32_t bytes_per_count = 64;
    std::string counts;    ///< description of what it counts
    bool subtract = false; ///< its bytes are subtracted (Fujitsu A64FX)
};
/// Core events whose sums estimate one process's DRAM reads and writes; empty with `reason` if the preset has none.
struct EstimateMatch {
    std::vector<EstimateTerm> terms;
    std::string reason;
};
EstimateMatch match_core_estimate(const SysRoot& root, const Preset& preset);

/// A preset and what it provides on one machine.
struct PresetMatches {
    PresetChoice choice;
    MemoryMatch memory;     ///< empty without a preset
    EstimateMatch estimate; ///< empty without a preset
};

/// Result of `presets check` for files that are used together: faults in each file, and conflicts between files (two of
/// one name, two that match the same CPU without a feature test).
struct CheckedFile {
    std::string file;
    std::optional<Preset> preset; ///< nullopt if it could not be parsed
    std::vector<PresetProblem> problems;
};
std::vector<CheckedFile> check_presets(const std::vector<std::string>& files);

} // namespace bytebound
