#pragma once
// Collectors that count from outside: the program runs once more, as the child of an emulator, and what the emulator
// wrote down is read afterwards. Nothing here knows what the wrapped program does.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "counters/capability.hpp"

namespace bytebound {

/// One level of cache, as an emulator is told it.
struct EmulatedCache {
    std::uint64_t size_bytes = 0;
    std::uint32_t ways = 0;
    std::uint32_t line_bytes = 64;
    std::uint64_t sets() const { return size_bytes / (std::uint64_t{ways} * line_bytes); }
    bool operator==(const EmulatedCache&) const = default;
};

struct EmulatedCaches {
    EmulatedCache first_level; ///< instructions and data have one each
    EmulatedCache last_level;
    bool operator==(const EmulatedCaches&) const = default;
};

/// What the emulator counted between two dumps, the later of which the program asked for under this label.
struct EmulatedPart {
    std::string label;
    std::uint64_t instructions = 0;
    std::uint64_t lines_fetched = 0;      ///< into the last level, for data
    std::uint64_t lines_written_back = 0; ///< of the last level, for whatever took their place
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
    /// The last-level cache nearest to `wanted` that the emulator can have: as many bytes as possible, other sets and
    /// ways where it must. Error: not_possible.
    virtual Result<EmulatedCache> nearest_cache(const EmulatedCache& wanted) const = 0;
    /// The first level to put above a last level.
    virtual EmulatedCache first_level_above(const EmulatedCache& last_level) const = 0;
    /// The words that run `command` (a path and its arguments) under the emulator, which writes to `output_file`.
    virtual std::vector<std::string> wrap(const std::vector<std::string>& command, const EmulatedCaches& caches,
                                          const std::string& output_file) const = 0;
    /// Reads what the emulator wrote: the labelled parts, in order. `file` stands in errors. Error: internal, with file
    /// and line.
    virtual Result<EmulatedOutput> parse(std::string_view text, const std::string& file) const = 0;

    // Requests of the wrapped program to its emulator; without one they do nothing.
    /// The emulation of the caches begins, empty; nothing is collected yet.
    virtual void start() const noexcept = 0;
    /// Collecting begins, or ends. The caches are emulated either way.
    virtual void toggle() const noexcept = 0;
    /// What was collected since the last dump becomes a part.
    virtual void dump(const char* label) const noexcept = 0;
    /// The emulation of the caches ends; its content is lost.
    virtual void stop() const noexcept = 0;
};

} // namespace bytebound
