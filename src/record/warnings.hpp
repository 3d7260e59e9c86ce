#pragma once
// Every warning of a run and of a calibration, except those of environment_warnings.hpp. The texts are in
// warning_table.cpp.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "record/run_record.hpp"

namespace bytebound::warnings {

Warning k_clipped(std::span<const std::uint32_t> requested, std::uint32_t k);
Warning k_merged(std::span<const std::uint32_t> requested, std::uint32_t k, std::uint32_t k_requested);
Warning event_repeated(const std::string& event);
Warning llc_unknown(std::uint64_t assumed_bytes);
/// With --llc.
Warning llc_unknown_when_timed(std::uint64_t assumed_bytes);
Warning llc_ways_assumed(std::uint64_t size_bytes, std::uint32_t ways);
Warning llc_line_assumed(std::uint32_t line_bytes);
Warning private_level_unknown(int level);
/// --cache-model without a simulation.
Warning hierarchy_not_simulated();
Warning l1_above_l2(std::uint64_t l1_bytes, std::uint64_t l2_bytes);
/// The emulator has no private levels.
Warning levels_not_emulated(const std::string& emulator, LlcPolicy policy);
/// The emulator counts an access to two absent lines as one miss.
Warning emulated_rows_straddle(const std::string& emulator, std::uint64_t row_bytes);
/// The emulator cannot emulate the simulated cache's number of sets.
Warning emulated_cache_differs(const std::string& emulator, const CacheGeometry& wanted, std::uint64_t size_bytes,
                               std::uint32_t ways);
Warning warmup_capped(std::uint32_t k, std::uint64_t wanted, std::uint32_t cap);
/// `added`, `removed`: means of the measured steps.
Warning changes_exchanged(std::uint32_t add, std::uint32_t remove, double added, double removed);
/// --max-time ended the repeats at these ks. `widest`: half width of the widest interval; nullopt: one has none.
Warning precision_missed(std::span<const std::uint32_t> ks, double max_seconds, double precision,
                         std::optional<double> widest);
/// The same of whole commands.
Warning blocks_imprecise(double max_seconds, double precision, std::optional<double> half_width);
/// Passes of regions that a program did not record: region_format::Header.
Warning passes_missing(std::uint64_t dropped, std::uint64_t unmatched, std::uint64_t unfinished,
                       std::uint64_t interrupted, std::uint64_t open);
Warning command_changes_user(const std::string& command);
Warning not_stationary(const std::string& loop, std::uint32_t k, const std::string& traffic, std::uint64_t window);
/// `metric`: the figure whose expected mean, in bytes per step, is outside of its simulated interval.
Warning expectation_outside(const std::string& loop, std::uint32_t k, std::string_view metric, double expected,
                            double ci_low, double ci_high);
Warning steps_migrated(std::uint64_t steps_migrated, std::uint64_t steps);
Warning pages_out_of_place(const std::string& buffer, double percent_in_place);
/// `kinds`: of the chosen CPUs, as describe_kinds() lists them.
Warning core_kinds_mixed(const std::string& kinds);
Warning core_kinds_unranked(const std::string& kinds);
Warning cpus_not_bound(const std::string& reason);
/// `outside`: the policy that the process was started with; `memory`: the option's value.
Warning memory_policy_replaced(const std::string& outside, const std::string& memory);
Warning counting_note(const std::string& note);
Warning preset_note(const std::string& note);
Warning preset_unverified(const std::string& name);
Warning bytes_per_cas_given(std::uint64_t bytes);
/// `hidden`, `step`: bytes. The smallest detectable volume with the machine's background, and the bytes that one step
/// moves.
Warning batched(std::uint32_t k, double step, double hidden, std::uint32_t batch);
Warning batch_too_small(std::uint32_t k, double step, double hidden, std::uint32_t batch, const std::string& limit);
Warning qualification_cache(const std::string& problem);
Warning unqualified(const QualifiedEvent& failure, bool allowed);
Warning os_fallback(const std::string& event, const std::string& reason);

/// `bytes`: buffers of all workers; `caches`: total size of their last-level caches.
Warning small_calibration_buffers(std::uint32_t threads, std::uint64_t bytes, std::uint64_t caches);
Warning few_calibration_rounds(std::uint32_t rounds);
Warning calibration_stale(const std::string& file, const std::string& what_changed);
Warning calibration_unreadable(const std::string& problem);
Warning autotune_stale(const std::string& file, const std::string& what_changed);
Warning autotune_unreadable(const std::string& problem);

} // namespace bytebound::warnings
