#include "counters/callgrind/callgrind_collector.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "counters/callgrind/part_file.hpp"

namespace bytebound {
namespace {

// The L1 of most cores. A small last level gets a smaller L1 above it: an L1 of half its size would hide too much reuse
// from it.
constexpr EmulatedCache usual_first_level{32 << 10, 8, 64};
constexpr std::uint64_t last_level_shares = 32;
/// Limits of callgrind: VG_(clo) reads 32-bit sizes; a line has at least 16 bytes; a cache has more than one line
/// (valgrind 3.19, cachegrind/cg-arch.c, check_cache).
constexpr std::uint64_t most_bytes = std::numeric_limits<std::int32_t>::max();
constexpr std::uint32_t least_line = 16;

std::string words_of(const EmulatedCache& cache) {
    return std::to_string(cache.size_bytes) + "," + std::to_string(cache.ways) + "," + std::to_string(cache.line_bytes);
}

/// A % in a name would begin a pattern.
std::string without_patterns(const std::string& name) {
    std::string escaped;
    for (const char c : name)
        escaped += c == '%' ? std::string("%%") : std::string(1, c);
    return escaped;
}

bool is_taken(const EmulatedCache& cache) {
    return cache.size_bytes > cache.line_bytes && cache.size_bytes <= most_bytes;
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

} // namespace

Capability CallgrindCollector::capability() const {
    if (valgrind_.empty()) return Capability::no("no valgrind on PATH", "sudo apt-get install valgrind");
    return Capability::yes(valgrind_);
}

Result<EmulatedCache> CallgrindCollector::nearest_cache(const EmulatedCache& wanted) const {
    const auto refused = [&] {
        return fail({ExitCode::not_possible, "emulate cache", words_of(wanted),
                     "callgrind accepts caches of more than one line and, with a power of two of sets, up to " +
                         std::to_string(most_bytes) + " bytes, and lines of a power of two from " +
                         std::to_string(least_line) + " bytes",
                     "give another --llc, or --collector sim"});
    };
    if (wanted.ways == 0 || wanted.line_bytes < least_line || !std::has_single_bit(wanted.line_bytes) ||
        wanted.sets() == 0 || !is_taken(wanted))
        return refused();
    const std::uint64_t lines = wanted.size_bytes / wanted.line_bytes;
    const std::uint64_t below = std::bit_floor(wanted.sets());
    EmulatedCache best{};
    for (const std::uint64_t sets : {below, 2 * below}) {
        const auto ways = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (lines + sets / 2) / sets));
        const EmulatedCache cache{sets * ways * wanted.line_bytes, ways, wanted.line_bytes};
        const auto rank = [&](const EmulatedCache& c) {
            return std::pair(distance(c.size_bytes, wanted.size_bytes), distance(c.ways, wanted.ways));
        };
        if (is_taken(cache) && (best.ways == 0 || rank(cache) < rank(best))) best = cache;
    }
    if (best.ways == 0) return refused();
    return best;
}

EmulatedCache CallgrindCollector::first_level_above(const EmulatedCache& last_level) const {
    EmulatedCache cache = usual_first_level;
    cache.line_bytes = last_level.line_bytes;
    const std::uint64_t least = 2 * std::uint64_t{cache.ways} * cache.line_bytes;
    const std::uint64_t share = std::bit_floor(last_level.size_bytes) / last_level_shares;
    cache.size_bytes = std::clamp(share, std::min(least, cache.size_bytes), cache.size_bytes);
    return cache;
}

std::vector<std::string> CallgrindCollector::words_for(const EmulatedCaches& caches) const {
    return {
        valgrind_,
        "--command-line-only=yes", // ignores VALGRIND_OPTS and .valgrindrc
        "--quiet",
        "--tool=callgrind",
        "--cache-sim=yes",
        "--simulate-wb=yes",
        "--dump-line=no",
        "--vgdb=no", // a killed process would leave vgdb's pipes in TMPDIR
        // All geometries are explicit: valgrind's defaults come from CPUID, which is often wrong in guests.
        "--I1=" + words_of(caches.first_level),
        "--D1=" + words_of(caches.first_level),
        "--LL=" + words_of(caches.last_level),
    };
}

std::vector<std::string> CallgrindCollector::wrap(const std::vector<std::string>& command, const EmulatedCaches& caches,
                                                  const std::string& output_file) const {
    std::vector<std::string> words = words_for(caches);
    // Starting the emulation flushes the caches, so the program starts it once and toggles collecting around every
    // reading.
    for (const char* word : {"--instr-atstart=no", "--collect-atstart=no", "--combine-dumps=yes"})
        words.emplace_back(word);
    words.push_back("--callgrind-out-file=" + without_patterns(output_file));
    words.insert(words.end(), command.begin(), command.end());
    return words;
}

std::vector<std::string> CallgrindCollector::wrap_program(const std::vector<std::string>& command,
                                                          const EmulatedCaches& caches,
                                                          const std::string& output_prefix) const {
    std::vector<std::string> words = words_for(caches);
    words.emplace_back("--trace-children=yes");
    words.push_back("--callgrind-out-file=" + without_patterns(output_prefix) + ".%p");
    words.insert(words.end(), command.begin(), command.end());
    return words;
}

Result<EmulatedOutput> CallgrindCollector::parse(std::string_view text, const std::string& file) const {
    return parse_part_file(text, file);
}

Result<EmulatedOutput> CallgrindCollector::parse_program(std::string_view text, const std::string& file) const {
    return parse_program_file(text, file);
}

} // namespace bytebound
