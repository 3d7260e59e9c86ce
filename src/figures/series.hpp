#pragma once
// The raw steps of one (loop, k), metric by metric, before statistics.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalogue/metrics.hpp"
#include "counters/tier.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

/// Effect of the machine's background on a series that counts the whole machine, in bytes per step.
struct SharedFigure {
    double subtracted = 0;     ///< mean
    double rate_deviation = 0; ///< standard deviation of that mean, from the uncertainty of the background's rate
    double smallest = 0;       ///< the detection limit of the mean (stats/background.hpp)
    double steps = 0;          ///< number of steps in the mean
    bool bytes = true;         ///< the unit; else counts, or the event's own
    bool operator==(const SharedFigure&) const = default;
};

/// What the readings themselves took or counted, subtracted from a series, per step.
struct SubtractedCost {
    double amount = 0;      ///< the cost of a reading, divided by its steps
    double uncertainty = 0; ///< of the amount: half of the 95 % interval
    double spread = 0;      ///< how far the cost of a single reading is from it
    bool operator==(const SubtractedCost&) const = default;
};

/// Values per step of one metric from one source. Passes are joined on (repeat, step).
struct Series {
    using Key = std::pair<std::uint32_t, std::uint32_t>; ///< repeat, step
    std::map<Key, double> values;                        ///< per step (totals of a batch are divided by it)
    std::set<Key> excluded;                              ///< planned to be counted, but without a usable reading
    Tier tier = Tier::computed;
    std::string source;
    std::string domain; ///< for a counter, "u", "k" or "uk"; for the simulation "u"; else empty
    int pass = 0;
    int group = -1;          ///< -1: not a counter
    std::uint32_t batch = 1; ///< steps behind each value
    std::string reason;      ///< why `values` is empty
    std::optional<SharedFigure> shared;
    std::optional<SubtractedCost> cost; ///< nullopt: nothing was subtracted
    std::string unqualified;            ///< why its counter failed qualification, if it is shown in spite of that

    bool empty() const { return values.empty(); }
    /// One block per repeat, steps in order.
    Samples samples() const;
};

/// The samples of one (loop, k) and the run that they belong to.
struct PhaseSamples {
    const RunRecord& run;
    const ExperimentRecord& experiment;
    const SampleTable& table;
    std::vector<const Sample*> rows;         ///< every pass, by repeat and step
    const SampleTable* background = nullptr; ///< idle windows of the whole run; null without shared events
};

/// time_ns of pass 0, regardless of the pass that a counter ran in.
Series time_series(const PhaseSamples& phase);
/// bound_bytes, min_bytes, rows_written, requested_bytes or metadata_bytes.
Series computed_series(const PhaseSamples& phase, std::string_view metric);
/// Event number `event` of the run. A role has a fixed unit (ns, events), so sysfs scales apply to raw names only.
Series event_series(const PhaseSamples& phase, std::size_t event, bool scaled_to_unit);
/// A simulated column, e.g. "dram_read_bytes"; empty with a reason if this (loop, k) was not simulated.
Series simulated_series(const PhaseSamples& phase, std::string_view column);
/// An emulated column, e.g. "instructions"; empty with a reason if this (loop, k) was not emulated.
Series emulated_series(const PhaseSamples& phase, std::string_view column);
/// All sources of a counted or simulated metric, most direct first; empty ones have a reason. The counts of several
/// events of one source are added up: passes over the same trace, terms of an estimate.
std::vector<Series> sources_of(const PhaseSamples& phase, std::string_view metric, bool simulated);

/// The same of a gap metric: what was counted and simulated between two steps.
std::vector<Series> gap_sources_of(const PhaseSamples& phase, const MetricEntry& gap);

Series sum_of(const Series& a, const Series& b);
/// The pairs of values for the steps that both have.
struct Joined {
    Samples samples;
    std::uint64_t excluded = 0;
};
Joined join(const Series& numerator, const Series& denominator, double factor);
/// For a rate: every repeat with all steps of each, also those that the other does not have.
Joined beside(const Series& numerator, const Series& denominator, double factor);
/// Restricts both to their common steps: block i and step j of both are the same segment and step. Where their readings
/// cover unlike numbers of steps: to their common segments.
std::pair<Samples, Samples> common_steps(const Series& a, const Series& b);

} // namespace bytebound
