#include "catalogue/tiers.hpp"

namespace bytebound {

std::span<const TierEntry> tiers() {
    static constexpr TierEntry tier_table[] = {
        {Tier::timed, "a clock", "a clock around the step"},
        {Tier::counted, "a counter that ran the whole time", "a hardware or kernel counter that ran the whole time"},
        {Tier::scaled, "a counter that ran part of the time (multiplexed), extrapolated by time_enabled / time_running",
         "a multiplexed counter, extrapolated by its running time"},
        {Tier::shared, "a socket- or domain-wide counter, background subtracted",
         "a socket- or domain-wide counter, background subtracted"},
        {Tier::emulated, "a run under valgrind", "valgrind's cache"},
        {Tier::simulated, "bytebound's own cache model",
         "bytebound's cache model, driven by the loop's own references"},
        {Tier::computed, "the trace, by construction; exact, without an interval",
         "exact by construction, from the trace"},
    };
    return tier_table;
}

} // namespace bytebound
