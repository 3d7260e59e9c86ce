#pragma once
// Two runs, row by row: `bytebound compare`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/earlier_runs.hpp"
#include "evidence/gate_result.hpp"
#include "evidence/run_evidence.hpp"
#include "evidence/run_likeness.hpp"
#include "figures/summary.hpp"
#include "stats/estimate.hpp"

namespace bytebound {

inline constexpr std::string_view compare_schema = "bytebound.compare/1";

/// A run, for readers of a comparison.
struct RunIdentity {
    std::string path, host, started, version, git_revision;
    std::string files_caveat; ///< why its figures may not be those of the run; empty: no caveat
};

/// An interval that contains the scatter from run to run, and what it was without.
struct Widening {
    RunToRun spread;
    RatioEstimate within;
};

/// One metric of a loop and k that both runs have.
struct MetricComparison {
    std::string loop;
    std::uint32_t k = 0;
    std::string metric;
    std::optional<Figure> base, head;   ///< nullopt: null in that run
    std::optional<RatioEstimate> ratio; ///< head / base; nullopt: not comparable, or base is 0
    std::optional<double> p_adjusted = {};
    Verdict verdict = Verdict::unresolved; ///< of head
    bool exact = false;                    ///< decided by value: computed, or simulated of equal traces
    std::string reason;                    ///< why the verdict is unresolved; else empty
    std::optional<Widening> widening = {}; ///< nullopt: the interval is that within the runs
};

/// What a history said about a comparison.
struct HistoryUse {
    std::string file;
    std::uint64_t rows = 0;    ///< with an interval that could be widened
    std::uint64_t widened = 0; ///< of these
    std::uint64_t runs = 0;    ///< the most behind one of them
    std::uint64_t freedom = 0; ///< the most degrees of freedom of one of them
};

/// Why a metric is null in both runs, at every loop and k.
struct AbsentMetric {
    std::string metric, reason;
};

struct LoopAtK {
    std::string loop;
    std::uint32_t k = 0;
    bool operator==(const LoopAtK&) const = default;
};

struct RunComparison {
    RunIdentity base, head;
    double same_within = default_same_within;
    std::vector<MetricComparison> rows; ///< by k and loop in the order of base, then by metric
    std::vector<AbsentMetric> absent;
    std::vector<LoopAtK> in_both, only_base, only_head;
    std::optional<HistoryUse> history; ///< nullopt: none was used
    std::vector<std::string> notes;    ///< sentences about the whole comparison
    std::vector<GateResult> gates;
    bool unresolved_fails = false; ///< --unresolved fail

    const MetricComparison* find(std::string_view loop, std::uint32_t k, std::string_view metric) const;
    bool fails(const GateResult& gate) const; ///< an unresolved one, too, if it is to fail
    bool passed() const;                      ///< no gate fails
};

/// Whether a figure follows from the trace alone, so that it is compared by value. A rate has the tier of its bytes,
/// and its other operand is a time; a ratio may divide by a count.
bool follows_from_trace(const SummaryRow& row, std::string_view metric);

/// What users mostly want to know: time, bytes, CPI and misses.
std::vector<std::string> default_compared_metrics();
/// Metrics, gaps and raw events of either run.
std::vector<std::string> comparable_metrics(const Summary& base, const Summary& head);

/// Compares loops and ks that both runs have. The runs must be alike, or their differences allowed (check_alike()):
/// they are then among the notes. What `earlier` runs differ by is a part of the intervals; exact figures are never
/// widened.
RunComparison compare_runs(const RunEvidence& base, const RunEvidence& head, const std::vector<std::string>& metrics,
                           double same_within, const EarlierRuns& earlier = {});

} // namespace bytebound
