#pragma once
// Raw steps of one (loop, k), metric by metric, before statistics.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "counters/tier.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

/// What the machine's background did to a series counted for everybody, in bytes per step.
struct SharedFigure {
    double subtracted = 0;     ///< mean
    double rate_deviation = 0; ///< standard deviation of that mean, from the uncertainty of the background's rate
    double smallest = 0;       ///< the smallest mean that is told from none (stats/background.hpp)
    double steps = 0;          ///< behind the mean
    bool operator==(const SharedFigure&) const = default;
};

/// Values per step of one metric from one source. Passes are joined on (repeat, step).
struct Series {
    using Key = std::pair<std::uint32_t, std::uint32_t>; ///< repeat, step
    std::map<Key, double> values;                        ///< per step (totals of a batch divided by it)
    std::set<Key> excluded;                              ///< planned to be counted, but without a usable reading
    Tier tier = Tier::computed;
    std::string source;
    std::string domain; ///< of a counter, "u", "k" or "uk"; of the simulation "u"; else empty
    int pass = 0;
    int group = -1;     ///< -1: not a counter
    std::string reason; ///< why `values` is empty
    std::optional<SharedFigure> shared;
    std::string unqualified; ///< why its counter failed qualification, where it is shown all the same

    bool empty() const { return values.empty(); }
    /// One block per repeat, steps in order.
    Samples samples() const;
};

/// The samples of one (loop, k), and the run they belong to.
struct PhaseSamples {
    const RunRecord& run;
    const ExperimentRecord& experiment;
    const SampleTable& table;
    std::vector<const Sample*> rows;         ///< every pass, by repeat and step
    const SampleTable* background = nullptr; ///< idle windows of the whole run; null: no shared event
};

/// time_ns of pass 0, whichever pass a counter ran in.
Series time_series(const PhaseSamples& phase);
/// bound_bytes, min_bytes, rows_written, requested_bytes or metadata_bytes.
Series computed_series(const PhaseSamples& phase, std::string_view metric);
/// Event number `event` of the run. A role's unit is fixed (ns, events), so sysfs scales apply to raw names only.
Series event_series(const PhaseSamples& phase, std::size_t event, bool scaled_to_unit);
/// A simulated column, e.g. "dram_read_bytes"; empty with a reason when this (loop, k) was not simulated.
Series simulated_series(const PhaseSamples& phase, std::string_view column);
/// An emulated column, e.g. "instructions"; empty with a reason when this (loop, k) was not emulated.
Series emulated_series(const PhaseSamples& phase, std::string_view column);
/// Every source of a counted or simulated metric, most direct first; empty ones say why. What several events of one
/// source count is summed: passes over the same trace, terms of an estimate.
std::vector<Series> sources_of(const PhaseSamples& phase, std::string_view metric, bool simulated);

Series sum_of(const Series& a, const Series& b);
/// The pairs of steps that have both.
struct Joined {
    Samples samples;
    std::uint64_t excluded = 0;
};
Joined join(const Series& numerator, const Series& denominator, double factor);
/// Of both only the steps that both have: block i and step j of the two come from the same segment and step.
std::pair<Samples, Samples> common_steps(const Series& a, const Series& b);

} // namespace bytebound
