#pragma once
// Collectors that count from outside: the program runs again as the child of an emulator, whose output is read
// afterwards. They are independent of the program that they wrap.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "counters/capability.hpp"

namespace bytebound {

/// One level of cache, as passed to an emulator.
struct EmulatedCache {
    std::uint64_t size_bytes = 0;
    std::uint32_t ways = 0;
    std::uint32_t line_bytes = 64;
    std::uint64_t sets() const { return size_bytes / (std::uint64_t{ways} * line_bytes); }
    bool operator==(const EmulatedCache&) const = default;
};

struct EmulatedCaches {
    EmulatedCache first_level; ///< one each for instructions and data
    EmulatedCache last_level;
    bool operator==(const EmulatedCaches&) const = default;
};

/// The emulator's counts between two dumps; the label is the one of the later dump.
struct EmulatedPart {
    std::string label;
    std::uint64_t instructions = 0;
    std::uint64_t lines_fetched = 0;      ///< data lines, into the last level
    std::uint64_t lines_written_back = 0; ///< evicted dirty from the last level
    bool operator==(const EmulatedPart&) const = default;
};

struct EmulatedOutput {
    std::string version; ///< of the emulator, "3.19.0"
    std::vector<EmulatedPart> parts;
    bool operator==(const EmulatedOutput&) const = default;
};

class WrappingCollector {
public:
    virtual ~WrappingCollector() = default;
    virtual std::string_view name() const = 0;
    virtual Capability capability() const = 0;
    /// The nearest last-level cache to `wanted` that the emulator supports: as many bytes as possible, and other sets
    /// and ways if necessary. Error: not_possible.
    virtual Result<EmulatedCache> nearest_cache(const EmulatedCache& wanted) const = 0;
    /// The first level to use above a given last level.
    virtual EmulatedCache first_level_above(const EmulatedCache& last_level) const = 0;
    /// The command line that runs `command` (a path and its arguments) under the emulator, which writes to
    /// `output_file`.
    virtual std::vector<std::string> wrap(const std::vector<std::string>& command, const EmulatedCaches& caches,
                                          const std::string& output_file) const = 0;
    /// Parses the emulator's output: the labelled parts, in order. `file` is for errors. Error: internal, with file and
    /// line.
    virtual Result<EmulatedOutput> parse(std::string_view text, const std::string& file) const = 0;

    /// The command line that runs any program (a path and its arguments) from its start to its end under the emulator,
    /// and the programs that it starts. Each of their processes writes a file whose name begins with `output_prefix`
    /// and a point.
    virtual std::vector<std::string> wrap_program(const std::vector<std::string>& command, const EmulatedCaches& caches,
                                                  const std::string& output_prefix) const = 0;
    /// Parses the file of one of these processes: a part without a label. Error: as for parse().
    virtual Result<EmulatedOutput> parse_program(std::string_view text, const std::string& file) const = 0;

    // Requests from the wrapped program to its emulator; they do nothing outside of one.
    /// Starts emulating the caches, initially empty; does not collect yet.
    virtual void start() const noexcept = 0;
    /// Starts or ends collecting. The caches are emulated either way.
    virtual void toggle() const noexcept = 0;
    /// Makes a part of what was collected since the last dump.
    virtual void dump(const char* label) const noexcept = 0;
    /// Stops emulating the caches; their contents are lost.
    virtual void stop() const noexcept = 0;
};

} // namespace bytebound
