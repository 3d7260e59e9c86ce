#pragma once
// What the rows of a run are. A run of update loops has a row per loop and k; of every other subject a row has a name
// alone, because there is no trace of rows: its k is null, and figures of a trace are null with this reason.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bytebound {

enum class Subject {
    loops,    ///< `bytebound run`, and all records of older versions
    commands, ///< `bytebound exec`: whole runs of programs
    regions,  ///< parts of a program that it marks itself
    imported, ///< what another tool measured
};
std::string_view name_of(Subject subject);
/// "command", for sentences.
std::string_view noun_of(Subject subject);
/// Why a figure that follows from a trace of rows is null: "a command has no row trace"; empty for loops.
std::string why_no_trace(Subject subject);

/// The fewest blocks of --repeats auto. Whole programs are noisier than steps: of 60 experiments with equal programs, 8
/// blocks called as many unequal as the intervals say (docs/exec.md).
constexpr std::uint32_t least_auto_blocks(Subject subject) { return subject == Subject::loops ? 6 : 8; }

/// The k of a row that has none: null in JSON, an empty cell in CSV, nothing in texts.
inline constexpr std::uint32_t no_k = std::numeric_limits<std::uint32_t>::max();
inline bool has_k(std::uint32_t k) { return k != no_k; }
/// "16"; empty for no_k.
std::string k_text(std::uint32_t k);
/// "paired k=16"; for no_k the name alone.
std::string row_name(std::string_view loop, std::uint32_t k);

/// A program as `exec` ran it.
struct CommandRecord {
    std::string name;
    std::vector<std::string> argv; ///< of a shell: its arguments, too
    /// Of every measured run; nullopt: none ended by itself.
    std::optional<int> exit_code;
    std::uint64_t runs = 0;               ///< measured
    std::uint64_t runs_with_children = 0; ///< of these, with processes that outlived the command and were killed
    std::vector<std::string> cpus_seen;   ///< Cpus_allowed_list as /proc/PID/status had it, without repetition
    std::vector<std::string> nodes_seen;  ///< nodes of its pages as /proc/PID/numa_maps had them, "0: 512, 1: 3"
    std::string nodes_reason;             ///< why there are none
};

struct CommandsRecord {
    std::vector<CommandRecord> commands;
    std::vector<std::string> prepare; ///< run before each command, outside of its window; empty: nothing
    std::uint32_t warmup = 0;         ///< runs of each command before the first block
    double timeout_seconds = 0;       ///< of one run; 0: none
    std::string order;                ///< of the blocks, drawn by the seed: "ABBA BAAB"; empty with one command
};

/// Parts of a program between two marks of its own.
struct RegionsRecord {
    std::vector<std::string> names;
    std::vector<std::uint64_t> passes; ///< of each of these, over all blocks; a block need not have as many as another
    std::uint32_t threads = 1;         ///< that passed a mark
    std::vector<std::string> argv;
};

struct ImportedFile {
    std::string path, sha256;
    std::uint64_t bytes = 0;
};
/// A metric of the figures.
struct ImportedUnit {
    std::string metric, original; ///< original: the tool's own name
    std::string unit;             ///< empty: a count
};
struct ImportedRecord {
    std::string tool, tool_version; ///< version: empty if its files do not state it
    std::vector<ImportedFile> files;
    std::vector<ImportedUnit> units; ///< of its metrics
    std::vector<std::string> notes;  ///< what the files do not say, or what was left out
};

/// At most the record of its own kind is present.
struct SubjectRecord {
    Subject kind = Subject::loops;
    std::optional<CommandsRecord> commands;
    std::optional<RegionsRecord> regions;
    std::optional<ImportedRecord> imported;
};

/// Whether all commands ended with one code: only then are they compared.
bool equal_exit_codes(const SubjectRecord& subject);

} // namespace bytebound
