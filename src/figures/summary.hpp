#pragma once
// The figures of a finished run: a pure function of run.json and samples.csv.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counters/tier.hpp"
#include "figures/ceilings.hpp"
#include "figures/consistency.hpp"
#include "figures/crossover.hpp"
#include "figures/ledger.hpp"
#include "figures/regressions.hpp"
#include "figures/series.hpp"
#include "record/run_record.hpp"
#include "record/samples.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

inline constexpr std::string_view summary_schema = "bytebound.summary/1";

/// One published number with everything needed to judge it. Bytes and counts are per step.
struct Figure {
    Estimate estimate;
    std::uint64_t excluded = 0; ///< steps whose counter did not run or could not be read
    Tier tier = Tier::computed;
    std::string source;       ///< "clock", "perf", "os", "sim", "trace"
    std::vector<Figure> also; ///< the same figure from other sources
    /// For a counter shared with the whole machine: the subtracted background, and the detection limit.
    std::optional<SharedFigure> shared;
    std::optional<Consistency> consistency; ///< of a figure in `also`: compared with the published figure
    std::string unqualified;                ///< why a counter behind it failed qualification (--allow-unqualified)
    double value() const { return estimate.value; }
};

struct BufferTraffic {
    double read = 0, write = 0; ///< simulated DRAM bytes per step
    bool operator==(const BufferTraffic&) const = default;
};

/// One (loop, k).
struct SummaryRow {
    std::string loop;
    std::uint32_t k = 0, k_requested = 0; ///< no_k where there is no trace: A, R and the bound are null then
    double added = 0, removed = 0;        ///< A, R: means per measured step
    double bound_bytes = 0, requested_bytes = 0;
    std::vector<std::string> flags; ///< without repetition, in the documented order
    std::optional<bool> stationary;
    std::map<std::string, Figure, std::less<>> metrics; ///< the available ones
    /// Metric (or "stationary", "by_buffer", "expected") -> why it is null.
    std::map<std::string, std::string, std::less<>> unavailable;
    std::optional<std::array<BufferTraffic, buffer_count>> by_buffer;
    std::optional<ClosedForm> expected; ///< the closed form's expectation of the traffic
    std::optional<Ledger> ledger;
    std::vector<CeilingShare> ceilings;                 ///< empty without a calibration
    std::optional<std::uint64_t> index_steps;           ///< hybrid only: steps that rebuilt
    std::uint64_t steps = 0;                            ///< measured steps of pass 0
    std::map<std::string, std::uint64_t> flagged_steps; ///< flag -> number of samples with it

    /// Null if it is not available.
    const Figure* find(std::string_view metric) const;
};

/// ratio = value(vs) / value(loop): above 1, `loop` is better.
struct Comparison {
    std::uint32_t k = 0;
    std::string loop, vs, metric;
    RatioEstimate ratio;
    Verdict verdict = Verdict::unresolved;
    std::string claim;
    std::optional<double> p_adjusted = {};    ///< by Holm, over all comparisons of the run that have a p value
    double same_within = default_same_within; ///< the run's threshold
};

struct Summary {
    Subject subject = Subject::loops;
    std::vector<std::string> metrics;         ///< keys of every row, in column order: fixed metrics, gaps, raw events
    std::vector<SummaryRow> rows;             ///< by k in the order of the run, then by loop
    std::vector<std::string> missing;         ///< "paired k=64": planned, but without a finished phase
    double same_within = default_same_within; ///< of the run's comparisons
    std::vector<Comparison> comparisons;
    std::vector<Regression> regressions;       ///< over the ks, loop by loop
    std::optional<CrossoverSummary> crossover; ///< of paired and index; nullopt unless both were run
    std::uint64_t dropped_rows = 0;            ///< of samples.csv, because their phase was cut off
    std::string files_caveat;                  ///< why these may not be figures of the run; empty: no caveat

    const SummaryRow* find(std::string_view loop, std::uint32_t k) const;
    const Comparison* compare(std::uint32_t k, std::string_view loop, std::string_view vs,
                              std::string_view metric) const;
    std::vector<std::uint32_t> ks() const; ///< without repetition, in row order
};

/// `background`: the content of background.csv; null for a run without shared events.
Summary summarize(const RunRecord& run, const SampleTable& samples, const SampleTable* background = nullptr);

} // namespace bytebound
