#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "render/answers/comparison_words.hpp"
#include "render/answers/history_text.hpp"
#include "render/answers/trend_outputs.hpp"
#include "render/chart.hpp"

namespace bytebound {
namespace {

constexpr double panel_width = 420, panel_height = 170, panel_left = 70, panel_right = 12, panel_top = 34,
                 panel_bottom = 24;
constexpr std::size_t panel_columns = 2;
constexpr std::string_view svg_style =
    "text{font:12px "
    "sans-serif;fill:#222}.t{font-weight:bold}.a{fill:#666;font-size:11px}.g{stroke:#ddd}.l{fill:none;stroke:#1f5fa8;"
    "stroke-width:1.5}.e{stroke:#9dbbdd}.p{fill:#1f5fa8}.c{stroke:#b3261e;stroke-dasharray:4 3}";

/// Linear, from the least to the largest value or end of an interval.
struct PanelScale {
    double low = 0, high = 1;
    std::size_t points = 1;

    double x(std::size_t i) const {
        const double span = panel_width - panel_left - panel_right;
        return panel_left + span * (static_cast<double>(i) + 0.5) / static_cast<double>(points);
    }
    double y(double value) const {
        const double span = panel_height - panel_top - panel_bottom;
        return panel_height - panel_bottom - span * (value - low) / (high - low);
    }
};

PanelScale scale_of(const TrendSeries& series) {
    PanelScale scale{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                     series.points.size()};
    // One run with two wide repeats must not flatten the others: an interval is shown as far as ten times its value.
    for (const TrendPoint& point : series.points) {
        const double most = 10 * std::abs(point.value);
        scale.low = std::min({scale.low, point.value, std::max(point.ci_low.value_or(point.value), -most)});
        scale.high = std::max({scale.high, point.value, std::min(point.ci_high.value_or(point.value), most)});
    }
    if (!(scale.high > scale.low))
        scale.low -= 0.5 + std::abs(scale.low) / 2, scale.high += 0.5 + std::abs(scale.high) / 2;
    return scale;
}

std::string changes_svg(const TrendSeries& series, const PanelScale& scale) {
    std::string out;
    for (const TrendChange& change : series.changes) {
        std::string title = fmt::format("run {}", series.points[change.at].run.id);
        for (const FieldDifference& each : change.differences)
            title += fmt::format("; {} from {} to {}", each.field, each.base, each.head);
        out += fmt::format("<path class=\"c\" d=\"M{0:.1f} {1:.0f}V{2:.0f}\"><title>{3}</title></path>",
                           (scale.x(change.at - 1) + scale.x(change.at)) / 2, panel_top, panel_height - panel_bottom,
                           escape_html(title));
    }
    return out;
}

std::string points_svg(std::string_view metric, const TrendSeries& series, const PanelScale& scale) {
    std::string line, out;
    for (std::size_t i = 0; i < series.points.size(); ++i) {
        const TrendPoint& point = series.points[i];
        line += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", scale.x(i), scale.y(point.value));
        if (point.ci_low && point.ci_high)
            out += fmt::format("<path class=\"e\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/>", scale.x(i),
                               scale.y(std::clamp(*point.ci_high, scale.low, scale.high)),
                               scale.y(std::clamp(*point.ci_low, scale.low, scale.high)));
    }
    out += "<path class=\"l\" d=\"" + line + "\"/>";
    for (std::size_t i = 0; i < series.points.size(); ++i) {
        const HistoryRun& run = series.points[i].run;
        out += fmt::format("<circle class=\"p\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"><title>{}</title></circle>",
                           scale.x(i), scale.y(series.points[i].value),
                           escape_html(fmt::format("run {}, {}, {}, {}: {}", run.id, run.started, run.host,
                                                   run.program(), quantity_text(metric, series.points[i].value))));
    }
    return out;
}

std::string panel_svg(std::string_view metric, const TrendSeries& series) {
    const PanelScale scale = scale_of(series);
    const HistoryRun& first = series.points.front().run;
    std::string out =
        fmt::format("<text class=\"t\" x=\"4\" y=\"14\">{}</text><text class=\"a\" x=\"4\" y=\"28\">{}</text>",
                    escape_html(fmt::format("{}, {}", at_text(series.loop, series.k), series.tier)),
                    escape_html(short_workload(first) + ", " + series.placement));
    for (const double share : {0.0, 0.5, 1.0}) {
        const double value = scale.low + share * (scale.high - scale.low), y = scale.y(value);
        out += fmt::format("<path class=\"g\" d=\"M{:.0f} {:.1f}H{:.0f}\"/><text class=\"a\" x=\"{:.0f}\" y=\"{:.1f}\" "
                           "text-anchor=\"end\">{}</text>",
                           panel_left, y, panel_width - panel_right, panel_left - 6, y + 4,
                           escape_html(quantity_text(metric, value)));
    }
    out +=
        fmt::format("<text class=\"a\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text><text class=\"a\" x=\"{:.0f}\" y=\"{:.0f}\" "
                    "text-anchor=\"end\">{}</text>",
                    panel_left, panel_height - 6, escape_html(first.started), panel_width - panel_right,
                    panel_height - 6, escape_html(series.points.back().run.started));
    return out + points_svg(metric, series, scale) + changes_svg(series, scale);
}

} // namespace

std::string trend_svg(std::string_view metric, const std::vector<TrendSeries>& series) {
    std::vector<const TrendSeries*> shown;
    for (const TrendSeries& each : series)
        shown.push_back(&each);
    std::stable_sort(shown.begin(), shown.end(), [](const TrendSeries* a, const TrendSeries* b) {
        return !a->changes.empty() && b->changes.empty();
    });
    const std::size_t left_out = shown.size() - std::min(shown.size(), most_trend_panels);
    shown.resize(shown.size() - left_out);
    const std::size_t rows = (shown.size() + panel_columns - 1) / panel_columns;
    constexpr double title_height = 28;
    const double width = panel_width * panel_columns, height = title_height + panel_height * static_cast<double>(rows);
    std::string title(metric);
    if (left_out != 0) title += fmt::format(" ({} more series are not shown)", left_out);
    std::string out =
        fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
                    "height=\"{1:.0f}\" role=\"img\" aria-label=\"{2}\"><style>{3}</style>"
                    "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
                    "<text class=\"t\" x=\"4\" y=\"18\">{2}</text>\n",
                    width, height, escape_html(title), svg_style);
    for (std::size_t i = 0; i < shown.size(); ++i)
        out += fmt::format(
            "<g transform=\"translate({:.0f} {:.0f})\">{}</g>\n", panel_width * static_cast<double>(i % panel_columns),
            title_height + panel_height * static_cast<double>(i / panel_columns), panel_svg(metric, *shown[i]));
    return out + "</svg>\n";
}

} // namespace bytebound
