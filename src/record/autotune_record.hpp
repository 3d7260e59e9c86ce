#pragma once
// The content of an autotune file: the fastest settings of one host and placement for rows of some sizes, and what they
// were compared with.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machine/placement.hpp"
#include "model/loop_facts.hpp"
#include "record/host_facts.hpp"
#include "record/warning.hpp"
#include "stats/estimate.hpp"
#include "workload/row_layout.hpp"

namespace bytebound {

inline constexpr std::string_view autotune_schema = "bytebound.autotune/1";

/// What autotune chooses; the defaults are those of `run`.
struct TunedSetting {
    std::uint32_t threads = 1;
    CopyMethod copy = CopyMethod::memcpy;
    std::uint32_t grain = 8, parallel_threshold = 64;
    bool operator==(const TunedSetting&) const = default;
};

/// Time of another setting over that of this one: above 1, this one is faster. Blocks are trace segments.
struct TunedRatio {
    double ratio = 1;
    std::optional<double> ci_low, ci_high, p_value;
    std::uint64_t blocks = 0;
    bool operator==(const TunedRatio&) const = default;
};

/// A setting that was tried, against the default one with the same number of workers, in the blocks of its stage.
struct TunedCandidate {
    std::string stage; ///< "copy", "grain"
    TunedSetting setting;
    TunedRatio against_default;
    bool operator==(const TunedCandidate&) const = default;
};

/// The same for one loop and k alone.
struct TunedCell {
    std::string loop;
    std::uint32_t k = 0;
    TunedRatio against_default;
    bool operator==(const TunedCell&) const = default;
};

/// The decision for one number of workers. A setting other than the default one won on fresh blocks.
struct TunedThreads {
    TunedSetting setting;
    /// The setting that was confirmed or not; nullopt: the search found nothing faster than the default.
    std::optional<TunedSetting> finalist;
    std::optional<Verdict> verdict;   ///< of the finalist
    std::optional<TunedRatio> ratio;  ///< of the finalist against the default
    std::optional<double> p_adjusted; ///< Holm, over all tests of these rows
    std::vector<TunedCell> cells;     ///< of the finalist
    bool operator==(const TunedThreads&) const = default;
};

/// Rows of one layout.
struct TunedRows {
    std::vector<RowGroup> groups;
    std::string measured; ///< ISO 8601, UTC
    std::string workload; ///< "N 8192, m 1024, ..."
    /// The number of workers of the fastest setting, and that against the default with the fewest.
    std::uint32_t threads = 1;
    std::optional<TunedRatio> threads_ratio; ///< nullopt: the fewest workers were the fastest in the search
    std::optional<double> threads_p_adjusted;
    std::optional<Verdict> threads_verdict;
    std::vector<TunedThreads> settings;
    std::vector<TunedCandidate> candidates;
    TunedRatio against_itself; ///< the default setting measured twice in every fresh block: the method's own error
    bool operator==(const TunedRows&) const = default;
};

struct AutotuneRecord {
    std::string version, git_revision;
    std::vector<std::string> command;
    std::string measured; ///< when it ended, ISO 8601, UTC
    HostFacts host;
    Placement placement;                ///< of the largest team; smaller ones use its first CPUs
    std::vector<std::uint32_t> threads; ///< ascending
    bool quick = false;
    std::uint32_t search_blocks = 0, fresh_blocks = 0;
    bool bound_cpus = false, bound_memory = false;
    std::vector<TunedRows> rows;
    std::vector<Warning> warnings;
    bool operator==(const AutotuneRecord&) const = default;
};

/// "4096 + 4096": one copy per group.
std::string groups_text(const std::vector<RowGroup>& groups);
/// Null if the file has no rows of these sizes.
const TunedRows* find_rows(const AutotuneRecord& record, const RowLayout& layout);
/// Null if it has no setting of so many workers.
const TunedThreads* find_threads(const TunedRows& rows, std::uint32_t threads);

/// Signs that other work ran meanwhile, in words; empty if there are none.
std::string why_disturbed(const AutotuneRecord& record);

} // namespace bytebound
