#include "figures/consistency.hpp"

#include <cmath>
#include <span>

namespace bytebound {
namespace {

/// Why `source` shows less, or more, than another one would.
struct KnownCause {
    std::string_view source;
    bool less;
    std::string_view text;
};

constexpr KnownCause known_causes[] = {
    {"uncore", true,
     "caches evaded write-allocate reads (SpecI2M, write combining), or hold dirty lines beyond the step"},
    {"uncore", true, "a counter saturated or wrapped, or a box is missing from the preset's pattern"},
    {"uncore", false, "the machine moved more during the step than in the idle windows: DMA, other programs, the GPU"},
    {"uncore", false, "hardware prefetchers fetched lines that were not used; page walks and ECC underfills count too"},
    {"resctrl", true, "write-backs carry the RMID of the line's last user: other groups get some of them"},
    {"resctrl", false, "a recycled RMID still owns lines of its former group"},
    {"core-estimate", true, "lines that the L3 prefetched by itself, and write-backs, are not seen by core events"},
    {"core-estimate", false, "fills that another cache supplied are taken for fills from memory"},
    {"callgrind", true, "an access to two absent lines is one miss; it has no prefetcher and nobody else in the cache"},
    {"callgrind", false, "it sees stack, heap and code too, and allocates on every store"},
    {"sim", true, "the model has no hardware prefetcher, no page walks and nobody else in the cache"},
    {"sim", false, "the model allocates on every store and shares its cache with nobody: real caches keep more"},
};

void add_causes(std::vector<std::string>& reasons, std::string_view source, bool less) {
    for (const KnownCause& cause : known_causes)
        if (cause.source == source && cause.less == less)
            reasons.push_back(std::string(source) + (less ? " shows less: " : " shows more: ") +
                              std::string(cause.text));
}

bool intervals_touch(const Estimate& a, const Estimate& b) {
    const double a_low = a.ci_low.value_or(a.value), a_high = a.ci_high.value_or(a.value);
    const double b_low = b.ci_low.value_or(b.value), b_high = b.ci_high.value_or(b.value);
    return a_low <= b_high && b_low <= a_high;
}

} // namespace

std::string_view name_of(Agreement verdict) { return verdict == Agreement::agrees ? "agrees" : "differs"; }

std::optional<Consistency> consistency(std::string_view first, const Estimate& of_first, std::string_view second,
                                       const Estimate& of_second, bool hierarchy_simulated) {
    if (of_second.value == 0 && of_first.value != 0) return std::nullopt;
    Consistency out;
    out.ratio = of_second.value == 0 ? 1 : of_first.value / of_second.value;
    const double difference = std::abs(of_first.value - of_second.value);
    if (difference <= agreeing_difference * std::abs(of_second.value) || intervals_touch(of_first, of_second))
        return out;
    out.verdict = Agreement::differs;
    if (hierarchy_simulated && (first == "callgrind" || second == "callgrind"))
        out.reasons.emplace_back("callgrind emulates the last level alone (and a small first one), not the levels of "
                                 "--cache-model");
    add_causes(out.reasons, first, out.ratio < 1);
    add_causes(out.reasons, second, out.ratio > 1);
    return out;
}

} // namespace bytebound
