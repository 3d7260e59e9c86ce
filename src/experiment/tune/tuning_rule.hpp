#pragma once
// When a setting wins. Pure: times in, decision out.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "record/autotune_record.hpp"

namespace bytebound {

/// A setting and its times: one vector per cell (a loop and k), each with the median step of every block, in ns.
struct SettingTimes {
    TunedSetting setting;
    std::vector<std::vector<double>> cells;
};

/// The geometric mean over the cells, of every block.
std::vector<double> block_means(const SettingTimes& times);
/// Of base over setting, over all cells, or of one cell: above 1, `setting` is faster. Block i of both is the same
/// trace segment.
TunedRatio ratio_to(const SettingTimes& setting, const SettingTimes& base);
TunedRatio cell_ratio(const SettingTimes& setting, const SettingTimes& base, std::size_t cell);
/// The setting with the lowest mean; the earlier one of equals. To choose what to confirm: its own times are flattered
/// by the choice and are not evidence.
std::size_t fastest_of(std::span<const SettingTimes> settings);

/// What was measured on fresh blocks for one number of workers.
struct FreshTimes {
    SettingTimes base;                    ///< the default setting
    std::optional<SettingTimes> finalist; ///< the search's best, if it is another one
};
/// `fresh`: by number of workers, ascending. `fastest`: the one whose best setting was the fastest of all in the
/// search.
///
/// A finalist replaces the default with its number of workers where its whole interval is better, by more than the
/// threshold of `same`, and Holm's p over all tests of these rows is below 0.05. More workers than the fewest are
/// chosen where the setting that then holds for them passes the same test against the default with the fewest.
/// Everything else leaves the default.
struct Decision {
    std::vector<TunedThreads> settings;
    std::uint32_t threads = 1;
    std::optional<TunedRatio> threads_ratio;
    std::optional<double> threads_p_adjusted;
    std::optional<Verdict> threads_verdict;
};
Decision decide(std::span<const FreshTimes> fresh, std::size_t fastest);

} // namespace bytebound
