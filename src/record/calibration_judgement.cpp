#include "record/calibration_judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace bytebound {
namespace {

/// An idle machine's nearer level is never slower than this fraction of the next one.
constexpr double slowest_nearer_level = 0.8;

/// The ceiling of the next measured level, if it is faster than `inner` can explain. Rows and non-temporal stores do
/// not tell: short passes and stores past the caches may be as slow in a near level.
const Ceiling* faster_below(const Ceilings& ceilings, const Ceiling& inner) {
    if (copies_rows(inner.kernel) || stores_past_caches(inner.kernel)) return nullptr;
    const Ceiling* next = nullptr;
    for (const Ceiling& each : ceilings.ceilings)
        if (each.kernel == inner.kernel && each.threads == inner.threads && each.level > inner.level &&
            (next == nullptr || each.level < next->level))
            next = &each;
    return next != nullptr && inner.bytes_per_second < slowest_nearer_level * next->bytes_per_second ? next : nullptr;
}

std::string slower_than(const Ceiling& inner, const Ceiling& outer) {
    const auto gbps = [](const Ceiling& each) { return fmt::format("{:.3g} GB/s", each.bytes_per_second / 1e9); };
    return fmt::format("{} with {} thread{} reached {} in {} and {} in {}", name_of(inner.kernel), inner.threads,
                       inner.threads == 1 ? "" : "s", gbps(inner), name_of(inner.level), gbps(outer),
                       name_of(outer.level));
}

} // namespace

std::string why_disturbed(const Ceilings& ceilings) {
    std::vector<std::string> signs;
    std::size_t wide = 0;
    for (const Ceiling& each : ceilings.ceilings) {
        if (const Ceiling* outer = faster_below(ceilings, each); outer != nullptr && signs.empty())
            signs.push_back(slower_than(each, *outer));
        if (!is_narrow(each.ci_low, each.bytes_per_second, each.ci_high)) ++wide;
    }
    if (2 * wide > ceilings.ceilings.size())
        signs.push_back(fmt::format("{} of {} intervals are wider than +-{:.0f} %", wide, ceilings.ceilings.size(),
                                    100 * widest_ceiling));
    return join(signs, "; ");
}

} // namespace bytebound
