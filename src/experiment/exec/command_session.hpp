#pragma once
// The runs of an exec session: warm-up, then blocks. Internal to exec/.

#include <optional>
#include <span>
#include <vector>

#include "archive/run_directory.hpp"
#include "archive/samples_csv.hpp"
#include "experiment/exec/blocks.hpp"
#include "experiment/exec/emulated_commands.hpp"
#include "experiment/exec/exec_run.hpp"
#include "experiment/exec/placement_samples.hpp"
#include "experiment/exec/region_reading.hpp"
#include "experiment/exec/tree_reading.hpp"

namespace bytebound {

/// Runs the commands of one session.
class CommandSession {
public:
    /// `regions`: null if whole commands are measured.
    CommandSession(const ExecPlan& plan, TreeReading& counters, RegionReading* regions, RunRecord& record,
                   const StopFlag& stop)
        : plan_(plan), counters_(counters), regions_(regions), record_(record), stop_(stop),
          blocks_of_time_(plan.options.commands.size()), order_(plan.options.commands.size(), plan.options.seed) {}

    Result<void> open_output();
    bool any_max_rss() const { return any_max_rss_; }
    /// Finds out where the commands run, and whether they are long enough for counters of the whole machine.
    Result<void> warm_up(const ProgressCallback& progress);
    /// What the emulator counted goes into the first rows.
    void take(EmulatedCommands emulated) { emulated_ = std::move(emulated); }
    Result<void> blocks(SampleWriter& samples, std::optional<SampleWriter>& background,
                        const ProgressCallback& progress, RunDirectory& directory);

private:
    std::size_t count() const { return plan_.options.commands.size(); }
    CommandRecord& command(std::size_t i) {
        return regions_ != nullptr ? with_regions_ : record_.subject.commands->commands.at(i);
    }
    Launch launch_of(std::size_t i) const;
    Result<void> prepare();
    Result<CommandEnd> run(const Launch& launch, bool counted, PlacementSamples* seen,
                           std::vector<std::optional<Reading>>* readings);
    Result<void> judge(std::size_t i, const CommandEnd& end);
    Result<void> block(std::uint32_t number, SampleWriter& samples, std::optional<SampleWriter>& background);
    Result<void> block_of_regions(std::uint32_t number, SampleWriter& samples);
    bool enough(double seconds, RepeatsEnd& why) const;
    void put_repeats(std::uint32_t finished, double seconds);

    const ExecPlan& plan_;
    TreeReading& counters_;
    RegionReading* regions_;
    CommandRecord with_regions_; ///< how the command of the regions ended
    RunRecord& record_;
    const StopFlag& stop_;
    Descriptor output_;
    bool any_max_rss_ = false;
    BlockTimes blocks_of_time_;
    BlockOrder order_;
    std::vector<std::vector<std::size_t>> orders_;
    std::optional<EmulatedCommands> emulated_;
};

} // namespace bytebound
