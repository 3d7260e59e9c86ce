#pragma once
// What the process of a plug-in receives, and the memory that it shares with bytebound.

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "experiment/measure/measured_steps.hpp"
#include "experiment/measure/sweep.hpp"
#include "loops/workspace.hpp"

namespace bytebound {

/// Everything that a plug-in's process does. It is of the same program, so that nothing of it is checked again.
struct PlugInSpec {
    std::string library, arguments;
    bool describe = false; ///< load the library and say what it is; the rest is empty
    WorkspaceSpec workspace;
    StepPlan steps;
    std::vector<std::string> events; ///< the names of all columns
    bool read_cost = false;          ///< measure what empty readings cost before the library is loaded
    std::uint64_t sweep_bytes = 0;
    CacheSweep::Part sweep;
    std::vector<SentSource> counters; ///< without descriptors, which are sent in their order
};

std::string to_text(const PlugInSpec& spec);
/// Error: internal.
Result<PlugInSpec> parse_plug_in_spec(std::string_view text);

/// What a plug-in's process does, in this order.
enum class PlugInStage : std::uint32_t { starting, loading, creating, stepping, placing, telling, destroying, done };

/// The start of the shared memory. Texts end with 0.
struct PlugInHeader {
    std::atomic<PlugInStage> stage;
    std::uint32_t placed_rows;
    std::uint32_t tells_rows, tells_metadata; ///< of every step
    std::uint64_t log_words, cost_words;
    std::uint32_t failed; ///< an ExitCode; 0: no error
    char name[64], about[256], cause[1024], remedy[512];
};

/// The shared memory of a phase, which both processes map. Its arrays follow the header; `ids` ends at its end, so that
/// what is behind them can be a guard page.
class PlugInBlock {
public:
    PlugInBlock(std::byte* base, const PlugInSpec& spec);
    static std::uint64_t bytes(const PlugInSpec& spec);

    PlugInHeader& header() const { return *reinterpret_cast<PlugInHeader*>(base_); }
    /// What step() returned, by step; `unfinished` at first.
    std::span<std::int32_t> outcomes() const { return outcomes_; }
    static constexpr std::int32_t unfinished = INT32_MIN;
    std::span<std::uint64_t> rows_written() const { return rows_; }
    std::span<std::uint64_t> metadata_bytes() const { return metadata_; }
    std::span<std::uint64_t> words() const { return words_; } ///< the log, then the cost
    std::span<std::uint32_t> ids() const { return ids_; }
    /// The number of finished steps.
    std::uint32_t finished() const;

private:
    std::byte* base_;
    std::span<std::int32_t> outcomes_;
    std::span<std::uint64_t> rows_, metadata_, words_;
    std::span<std::uint32_t> ids_;
};

/// A log of one worker as numbers, and back. Error (internal): they are not those of a log.
std::vector<std::uint64_t> words_of(const PhaseLog& log);
Result<PhaseLog> log_of(std::span<const std::uint64_t> words, const PlugInSpec& spec);
/// The same of the cost of a reading; events are their indices in spec.events.
std::vector<std::uint64_t> words_of(const ReadCostRecord& cost, const PlugInSpec& spec);
Result<ReadCostRecord> cost_of(std::span<const std::uint64_t> words, const PlugInSpec& spec);

} // namespace bytebound
