#pragma once
// One call of Run::measure(): everything that lives while threads are pinned and memory is held. Internal to run/.

#include <filesystem>
#include <optional>
#include <vector>

#include "experiment/measure/pinned_team.hpp"
#include "experiment/schedule/run.hpp"

namespace bytebound {

class Session {
public:
    /// What the run owns and the session works on.
    struct Parts {
        Sys& sys;
        const RunSeams& seams;
        const Machine& machine;
        RunPlan& plan; ///< its batches grow where the counters need it
        std::uint64_t memory_available;
        const std::filesystem::path& path;
        std::optional<RunDirectory>& directory;
        RunRecord& record;
    };
    Session(Parts parts, const ProgressCallback& progress, const StopFlag& stop);
    ~Session();

    /// In the house's order: pin, plan the counting, create the directory, allocate and prove, simulate, emulate, price
    /// the reads, measure, prove again.
    Result<void> measure();

private:
    Result<void> pin_team();
    bool counts_shared() const;
    Result<void> enlarge_batches_for_background();
    Result<void> open_directory();
    Result<void> allocate();
    Result<void> simulate_all();
    Result<void> emulate_all(); ///< session_emulate.cpp
    Result<void> open_samples();
    Result<void> choose_oracle_copies();
    Result<void> price_reads();
    Result<void> qualify(); ///< session_qualify.cpp
    Result<void> measure_phases();
    Result<void> measure_phase(const PhaseKey& key);
    Result<void> prove_pages(std::vector<PageProof>& into);
    Result<void> fill_masks(std::size_t experiment, std::uint32_t repeat);
    LoopOptions loop_options(std::size_t experiment, std::size_t loop) const;
    ExperimentRecord& experiment_record(std::size_t experiment, std::size_t loop);
    Result<void> write_record() const { return parts_.directory->write_record(parts_.record); }

    Parts parts_;
    const ProgressCallback& progress_;
    const StopFlag& stop_;
    std::optional<PinnedTeam> team_;
    Counting counting_;
    std::optional<Workspace> workspace_;
    std::optional<CacheSweep> sweep_;
    SimulatedRun simulation_;
    Emulation emulation_;
    std::optional<SampleWriter> samples_, workers_, background_;
    std::vector<CopyMethod> oracle_copies_; ///< per experiment
};

} // namespace bytebound
