#pragma once
// The codes of warning_table(), for code that creates a warning or looks for one.

#include <string_view>

#include "catalogue/flags.hpp"

namespace bytebound::warning_code {

// options and the plan
inline constexpr std::string_view k_clipped = "k_clipped";
inline constexpr std::string_view k_merged = "k_merged";
inline constexpr std::string_view event_repeated = "event_repeated";
inline constexpr std::string_view warmup_capped = "warmup_capped";
inline constexpr std::string_view changes_exchanged = "changes_exchanged";
inline constexpr std::string_view precision_missed = "precision_missed";
inline constexpr std::string_view blocks_imprecise = "blocks_imprecise";
inline constexpr std::string_view passes_missing = "passes_missing";
inline constexpr std::string_view command_changes_user = "command_changes_user";

// caches, simulated and emulated
inline constexpr std::string_view llc_unknown = "llc_unknown";
inline constexpr std::string_view llc_unknown_when_timed = "llc_unknown_when_timed";
inline constexpr std::string_view llc_ways_assumed = "llc_ways_assumed";
inline constexpr std::string_view llc_line_assumed = "llc_line_assumed";
inline constexpr std::string_view private_level_unknown = "private_level_unknown";
inline constexpr std::string_view hierarchy_not_simulated = "hierarchy_not_simulated";
inline constexpr std::string_view l1_above_l2 = "l1_above_l2";
inline constexpr std::string_view emulated_without_levels = "emulated_without_levels";
inline constexpr std::string_view emulated_rows_straddle = "emulated_rows_straddle";
inline constexpr std::string_view emulated_cache_differs = "emulated_cache_differs";

// placement and steps; a flag and its warning have the same name
inline constexpr std::string_view core_kinds_mixed = "core_kinds_mixed";
inline constexpr std::string_view core_kinds_unranked = "core_kinds_unranked";
inline constexpr std::string_view cpus_not_bound = "cpus_not_bound";
inline constexpr std::string_view memory_policy_replaced = "memory_policy_replaced";
inline constexpr std::string_view migrated = flag_name::migrated;
inline constexpr std::string_view pages_out_of_place = "pages_out_of_place";
inline constexpr std::string_view not_stationary = flag_name::not_stationary;
inline constexpr std::string_view expectation_outside = "expectation_outside";

// counters
inline constexpr std::string_view counting = "counting";
inline constexpr std::string_view os_fallback = "os_fallback";
inline constexpr std::string_view preset = "preset";
inline constexpr std::string_view preset_unverified = "preset_unverified";
inline constexpr std::string_view bytes_per_cas = "bytes_per_cas";
inline constexpr std::string_view batched = "batched";
inline constexpr std::string_view batch_too_small = "batch_too_small";
inline constexpr std::string_view unqualified = "unqualified";
inline constexpr std::string_view qualification_cache = "qualification_cache";

// calibration
inline constexpr std::string_view small_calibration_buffers = "small_calibration_buffers";
inline constexpr std::string_view few_blocks = flag_name::few_blocks;
inline constexpr std::string_view calibration_stale = "calibration_stale";
inline constexpr std::string_view calibration_unreadable = "calibration_unreadable";
inline constexpr std::string_view autotune_stale = "autotune_stale";
inline constexpr std::string_view autotune_unreadable = "autotune_unreadable";

// the environment
inline constexpr std::string_view governor_not_performance = "governor_not_performance";
inline constexpr std::string_view turbo_on = "turbo_on";
inline constexpr std::string_view smt_sibling_busy = "smt_sibling_busy";
inline constexpr std::string_view cpu_busy = "cpu_busy";
inline constexpr std::string_view steal_time = "steal_time";
inline constexpr std::string_view load_high = "load_high";
inline constexpr std::string_view numa_balancing_on = "numa_balancing_on";
inline constexpr std::string_view thp_never = "thp_never";
inline constexpr std::string_view clock_slow = "clock_slow";
inline constexpr std::string_view cpu_quota = "cpu_quota";
inline constexpr std::string_view nmi_watchdog_on = "nmi_watchdog_on";
inline constexpr std::string_view in_vm = "in_vm";
inline constexpr std::string_view setting_changed = "setting_changed";
inline constexpr std::string_view smt_sibling_busy_during = "smt_sibling_busy_during";

} // namespace bytebound::warning_code
