#include "history/earlier_runs_of.hpp"

#include <algorithm>
#include <memory>
#include <tuple>

#include "history/history_store.hpp"
#include "history/version_numbers.hpp"

namespace bytebound {
namespace {

/// More say nothing new, and the machine of years ago is another one.
constexpr std::size_t most_earlier_runs = 100;

bool is_same_run(const HistoryRun& a, const HistoryRun& b) {
    return std::tie(a.host, a.started, a.samples_sha256) == std::tie(b.host, b.started, b.samples_sha256);
}

RunToRun spread_of(const std::vector<HistoryRun>& runs, const std::string& loop, std::uint32_t k,
                   const std::string& metric, const Figure& like) {
    VersionNumbers versions;
    std::vector<PastValue> values;
    for (const HistoryRun& run : runs)
        for (const HistoryFigure& figure : run.figures)
            if (figure.loop == loop && figure.k == k && figure.metric == metric && figure.tier == name_of(like.tier) &&
                figure.source == like.source)
                values.push_back({versions.of(run), figure.value, figure.ci_low, figure.ci_high, figure.blocks});
    return run_to_run(values);
}

} // namespace

Result<EarlierRuns> earlier_runs_of(const std::filesystem::path& file, const RunEvidence& base,
                                    const RunEvidence& head) {
    const HistoryRun ours = identity_in_history(base), theirs = identity_in_history(head);
    auto runs = TRY(read_history(file, {.host = ours.host, .workload = ours.workload}));
    if (!same_setup(ours, theirs)) return EarlierRuns{file.string()};
    std::erase_if(runs, [&](const HistoryRun& run) {
        return !same_setup(run, ours) || is_same_run(run, ours) || is_same_run(run, theirs);
    });
    if (runs.size() > most_earlier_runs) runs.erase(runs.begin(), runs.end() - most_earlier_runs);
    const auto kept = std::make_shared<const std::vector<HistoryRun>>(std::move(runs));
    return EarlierRuns{file.string(), [kept](const std::string& loop, std::uint32_t k, const std::string& metric,
                                             const Figure& like) { return spread_of(*kept, loop, k, metric, like); }};
}

} // namespace bytebound
