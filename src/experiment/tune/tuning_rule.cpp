#include "experiment/tune/tuning_rule.hpp"

#include <cmath>

namespace bytebound {
namespace {

constexpr double significant_below = 0.05;

Samples samples_of(const std::vector<double>& blocks) {
    Samples out;
    for (const double block : blocks)
        out.numerator.push_back({block});
    return out;
}

TunedRatio ratio_of(const std::vector<double>& setting, const std::vector<double>& base) {
    const auto found = compare(samples_of(setting), samples_of(base), Stat::median);
    if (!found) return {};
    return {found->ratio, found->ci_low, found->ci_high, found->p_value, found->blocks};
}

double log_mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values)
        sum += std::log(value);
    return sum / static_cast<double>(values.size());
}

Verdict verdict_of(const TunedRatio& ratio) {
    return judge({ratio.ratio, ratio.ci_low, ratio.ci_high, ratio.p_value, ratio.blocks});
}

/// The tests of one decision, which are adjusted together.
class Tests {
public:
    std::size_t add(const TunedRatio& ratio) {
        ratios_.push_back(ratio);
        p_.push_back(ratio.p_value.value_or(1)); // no test applies: nothing varied, or too few blocks
        return p_.size() - 1;
    }
    void adjust() { adjusted_ = holm_adjusted(p_); }
    double p(std::size_t test) const { return adjusted_[test]; }
    bool wins(std::size_t test) const {
        return verdict_of(ratios_[test]) == Verdict::better && adjusted_[test] < significant_below;
    }

private:
    std::vector<TunedRatio> ratios_;
    std::vector<double> p_, adjusted_;
};

} // namespace

std::vector<double> block_means(const SettingTimes& times) {
    std::vector<double> out(times.cells.at(0).size());
    for (std::size_t block = 0; block < out.size(); ++block) {
        std::vector<double> cells;
        for (const std::vector<double>& cell : times.cells)
            cells.push_back(cell.at(block));
        out[block] = std::exp(log_mean(cells));
    }
    return out;
}

TunedRatio ratio_to(const SettingTimes& setting, const SettingTimes& base) {
    return ratio_of(block_means(setting), block_means(base));
}

TunedRatio cell_ratio(const SettingTimes& setting, const SettingTimes& base, std::size_t cell) {
    return ratio_of(setting.cells.at(cell), base.cells.at(cell));
}

std::size_t fastest_of(std::span<const SettingTimes> settings) {
    std::size_t best = 0;
    double least = log_mean(block_means(settings[0]));
    for (std::size_t i = 1; i < settings.size(); ++i) {
        const double mean = log_mean(block_means(settings[i]));
        if (mean < least) best = i, least = mean;
    }
    return best;
}

Decision decide(std::span<const FreshTimes> fresh, std::size_t fastest) {
    Tests tests;
    std::vector<std::optional<std::size_t>> of_finalist;
    for (const FreshTimes& each : fresh)
        of_finalist.push_back(each.finalist ? std::optional(tests.add(ratio_to(*each.finalist, each.base)))
                                            : std::nullopt);
    // Both settings that may hold for the fastest number of workers are tested, whichever it will be.
    const FreshTimes &most = fresh[fastest], &fewest = fresh.front();
    std::optional<std::size_t> default_of_most, finalist_of_most;
    if (fastest != 0) {
        default_of_most = tests.add(ratio_to(most.base, fewest.base));
        if (most.finalist) finalist_of_most = tests.add(ratio_to(*most.finalist, fewest.base));
    }
    tests.adjust();

    Decision out;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        TunedThreads each;
        each.setting = fresh[i].base.setting;
        if (of_finalist[i]) {
            each.finalist = fresh[i].finalist->setting;
            each.ratio = ratio_to(*fresh[i].finalist, fresh[i].base);
            each.verdict = verdict_of(*each.ratio);
            each.p_adjusted = tests.p(*of_finalist[i]);
            if (tests.wins(*of_finalist[i])) each.setting = *each.finalist;
        }
        out.settings.push_back(std::move(each));
    }
    out.threads = fewest.base.setting.threads;
    if (fastest == 0) return out;
    const bool tuned = out.settings[fastest].finalist == out.settings[fastest].setting;
    const std::size_t test = tuned ? *finalist_of_most : *default_of_most;
    out.threads_ratio = ratio_to(tuned ? *most.finalist : most.base, fewest.base);
    out.threads_verdict = verdict_of(*out.threads_ratio);
    out.threads_p_adjusted = tests.p(test);
    if (tests.wins(test)) out.threads = most.base.setting.threads;
    return out;
}

} // namespace bytebound
