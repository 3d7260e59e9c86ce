#include "record/warnings.hpp"

#include <vector>

#include "record/warning_codes.hpp"
#include "stats/estimate.hpp"

namespace bytebound::warnings {
namespace {

Warning warning(std::string_view code, WarningFields fields) { return {std::string(code), std::move(fields), {}}; }

std::vector<std::uint64_t> list(std::span<const std::uint32_t> values) { return {values.begin(), values.end()}; }

} // namespace

Warning k_clipped(std::span<const std::uint32_t> requested, std::uint32_t k) {
    return warning(warning_code::k_clipped, {{"k_requested", list(requested)}, {"k", k}});
}

Warning k_merged(std::span<const std::uint32_t> requested, std::uint32_t k, std::uint32_t k_requested) {
    auto others = list(requested);
    std::erase(others, k_requested);
    return warning(warning_code::k_merged, {{"k_others", std::move(others)}, {"k_requested", k_requested}, {"k", k}});
}

Warning event_repeated(const std::string& event) { return warning(warning_code::event_repeated, {{"event", event}}); }

Warning llc_unknown(std::uint64_t assumed_bytes) {
    return warning(warning_code::llc_unknown, {{"assumed_bytes", assumed_bytes}});
}

Warning llc_unknown_when_timed(std::uint64_t assumed_bytes) {
    return warning(warning_code::llc_unknown_when_timed, {{"assumed_bytes", assumed_bytes}});
}

Warning llc_ways_assumed(std::uint64_t size_bytes, std::uint32_t ways) {
    return warning(warning_code::llc_ways_assumed, {{"llc_bytes", size_bytes}, {"assumed_ways", ways}});
}

Warning llc_line_assumed(std::uint32_t line_bytes) {
    return warning(warning_code::llc_line_assumed, {{"line_bytes", line_bytes}});
}

Warning private_level_unknown(int level) {
    return warning(warning_code::private_level_unknown, {{"level", static_cast<std::uint64_t>(level)}});
}

Warning hierarchy_not_simulated() { return warning(warning_code::hierarchy_not_simulated, {}); }

Warning l1_above_l2(std::uint64_t l1_bytes, std::uint64_t l2_bytes) {
    return warning(warning_code::l1_above_l2, {{"l1_bytes", l1_bytes}, {"l2_bytes", l2_bytes}});
}

Warning levels_not_emulated(const std::string& emulator, LlcPolicy policy) {
    return warning(warning_code::emulated_without_levels,
                   {{"emulator", emulator}, {"cache_model", std::string(name_of(policy))}});
}

Warning emulated_rows_straddle(const std::string& emulator, std::uint64_t row_bytes) {
    return warning(warning_code::emulated_rows_straddle, {{"emulator", emulator}, {"row_bytes", row_bytes}});
}

Warning emulated_cache_differs(const std::string& emulator, const CacheGeometry& wanted, std::uint64_t size_bytes,
                               std::uint32_t ways) {
    return warning(warning_code::emulated_cache_differs, {{"emulator", emulator},
                                                          {"used_bytes", size_bytes},
                                                          {"used_ways", ways},
                                                          {"requested_bytes", wanted.size_bytes},
                                                          {"requested_ways", wanted.ways}});
}

Warning warmup_capped(std::uint32_t k, std::uint64_t wanted, std::uint32_t cap) {
    return warning(warning_code::warmup_capped, {{"k", k}, {"needed_steps", wanted}, {"done_steps", cap}});
}

Warning changes_exchanged(std::uint32_t add, std::uint32_t remove, double added, double removed) {
    return warning(warning_code::changes_exchanged,
                   {{"add", add}, {"remove", remove}, {"added", added}, {"removed", removed}});
}

Warning precision_missed(std::span<const std::uint32_t> ks, double max_seconds, double precision,
                         std::optional<double> widest) {
    return warning(warning_code::precision_missed, {{"ks", list(ks)},
                                                    {"max_seconds", max_seconds},
                                                    {"precision_percent", precision * 100},
                                                    {"widest_percent", widest.value_or(0) * 100}});
}

Warning blocks_imprecise(double max_seconds, double precision, std::optional<double> half_width) {
    return warning(warning_code::blocks_imprecise, {{"max_seconds", max_seconds},
                                                    {"precision_percent", precision * 100},
                                                    {"widest_percent", half_width.value_or(0) * 100}});
}

Warning passes_missing(std::uint64_t dropped, std::uint64_t unmatched, std::uint64_t unfinished,
                       std::uint64_t interrupted, std::uint64_t open) {
    return warning(warning_code::passes_missing, {{"dropped", dropped},
                                                  {"unmatched", unmatched},
                                                  {"unfinished", unfinished},
                                                  {"interrupted", interrupted},
                                                  {"open", open}});
}

Warning command_changes_user(const std::string& command) {
    return warning(warning_code::command_changes_user, {{"command", command}});
}

Warning not_stationary(const std::string& loop, std::uint32_t k, const std::string& traffic, std::uint64_t window) {
    return warning(warning_code::not_stationary,
                   {{"loop", loop}, {"k", k}, {"traffic", traffic}, {"window_steps", window}});
}

Warning expectation_outside(const std::string& loop, std::uint32_t k, std::string_view metric, double expected,
                            double ci_low, double ci_high) {
    return warning(warning_code::expectation_outside, {{"loop", loop},
                                                       {"k", k},
                                                       {"metric", std::string(metric)},
                                                       {"expected_bytes", expected},
                                                       {"ci_low_bytes", ci_low},
                                                       {"ci_high_bytes", ci_high}});
}

Warning steps_migrated(std::uint64_t steps_migrated, std::uint64_t steps) {
    return warning(warning_code::migrated, {{"migrated_steps", steps_migrated}, {"measured_steps", steps}});
}

Warning pages_out_of_place(const std::string& buffer, double percent_in_place) {
    return warning(warning_code::pages_out_of_place, {{"buffer", buffer}, {"in_place_percent", percent_in_place}});
}

Warning core_kinds_mixed(const std::string& kinds) {
    return warning(warning_code::core_kinds_mixed, {{"kinds", kinds}});
}

Warning core_kinds_unranked(const std::string& kinds) {
    return warning(warning_code::core_kinds_unranked, {{"kinds", kinds}});
}

Warning cpus_not_bound(const std::string& reason) {
    return warning(warning_code::cpus_not_bound, {{"reason", reason}});
}

Warning memory_policy_replaced(const std::string& outside, const std::string& memory) {
    return warning(warning_code::memory_policy_replaced, {{"outside", outside}, {"memory", memory}});
}

Warning counting_note(const std::string& note) { return warning(warning_code::counting, {{"note", note}}); }

Warning preset_note(const std::string& note) { return warning(warning_code::preset, {{"note", note}}); }

Warning preset_unverified(const std::string& name) {
    return warning(warning_code::preset_unverified, {{"preset", name}});
}

Warning bytes_per_cas_given(std::uint64_t bytes) {
    return warning(warning_code::bytes_per_cas, {{"bytes_per_count", bytes}});
}

Warning batched(std::uint32_t k, double step, double hidden, std::uint32_t batch) {
    return warning(warning_code::batched,
                   {{"k", k}, {"step_bytes", step}, {"hidden_bytes", hidden}, {"batch_steps", batch}});
}

Warning batch_too_small(std::uint32_t k, double step, double hidden, std::uint32_t batch, const std::string& limit) {
    return warning(
        warning_code::batch_too_small,
        {{"k", k}, {"step_bytes", step}, {"hidden_bytes", hidden}, {"batch_steps", batch}, {"limit", limit}});
}

Warning qualification_cache(const std::string& problem) {
    return warning(warning_code::qualification_cache, {{"problem", problem}});
}

Warning unqualified(const QualifiedEvent& failure, bool allowed) {
    return warning(warning_code::unqualified, {{"event", failure.name},
                                               {"kernel", failure.kernel},
                                               {"reason", failure.reason},
                                               {"allow_unqualified", allowed}});
}

Warning os_fallback(const std::string& event, const std::string& reason) {
    return warning(warning_code::os_fallback, {{"event", event}, {"reason", reason}});
}

Warning small_calibration_buffers(std::uint32_t threads, std::uint64_t bytes, std::uint64_t caches) {
    return warning(warning_code::small_calibration_buffers,
                   {{"threads", threads}, {"buffer_bytes", bytes}, {"cache_bytes", caches}});
}

Warning few_calibration_rounds(std::uint32_t rounds) {
    return warning(warning_code::few_blocks, {{"rounds", rounds}, {"least_rounds", std::uint64_t{few_blocks_below}}});
}

Warning calibration_stale(const std::string& file, const std::string& what_changed) {
    return warning(warning_code::calibration_stale, {{"file", file}, {"change", what_changed}});
}

Warning autotune_stale(const std::string& file, const std::string& what_changed) {
    return warning(warning_code::autotune_stale, {{"file", file}, {"change", what_changed}});
}

Warning autotune_unreadable(const std::string& problem) {
    return warning(warning_code::autotune_unreadable, {{"problem", problem}});
}

Warning calibration_unreadable(const std::string& problem) {
    return warning(warning_code::calibration_unreadable, {{"problem", problem}});
}

} // namespace bytebound::warnings
