#include "catalogue/flags.hpp"

#include <algorithm>
#include <array>

namespace bytebound {

std::span<const FlagEntry> flags() {
    static constexpr std::array flag_table{
        FlagEntry{.name = flag_name::migrated,
                  .meaning = "the step ended on a different CPU than it began, or not on the pinned one",
                  .text = "{rows}: the CPU changed during the step, or was not the pinned one",
                  .of_step = true,
                  .below_table = 5},
        FlagEntry{.name = flag_name::descheduled,
                  .meaning = "the step lost the CPU",
                  .text = "{rows}: the thread lost its CPU during the step",
                  .of_step = true},
        FlagEntry{.name = flag_name::interrupted,
                  .meaning = "the kernel rescheduled the counters during the step without a context switch: an "
                             "overflow interrupt, or another user of the PMU",
                  .text = "{rows}: the kernel rescheduled the counters during the step",
                  .of_step = true},
        FlagEntry{.name = flag_name::multiplexed,
                  .meaning = "a counter of this step ran only part of the time",
                  .text = "{rows}: counters shared the hardware with others; counts are extrapolated",
                  .of_step = true,
                  .below_table = 6},
        FlagEntry{.name = flag_name::never_ran,
                  .meaning = "a counter of this step was enabled but never ran",
                  .text = "{rows}: a counter was not on the hardware; these steps are excluded from its figure",
                  .of_step = true,
                  .below_table = 7},
        FlagEntry{.name = flag_name::not_stationary,
                  .meaning = "per row of the summary: see phases in [loops.md](loops.md)",
                  .text = "{rows}: the traffic drifts, or fluctuates more slowly than the window that judges it; the "
                          "values are kept; use a longer --warmup or more --steps-per-k",
                  .below_table = 2},
        FlagEntry{.name = flag_name::few_blocks,
                  .meaning = "per row of the summary: fewer than 6 blocks (repeats) behind one of its figures",
                  .text = "few blocks behind the intervals ({rows}): fewer than {least_blocks} repeats, or segments of "
                          "a model, behind a figure: its interval is wide, and with one there is none; use --repeats "
                          "{least_blocks} or more, which emulated figures (of one segment) do not follow",
                  .below_table = 1},
        FlagEntry{
            .name = flag_name::of_short_steps,
            .meaning = "per row of the summary: what the readings themselves took or counted, and was subtracted, "
                       "is more than 5 % of one of its figures",
            .text = "{rows}: the steps are short: the cost of reading the clock or a counter, which is subtracted, "
                    "is more than 5 % of a figure; give more --steps-per-k, fewer --events, or larger steps",
            .below_table = 4},
        FlagEntry{.name = flag_name::drift,
                  .meaning = "per row of the summary: time_ns rises or falls from repeat to repeat (Mann-Kendall, "
                             "p < 0.01)",
                  .text = "{rows}: the time rises or falls from repeat to repeat (Mann-Kendall, p < 0.01), where "
                          "intervals assume that the order of repeats does not matter; look for a CPU that heats up "
                          "or another program, and repeat the run",
                  .below_table = 3},
        FlagEntry{.name = flag_name::outlier,
                  .meaning = "time_ns is outside Tukey's fences (1.5 times the interquartile range) of its own phase; "
                             "kept in all figures",
                  .text = "{rows}: outside Tukey's fences (1.5 IQR) of their own phase; kept in every figure",
                  .of_step = true},
    };
    return flag_table;
}

std::vector<const FlagEntry*> flags_below_table() {
    std::vector<const FlagEntry*> line;
    for (const FlagEntry& flag : flags())
        if (flag.below_table != 0) line.push_back(&flag);
    std::sort(line.begin(), line.end(),
              [](const FlagEntry* a, const FlagEntry* b) { return a->below_table < b->below_table; });
    return line;
}

} // namespace bytebound
