#include "record/warnings.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/text.hpp"
#include "stats/estimate.hpp"

namespace bytebound::warnings {
namespace {

std::string list(std::span<const std::uint32_t> values) { return fmt::format("{}", fmt::join(values, ", ")); }

std::string size(std::uint64_t bytes) { return format_size(static_cast<double>(bytes)); }

} // namespace

Warning k_clipped(std::span<const std::uint32_t> requested, std::uint32_t k) {
    return {"k_clipped",
            fmt::format("k {} clipped to {}: a step can change at most 2 min(m, N - m) rows", list(requested), k)};
}

Warning k_merged(std::span<const std::uint32_t> requested, std::uint32_t k, std::uint32_t k_requested) {
    std::vector<std::uint32_t> others(requested.begin(), requested.end());
    std::erase(others, k_requested);
    if (others.empty()) return {"k_merged", fmt::format("k {} was listed more than once: one row", k_requested)};
    return {"k_merged", fmt::format("k {} {} the same experiment as k {} (k = {}): one row", list(others),
                                    others.size() == 1 ? "is" : "are", k_requested, k)};
}

Warning event_repeated(const std::string& event) {
    return {"event_repeated", fmt::format("event {} was listed more than once: counted once", event)};
}

Warning llc_unknown(std::uint64_t assumed_bytes) {
    return {"llc_unknown", fmt::format("the last-level cache of the chosen CPUs is unknown: {} assumed for sweep, "
                                       "warm-up and simulation; give --llc SIZE:WAYS",
                                       size(assumed_bytes))};
}

Warning llc_ways_assumed(std::uint64_t size_bytes, std::uint32_t ways) {
    return {
        "llc_ways_assumed",
        fmt::format(
            "the number of ways of the last-level cache ({}) is unknown or does not divide its size: {} assumed; give "
            "--llc SIZE:WAYS",
            size(size_bytes), ways)};
}

Warning private_level_unknown(int level) {
    return {"private_level_unknown",
            fmt::format("the L{0} of this machine is unknown, is its last level, or has a line size other than that of "
                        "the simulated LLC: simulated without it; give --l{0} SIZE:WAYS, or none",
                        level)};
}

Warning hierarchy_not_simulated() {
    return {
        "hierarchy_not_simulated",
        "--cache-model is given but nothing is simulated: it changes only the expected traffic; add --collector sim"};
}

Warning l1_above_l2(std::uint64_t l1_bytes, std::uint64_t l2_bytes) {
    return {"l1_above_l2", fmt::format("the simulated L1 ({}) is larger than the L2 ({}): no real processor has this",
                                       size(l1_bytes), size(l2_bytes))};
}

Warning levels_not_emulated(const std::string& emulator, LlcPolicy policy) {
    return {"emulated_without_levels",
            fmt::format("{} emulates only the last level (and a small first one), not --cache-model {}: its figures "
                        "and those of sim are for different caches",
                        emulator, name_of(policy))};
}

Warning emulated_rows_straddle(const std::string& emulator, std::uint64_t row_bytes) {
    return {"emulated_rows_straddle",
            fmt::format("{} counts an access to two absent lines as one miss: rows of {} bytes, not a multiple of 32, "
                        "lose up to two lines in each copy; choose columns in multiples of 32 bytes",
                        emulator, row_bytes)};
}

Warning emulated_cache_differs(const std::string& emulator, const CacheGeometry& wanted, std::uint64_t size_bytes,
                               std::uint32_t ways) {
    return {"emulated_cache_differs",
            fmt::format("{} needs a power of two of sets: it uses {} with {} ways instead of {} with {} ways", emulator,
                        size(size_bytes), ways, size(wanted.size_bytes), wanted.ways)};
}

Warning warmup_capped(std::uint32_t k, std::uint64_t wanted, std::uint32_t cap) {
    return {"warmup_capped", fmt::format("k {}: the cache needs {} steps of warm-up, {} were done; give --warmup {}", k,
                                         wanted, cap, wanted)};
}

Warning not_stationary(const std::string& loop, std::uint32_t k, const std::string& what, std::uint64_t window) {
    return {"not_stationary", fmt::format("{} at k {}: the traffic ({}) drifts, or fluctuates more slowly than {} "
                                          "steps; give a longer --warmup or more --steps-per-k",
                                          loop, k, what, window)};
}

Warning steps_migrated(std::uint64_t migrated, std::uint64_t steps) {
    return {"migrated", fmt::format("{} of {} measured steps did not stay on their CPU; pin with --cpus, or leave the "
                                    "CPUs free of other work",
                                    migrated, steps)};
}

Warning pages_out_of_place(const std::string& buffer, double percent_in_place) {
    return {"pages_out_of_place",
            fmt::format("{:.1f} % of the pages of {} are on the requested nodes; free memory there, or give --mem",
                        percent_in_place, buffer)};
}

Warning cpus_not_bound(const std::string& reason) {
    return {"cpus_not_bound", fmt::format("threads were not pinned: {}", reason)};
}

Warning counting_note(const std::string& note) { return {"counting", note}; }

Warning preset_doubt(const std::string& text) { return {"preset", text}; }

Warning preset_unverified(const std::string& preset) {
    return {"preset_unverified", fmt::format("preset {} has not been verified on hardware: compare its DRAM bytes with "
                                             "the simulation, and qualify them on streams of known volume",
                                             preset)};
}

Warning bytes_per_cas_given(std::uint64_t bytes) {
    return {"bytes_per_cas", fmt::format("--bytes-per-cas {} replaces the preset's bytes per count", bytes)};
}

Warning batched(std::uint32_t k, double step, double hidden, std::uint32_t batch) {
    return {"batched", fmt::format("k {}: one step moves {}; background traffic masks anything below {}: counters are "
                                   "read every {} steps of a longer trace",
                                   k, format_size(step), format_size(hidden), batch)};
}

Warning batch_too_small(std::uint32_t k, double step, double hidden, std::uint32_t batch, const std::string& limit) {
    return {"batch_too_small",
            fmt::format("k {}: one step moves {}; background traffic masks anything below {}: batches of {} steps are "
                        "the most that {} allows; single readings mean little",
                        k, format_size(step), format_size(hidden), batch, limit)};
}

Warning qualification_cache(const std::string& doubt) {
    return {
        "qualification_cache",
        fmt::format("cannot use the qualification cache: {}; delete it or set XDG_CACHE_HOME to a writable directory",
                    doubt)};
}

Warning unqualified(const QualifiedEvent& failure, bool allowed) {
    return {"unqualified", fmt::format("{} failed qualification{}: {}; {}", failure.name,
                                       failure.kernel.empty() ? "" : " (" + failure.kernel + ")", failure.reason,
                                       allowed ? "its figures are shown with the mark ! (--allow-unqualified)"
                                               : "its figures are withheld; --allow-unqualified shows them")};
}

Warning os_fallback(const std::string& event, const std::string& reason) {
    return {"os_fallback", fmt::format("{} comes from getrusage or /proc instead of perf: {}", event, reason)};
}

Warning small_calibration_buffers(std::uint32_t threads, std::uint64_t bytes, std::uint64_t caches) {
    return {"small_calibration_buffers",
            fmt::format("{} thread{}: buffers of {} are not larger than 4 x the {} of last-level cache, which may "
                        "contain part of them (--quick); ceilings of memory are marked",
                        threads, threads == 1 ? "" : "s", format_size(static_cast<double>(bytes)),
                        format_size(static_cast<double>(caches)))};
}

Warning few_calibration_rounds(std::uint32_t rounds) {
    return {"few_blocks", fmt::format("{} rounds, fewer than {}: the intervals of the ceilings are too narrow; give "
                                      "--repeats {} or more",
                                      rounds, few_blocks_below, few_blocks_below)};
}

Warning calibration_stale(const std::string& file, const std::string& what_changed) {
    return {"calibration_stale",
            fmt::format("the calibration {} is not used: {}; measure it again with bytebound calibrate", file,
                        what_changed)};
}

Warning calibration_unreadable(const std::string& doubt) {
    return {"calibration_unreadable",
            fmt::format("cannot use a saved calibration: {}; measure it again with bytebound calibrate", doubt)};
}

} // namespace bytebound::warnings
