#include "experiment/qualify/qualification_judgement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace bytebound {
namespace {

/// 1234567 -> "1 234 567".
std::string grouped(double value) {
    std::string digits = fmt::format("{:.0f}", value);
    for (std::size_t at = digits.size(); at > 3; at -= 3)
        digits.insert(at - 3, " ");
    return digits;
}

std::string truth_text(const QualifiedEvent& event) {
    std::string text = grouped(*event.truth);
    if (event.truth_high) text += " to " + grouped(*event.truth_high);
    return text + " " + event.unit;
}

/// "counted 2.00 x the known 1 000 000 instructions"
std::string bias_text(const QualifiedEvent& event) {
    const bool much = *event.bias > 0;
    const double end = event.truth_high && much ? *event.truth_high : *event.truth;
    const std::string_view known = !event.truth_high ? "known" : much ? "most it can be," : "least it can be,";
    return fmt::format("counted {:.{}f} x the {} {} {}", 1 + *event.bias, std::abs(*event.bias) < 0.1 ? 4 : 2, known,
                       grouped(end), event.unit);
}

/// Ratio of the count to the truth.
double share_of_truth(double counted, const Truth& truth) {
    return counted / (truth.witnessed ? std::clamp(counted, truth.low, truth.high) : truth.low);
}

double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / static_cast<double>(values.size());
}

/// Sample standard deviation divided by the mean, in two passes; nullopt for a mean of 0.
std::optional<double> variation_of(const std::vector<double>& values) {
    const double mean = mean_of(values);
    if (mean == 0 || values.size() < 2) return std::nullopt;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(values.size() - 1)) / std::abs(mean);
}

} // namespace

QualifiedEvent judge(std::span<const KernelTrial> trials, double threshold, std::string unit) {
    QualifiedEvent event;
    event.unit = std::move(unit);
    event.threshold = threshold;
    event.verdict = QualificationVerdict::failed;
    std::vector<double> counted, relative, low, high;
    for (const KernelTrial& trial : trials) {
        assert(trial.truth.low > 0 && trial.truth.high >= trial.truth.low);
        if (!trial.counted) continue;
        counted.push_back(*trial.counted);
        relative.push_back(share_of_truth(*trial.counted, trial.truth));
        low.push_back(trial.truth.low);
        high.push_back(trial.truth.high);
    }
    event.n = counted.size();
    if (event.n < fewest_trials) {
        event.reason = fmt::format("was counted in {} of {} repeats of the kernel", event.n, trials.size());
        return event;
    }
    event.mean = mean_of(counted);
    event.truth = mean_of(low);
    const double most = mean_of(high);
    if (most > *event.truth) event.truth_high = most;
    event.bias = *event.mean < *event.truth ? *event.mean / *event.truth - 1
                 : *event.mean > most       ? *event.mean / most - 1
                                            : 0;
    event.cv = variation_of(relative);
    // Compared as amounts, so that a count exactly at the threshold passes.
    const bool biased = *event.truth - *event.mean > threshold * *event.truth || *event.mean - most > threshold * most;
    if (biased) {
        event.reason = bias_text(event);
    } else if (event.cv && *event.cv > qualification_cv) {
        event.reason =
            fmt::format("varies by {:.2f} % between repeats of the known {}", 100 * *event.cv, truth_text(event));
    } else {
        event.verdict = QualificationVerdict::passed;
    }
    return event;
}

} // namespace bytebound
