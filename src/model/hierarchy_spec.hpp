#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/words.hpp"
#include "model/cache_geometry.hpp"

namespace bytebound {

/// Relation of the shared last level to the private levels; docs/cache-model.md lists processors and sources.
enum class LlcPolicy {
    non_inclusive, ///< fetched lines fill every level; each level evicts independently
    inclusive,     ///< the same, and a line evicted from the LLC is removed from the private caches
    exclusive, ///< fetched lines fill only private caches; their victims fill the LLC, and a hit removes the line from
               ///< it
    victim     ///< as exclusive, but a hit leaves the line in the LLC
};
/// next_line: a reference that misses all private caches also fetches the next line of its 4 KiB page.
enum class Prefetch { none, next_line };

std::span<const NamedValue<LlcPolicy>> llc_policy_words();
std::span<const NamedValue<Prefetch>> prefetch_words();
std::string_view name_of(LlcPolicy policy);
std::string_view name_of(Prefetch prefetch);
std::optional<LlcPolicy> llc_policy_named(std::string_view name);
std::optional<Prefetch> prefetch_named(std::string_view name);

/// A hierarchy of caches with one line size.
struct HierarchySpec {
    std::optional<CacheGeometry> l1, l2; ///< private: every worker has its own
    CacheGeometry llc;                   ///< shared
    LlcPolicy policy = LlcPolicy::non_inclusive;
    Prefetch prefetch = Prefetch::none;
    unsigned workers = 1;
    bool operator==(const HierarchySpec&) const = default;
};

/// Error (usage): an invalid geometry, different line sizes, no worker or more than 4096, or an exclusive or victim LLC
/// without a private cache to fill it.
Result<void> check(const HierarchySpec& spec);

} // namespace bytebound
