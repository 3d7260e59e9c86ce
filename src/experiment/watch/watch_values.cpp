#include "experiment/watch/watch_values.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace bytebound {
namespace {

/// By this much the time of one counter may be shorter than that of another of its source: they are read one after the
/// other, each with an interrupt on its CPU.
constexpr std::uint64_t slack_ns = 20'000'000;

/// The longest time of each source's counters between two readings.
std::vector<std::uint64_t> longest_enabled_ns(const MachineReading& before, const MachineReading& after) {
    std::vector<std::uint64_t> longest;
    for (std::size_t s = 0; s < after.size(); ++s) {
        longest.push_back(0);
        if (!before[s].failure.empty() || !after[s].failure.empty()) continue;
        for (std::size_t i = 0; i < after[s].values.size(); ++i) {
            const Reading reading = difference(before[s].values[i], after[s].values[i]);
            longest.back() = std::max(longest.back(), reading.enabled_ns);
        }
    }
    return longest;
}

struct SummedTerms {
    double count = 0;
    ReadingState state = ReadingState::counted;
    std::string reason = {};
};

std::string why_not(ReadingState state, int cpu) {
    const std::string counter = "the counter on CPU " + std::to_string(cpu);
    if (state == ReadingState::never_ran)
        return counter + " did not run: other programs use the counters, or it stopped";
    return counter + " gave an impossible reading";
}

class IntervalValues {
public:
    IntervalValues(const MachineReading& before, const MachineReading& after)
        : before_(before), after_(after), longest_ns_(longest_enabled_ns(before, after)) {}

    WatchValue of(const WatchFormula& formula) const {
        if (formula.numerator.empty()) return without_value(ReadingState::unsupported, formula.column.reason);
        const SummedTerms over = sum_of(formula.numerator);
        if (!over.reason.empty()) return without_value(over.state, over.reason);
        return formula.column.kind == WatchKind::ratio ? ratio(formula, over) : rate(formula, over);
    }

private:
    SummedTerms sum_of(const std::vector<WatchTerm>& terms) const {
        SummedTerms sum;
        for (const WatchTerm& term : terms) {
            const SourceReading &first = before_[term.source], &last = after_[term.source];
            for (const SourceReading* reading : {&first, &last})
                if (!reading->failure.empty()) return {0, ReadingState::read_failed, reading->failure};
            const Reading reading = difference(first.values[term.value], last.values[term.value]);
            if (!has_count(reading)) return {0, reading.state, why_not(reading.state, term.cpu)};
            const std::uint64_t longest = longest_ns_[term.source];
            if (reading.enabled_ns + slack_ns + longest / 100 < longest)
                return {0, ReadingState::read_failed,
                        "the counter on CPU " + std::to_string(term.cpu) + " stopped during the interval"};
            sum.state = std::max(sum.state, reading.state);
            sum.count += scaled_count(reading) * term.weight;
        }
        return sum;
    }

    WatchValue ratio(const WatchFormula& formula, const SummedTerms& over) const {
        const SummedTerms under = sum_of(formula.denominator);
        if (!under.reason.empty()) return without_value(under.state, under.reason);
        if (under.count == 0) return without_value(under.state, "no instruction was counted in this interval");
        return {formula.factor * over.count / under.count, {}, std::max(over.state, under.state), {}};
    }

    WatchValue rate(const WatchFormula& formula, const SummedTerms& over) const {
        const std::size_t source = formula.numerator.front().source;
        const std::uint64_t ns = after_[source].time_ns - before_[source].time_ns;
        if (ns == 0) return without_value(ReadingState::read_failed, "the clock did not advance");
        return {formula.factor * over.count / (static_cast<double>(ns) * 1e-9), over.count, over.state, {}};
    }

    const MachineReading &before_, &after_;
    std::vector<std::uint64_t> longest_ns_;
};

} // namespace

WatchValue without_value(ReadingState state, std::string reason) { return {{}, {}, state, std::move(reason)}; }

std::vector<WatchValue> watch_values(const std::vector<WatchFormula>& formulas, const MachineReading& before,
                                     const MachineReading& after) {
    const IntervalValues values(before, after);
    std::vector<WatchValue> all;
    for (const WatchFormula& formula : formulas)
        all.push_back(values.of(formula));
    return all;
}

} // namespace bytebound
