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

/// One thing that is wrong with a preset file.
struct PresetProblem {
    std::size_t line = 0;
    std::string key; ///< "dram.bytes_per_count"; empty for the file as a whole
    std::string cause;
    bool operator==(const PresetProblem&) const = default;
};
/// bad_data "read preset FILE:LINE: CAUSE".
Error to_error(const PresetProblem& problem, const std::string& file);

/// The preset of a file's text, and all that is wrong with it by line; the preset is usable only without problems.
Preset read_preset(std::string_view toml, const std::string& file, std::vector<PresetProblem>& problems);
/// Error: bad_data with "FILE:LINE", the key and what is wrong with it (the first that was met); unknown keys are
/// errors.
Result<Preset> parse_preset(std::string_view toml, const std::string& file);
/// Text of a preset file; bad_data when it is missing, unreadable or empty.
Result<std::string> preset_text(const std::string& file);
Result<Preset> load_preset(const std::string& file);

/// The presets compiled in, by name.
const std::vector<Preset>& built_in_presets();
/// Those of `directory` (*.toml, each called like its preset) before the compiled-in ones that they do not replace. An
/// empty or missing directory replaces nothing. Error: bad_data for the first broken file.
Result<std::vector<Preset>> all_presets(const std::filesystem::path& directory);

/// How well a match fits: a feature test (PMU devices) beats a test of the model, both together beat either.
enum class Fit { none, model, devices, model_and_devices };
/// Whether the CPU is one that the match names, whatever PMUs there are.
bool fits_cpu(const CpuMatch& match, const CpuIdentity& cpu);
/// Whether the model number (x86 model, Arm part) is in the list; an empty list has all.
bool has_model(const std::vector<NumberRange>& models, const CpuIdentity& cpu);
/// `pmus`: the names of the machine's PMUs. `device`: one that decided, when devices did.
Fit fit_of(const CpuMatch& match, const CpuIdentity& cpu, const std::vector<std::string>& pmus,
           std::string* device = nullptr);

/// The preset of a run, and the default events that it supplies here.
struct PresetChoice {
    std::optional<Preset> preset; ///< none with "none"
    std::string reason;           ///< why this one
    std::string llc_event;        ///< "cpu/event=0x2e,umask=0x41/"; empty: none, `llc_reason` says why
    std::string llc_reason;
};

/// `request`: auto | none | NAME | FILE (with a slash or ending in .toml). `directory`: of the user's own presets, see
/// all_presets(). Errors: usage for an unknown name, bad_data for a file that is missing or malformed.
Result<PresetChoice> choose_preset(const SysRoot& root, const std::string& request,
                                   const std::filesystem::path& directory = {});

/// The counters at the memory controllers of one machine, as a preset sees them.
struct MemoryMatch {
    std::vector<MemoryCounter> counters; ///< one entry per counter that would be opened
    std::string reason;                  ///< why these, or why none
    std::string remedy;                  ///< without counters: what the user can do
    std::vector<std::string> warnings;   ///< errata that apply here, aliases of the kernel that differ from the preset
    std::vector<std::string> brief_errata; ///< of the errata among them, in doctor's words
};

/// Encodes the preset's DRAM terms through sysfs format/ for every box and CPU of its cpumask. `bytes_per_cas`:
/// replaces every bytes-per-count other than 1 (--bytes-per-cas). Never fails: what is missing or broken is said in
/// `reason` and `warnings`. A source with one broken box is not used at all: the sum over the others would be no sum.
MemoryMatch match_memory(const SysRoot& root, const Preset& preset, std::optional<std::uint64_t> bytes_per_cas = {});

/// One term of the per-process estimate of DRAM traffic: an event of the core PMU in the user's grammar.
struct EstimateTerm {
    std::string event; ///< "cpu/event=0xb7,umask=0x1,offcore_rsp=0x73c000477/"
    Direction direction = Direction::read;
    std::uint32_t bytes_per_count = 64;
    std::string counts;    ///< what it counts, in words
    bool subtract = false; ///< its bytes are taken off the sum (Fujitsu A64FX)
};
/// Core events whose sums estimate DRAM reads and writes of one process; empty with `reason` where the preset has none.
struct EstimateMatch {
    std::vector<EstimateTerm> terms;
    std::string reason;
};
EstimateMatch match_core_estimate(const SysRoot& root, const Preset& preset);

/// A preset with what it gives on one machine.
struct PresetMatches {
    PresetChoice choice;
    MemoryMatch memory;     ///< empty without a preset
    EstimateMatch estimate; ///< empty without a preset
};

/// What `presets check` finds in files that are to be used together: what is wrong in each, and between them: two of
/// one name, two that match the same CPU without a feature test.
struct CheckedFile {
    std::string file;
    std::optional<Preset> preset; ///< none when it could not be read
    std::vector<PresetProblem> problems;
};
std::vector<CheckedFile> check_presets(const std::vector<std::string>& files);

} // namespace bytebound
