#pragma once
// The readers of the table of tuning items. Internal to machine/.

#include <string>
#include <vector>

#include "machine/tuning.hpp"

namespace bytebound::tuning {

/// "performance (CPU 0-1), powersave (CPU 2)", or one text if all CPUs agree; empty if none has the file.
/// `file` is below the CPU's directory.
std::string by_cpu(const SysRoot& root, const std::vector<int>& cpus, const std::string& file);
/// Why there is no frequency to read or to set.
std::string without_cpufreq(const Machine& machine);

TuningState unknown(std::string reason);
/// An item of one file. `quiet`: its quiet values, the first one is written in place of others. `absent`: the reason if
/// the file does not exist; empty: "no FILE".
TuningState one_file(const TuningView& view, const std::string& path, const std::vector<std::string>& quiet,
                     const std::string& absent = {});
/// The verdict for `files`, which are not empty.
void judge_files(TuningState& state);

// tuning_frequency.cpp
TuningState energy_preference(const TuningView& view);
TuningState governor(const TuningView& view);
TuningState turbo(const TuningView& view);
TuningState idle_states(const TuningView& view);
TuningState uncore_frequency(const TuningView& view);

// tuning_memory.cpp
TuningState huge_pages(const TuningView& view);
TuningState huge_page_defrag(const TuningView& view);
TuningState numa_balancing(const TuningView& view);
TuningState page_merging(const TuningView& view);
TuningState swap(const TuningView& view);
TuningState swappiness(const TuningView& view);

// tuning_kernel.cpp
TuningState nmi_watchdog(const TuningView& view);
TuningState timer_tick(const TuningView& view);
TuningState sample_rate(const TuningView& view);
TuningState address_layout(const TuningView& view);

// tuning_interrupts.cpp
TuningState interrupts(const TuningView& view);
TuningState irqbalance(const TuningView& view);

// tuning_load.cpp
TuningState sibling_load(const TuningView& view);
TuningState chosen_load(const TuningView& view);
TuningState load_average(const TuningView& view);

} // namespace bytebound::tuning
