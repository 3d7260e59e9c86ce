#include "history/trend.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "stats/change_points.hpp"
#include "stats/estimate.hpp"

namespace bytebound {
namespace {

/// How far from a change what may have caused it is looked for.
constexpr int most_points_off = 2;

std::vector<FieldDifference> differences_of(const HistoryRun& before, const HistoryRun& after) {
    std::vector<FieldDifference> out;
    const auto compare = [&out](const char* field, const std::string& a, const std::string& b) {
        if (a != b) out.push_back({field, a.empty() ? "none" : a, b.empty() ? "none" : b});
    };
    compare("host", before.host, after.host);
    compare("CPU", before.cpu_model, after.cpu_model);
    compare("kernel", before.kernel, after.kernel);
    compare("version", before.version, after.version);
    compare("git revision", before.git_revision, after.git_revision);
    compare("preset", before.preset, after.preset);
    return out;
}

void name_differences(const std::vector<TrendPoint>& points, TrendChange& change) {
    for (int off = 0; off <= most_points_off; ++off)
        for (const int later : {off, -off}) {
            const auto at = static_cast<std::ptrdiff_t>(change.at) + later;
            if (at < 1 || at >= std::ssize(points)) continue;
            const auto i = static_cast<std::size_t>(at);
            change.differences = differences_of(points[i - 1].run, points[i].run);
            change.later = later;
            if (!change.differences.empty()) return;
        }
    change.later = 0;
}

double median_of(const std::vector<TrendPoint>& points, std::size_t begin, std::size_t end) {
    std::vector<double> values;
    for (std::size_t i = begin; i < end; ++i)
        values.push_back(points[i].value);
    return median(std::move(values));
}

void put_series_changes(TrendSeries& series) {
    std::vector<double> values;
    for (const TrendPoint& point : series.points)
        values.push_back(point.value);
    const bool positive = std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
    if (positive && !series.exact)
        for (double& value : values)
            value = std::log(value);
    const auto starts = series.exact ? value_changes(values) : change_points(values);
    std::size_t before = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        TrendChange change;
        change.at = starts[i];
        const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : series.points.size();
        const double old_level = median_of(series.points, before, starts[i]);
        change.ratio = median_of(series.points, starts[i], end) / old_level;
        name_differences(series.points, change);
        series.changes.push_back(std::move(change));
        before = starts[i];
    }
}

} // namespace

std::vector<TrendSeries> trend_of(const std::vector<HistoryRun>& runs, std::string_view metric) {
    using Key = std::tuple<std::string, std::string, std::uint32_t, std::string, std::string, std::string, std::string>;
    std::map<Key, TrendSeries> all;
    for (const HistoryRun& run : runs) {
        HistoryRun alone = run;
        alone.figures.clear();
        for (const HistoryFigure& figure : run.figures) {
            if (figure.metric != metric) continue;
            TrendSeries& series =
                all[{run.workload, run.placement, figure.k, figure.loop, figure.tier, figure.source, figure.basis}];
            if (series.points.empty())
                series = {run.workload,  run.placement, figure.loop,  figure.k, figure.tier,
                          figure.source, figure.basis,  figure.exact, {},       {}};
            series.points.push_back({alone, figure.value, figure.ci_low, figure.ci_high});
        }
    }
    std::vector<TrendSeries> out;
    for (auto& [key, series] : all) {
        put_series_changes(series);
        out.push_back(std::move(series));
    }
    return out;
}

std::vector<std::pair<std::string, std::string>> setups_of(const std::vector<TrendSeries>& series) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const TrendSeries& each : series)
        if (std::pair setup(each.workload, each.placement); std::find(out.begin(), out.end(), setup) == out.end())
            out.push_back(std::move(setup));
    return out;
}

} // namespace bytebound
