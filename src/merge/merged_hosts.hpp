#pragma once
// Figures of many runs, and what they say across hosts. Of each run only its identity and the values are kept.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "counters/tier.hpp"
#include "merge/host_run.hpp"
#include "record/run_record.hpp"
#include "stats/estimate.hpp"
#include "stats/robust.hpp"

namespace bytebound {

inline constexpr std::string_view merge_schema = "bytebound.merge/1";
/// time_ns of the loop that the others are compared with, over that of the row's loop.
inline constexpr std::string_view speedup_metric = "speedup";

struct MergedHost {
    std::string name, cpu_model;
    std::vector<std::size_t> runs;
};

struct MergedRun {
    std::string path, member;
    std::size_t host = 0, workload = 0; ///< indices
    std::string kernel, started, version, git_revision, command, files_caveat;
    std::string cache; ///< cache_text()
    std::size_t rows = 0;
};

/// Runs that did the same in a step, to the same data.
struct MergedWorkload {
    std::string member;                                         ///< of a suite
    RunRecord head;                                             ///< of its first run
    std::string reference;                                      ///< the loop that a speed-up compares with
    std::map<std::uint32_t, std::pair<double, double>> changes; ///< k -> A, R
};

struct RunValue {
    std::uint32_t run = 0;
    double value = 0;
    std::optional<double> ci_low, ci_high;
};

/// Values of one kind that several runs have: these are comparable.
struct MergedFigure {
    std::size_t workload = 0;
    std::string loop;
    std::uint32_t k = 0;
    std::string metric;
    Tier tier = Tier::computed;
    std::string source;
    std::string cache; ///< the modelled one of simulated and emulated figures
    std::vector<RunValue> values = {};
};

struct OutlierHost {
    std::size_t host = 0;
    double value = 0, z = 0;
};

/// A figure over the hosts. Each host counts once: with several runs, by the median of theirs.
struct AcrossHosts {
    const MergedFigure* figure = nullptr;
    std::size_t hosts = 0;
    Estimate median; ///< its interval is one of order statistics
    RobustSpread spread;
    std::vector<OutlierHost> outliers; ///< the farthest first
    std::string no_outliers;           ///< why none is named; empty: they are looked for
};

class MergedHosts {
public:
    explicit MergedHosts(bool allow_different_workload) : allow_different_workload_(allow_different_workload) {}
    MergedHosts(MergedHosts&&) noexcept = default; // across() points to figures, so there are no copies
    MergedHosts& operator=(MergedHosts&&) noexcept = default;

    /// Error (bad_data): its workload is unlike that of a run before, or it is the same run.
    Result<const MergedRun*> add(const HostRun& run);
    /// To be called once, when all runs are added.
    void compute();

    const std::vector<MergedHost>& hosts() const { return hosts_; }
    const std::vector<MergedRun>& runs() const { return runs_; }
    const std::vector<MergedWorkload>& workloads() const { return workloads_; }
    /// By workload, k, loop and metric.
    const std::vector<AcrossHosts>& across() const { return across_; }
    /// Names of all metrics, in the order of the runs.
    const std::vector<std::string>& metrics() const { return metrics_; }
    const std::vector<std::string>& loops() const { return loops_; }
    /// Figures in which a host is an outlier.
    std::size_t outlier_figures(std::size_t host) const;

private:
    Result<std::size_t> workload_of(const HostRun& run);
    std::size_t host_of(const RunRecord& head);
    MergedFigure& figure_of(MergedFigure key);
    struct RowPlace {
        std::uint32_t run;
        std::size_t workload;
        std::string cache;
    };
    void add_row(const RowPlace& at, const PublishedRow& row, const PublishedSummary& summary);

    bool allow_different_workload_;
    std::vector<MergedHost> hosts_;
    std::map<std::pair<std::string, std::string>, std::size_t> host_index_;
    std::vector<MergedRun> runs_;
    std::map<std::string, std::size_t> run_of_identity_;
    std::vector<MergedWorkload> workloads_;
    std::vector<MergedFigure> figures_;
    std::map<std::string, std::size_t> figure_index_;
    std::vector<std::size_t> next_; ///< by figure: the one that followed it in the run before
    std::size_t last_ = 0;
    std::vector<std::string> metrics_, loops_;
    std::vector<AcrossHosts> across_;
    std::map<std::size_t, std::size_t> outlier_figures_;
};

/// The speed-up of each row of a run over its workload's reference, which itself has none. Parallel to the rows.
std::vector<std::optional<double>> speedups_of(const PublishedSummary& summary, const std::string& reference);
/// The modelled cache of a run's simulated figures: "32 MiB:16:64".
std::string cache_text(const RunRecord& head);

} // namespace bytebound
