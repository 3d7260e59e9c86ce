#include "render/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <optional>
#include <string_view>

#include "base/visible.hpp"
#include "figures/number.hpp"

namespace bytebound {
namespace {

constexpr double chart_width = 360, chart_height = 260, left = 46, right = 10, top = 30, bottom = 40;

/// 1, 2 or 5 times powers of ten around the data.
struct LogAxis {
    double low = 1, high = 10;

    static double step_below(double value) {
        const double decade = std::pow(10.0, std::floor(std::log10(value)));
        return value >= 5 * decade ? 5 * decade : value >= 2 * decade ? 2 * decade : decade;
    }
    static double step_above(double value) {
        const double decade = std::pow(10.0, std::floor(std::log10(value)));
        return value <= decade       ? decade
               : value <= 2 * decade ? 2 * decade
               : value <= 5 * decade ? 5 * decade
                                     : 10 * decade;
    }
    double y(double value) const {
        const double share = (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low));
        return chart_height - bottom - share * (chart_height - top - bottom);
    }
    std::vector<double> ticks() const {
        const bool decades_only = high / low > 1000;
        std::vector<double> out;
        const int first = static_cast<int>(std::floor(std::log10(low)));
        const int last = static_cast<int>(std::ceil(std::log10(high)));
        for (int exponent = first; exponent <= last; ++exponent) {
            for (const double step : {1.0, 2.0, 5.0}) {
                const double tick = step * std::pow(10.0, exponent);
                if (tick < low * 0.999 || tick > high * 1.001 || (decades_only && step != 1)) continue;
                out.push_back(tick);
            }
        }
        return out;
    }
};

bool drawable(const ChartSeries& series, std::size_t i) {
    return i < series.values.size() && series.known[i] && series.values[i] > 0;
}

std::optional<LogAxis> axis_for(const Chart& chart) {
    double low = std::numeric_limits<double>::max(), high = 0;
    const auto cover = [&](const ChartSeries& series) {
        for (std::size_t i = 0; i < series.values.size(); ++i) {
            if (!drawable(series, i)) continue;
            low = std::min(low, series.low[i] > 0 ? std::min(series.low[i], series.values[i]) : series.values[i]);
            high = std::max(high, std::max(series.high[i], series.values[i]));
        }
    };
    for (const ChartSeries& series : chart.series)
        cover(series);
    cover(chart.bound);
    if (high <= 0) return std::nullopt;
    LogAxis axis{LogAxis::step_below(low), LogAxis::step_above(high)};
    if (axis.low == axis.high) axis.high *= 2;
    return axis;
}

double x_of(std::size_t i, std::size_t count) {
    const double span = chart_width - left - right;
    return left + span * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
}

/// Shapes differ too, because some readers cannot distinguish colours.
std::string marker(std::size_t shape, double x, double y) {
    switch (shape % 5) {
    case 0: return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.4\"/>", x, y);
    case 1: return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"6.4\" height=\"6.4\"/>", x - 3.2, y - 3.2);
    case 2: return fmt::format("<path d=\"M{:.1f} {:.1f}l4 7h-8z\"/>", x, y - 4);
    case 3: return fmt::format("<path d=\"M{:.1f} {:.1f}l4 4l-4 4l-4-4z\"/>", x, y - 4);
    default: return fmt::format("<path d=\"M{:.1f} {:.1f}l4-7h-8z\"/>", x, y + 4);
    }
}

std::string line_path(const ChartSeries& series, const LogAxis& axis, std::size_t count) {
    std::string path;
    bool pen_down = false;
    for (std::size_t i = 0; i < count; ++i) {
        if (!drawable(series, i)) {
            pen_down = false;
            continue;
        }
        path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x_of(i, count), axis.y(series.values[i]));
        pen_down = true;
    }
    return path;
}

std::string series_svg(const ChartSeries& series, const Chart& chart, const LogAxis& axis, std::size_t style) {
    const std::size_t count = chart.categories.size();
    std::string out =
        fmt::format("<g class=\"s{}\"><path class=\"l\" d=\"{}\"/>", style % 6, line_path(series, axis, count));
    for (std::size_t i = 0; i < count; ++i) {
        if (!drawable(series, i)) continue;
        const double x = x_of(i, count), y = axis.y(series.values[i]);
        if (series.low[i] > 0 && series.high[i] > series.low[i]) {
            out += fmt::format("<path class=\"e\" d=\"M{0:.1f} {1:.1f}V{2:.1f}\"/>", x, axis.y(series.high[i]),
                               axis.y(series.low[i]));
        }
        out += fmt::format("<g>{}<title>{} k={}: {} {}</title></g>", marker(style, x, y), escape_html(series.name),
                           escape_html(chart.categories[i]), compact_number(series.values[i]), escape_html(chart.unit));
    }
    return out + "</g>";
}

/// "100", "200k", "5M": multiples of 1, 2 or 5 times a power of ten, short enough for the margin.
std::string tick_text(double tick) {
    struct Prefix {
        double factor;
        const char* letter;
    };
    constexpr std::array<Prefix, 4> prefixes = {{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
    for (const Prefix& prefix : prefixes)
        if (tick >= 1e5 && tick >= prefix.factor * 0.999)
            return fmt::format("{:.0f}{}", tick / prefix.factor, prefix.letter);
    const int decimals = tick >= 1 ? 0 : -static_cast<int>(std::floor(std::log10(tick * 1.001)));
    return fmt::format("{:.{}f}", tick, decimals);
}

std::string key_svg(std::string_view content) {
    return fmt::format("<svg class=\"key\" viewBox=\"0 0 28 12\" aria-hidden=\"true\">{}</svg>", content);
}

} // namespace

std::string legend_key_svg(std::size_t style) {
    return key_svg(fmt::format("<g class=\"s{}\"><path class=\"l\" d=\"M0 6H28\"/><g>{}</g></g>", style % 6,
                               marker(style, 14, 6)));
}

std::string bound_key_svg() { return key_svg("<path class=\"bound\" d=\"M0 6H28\"/>"); }

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : visible_lines(text)) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

std::string chart_svg(const Chart& chart, const std::vector<std::string>& legend) {
    const auto axis = axis_for(chart);
    std::string out = fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">", chart_width,
                                  chart_height, escape_html(chart.title + ", " + chart.unit));
    out +=
        fmt::format("<text class=\"ct\" x=\"0\" y=\"13\">{}<tspan class=\"cu\" dx=\"8\">{}</tspan></text>",
                    escape_html(chart.title), escape_html(chart.unit + (chart.tier.empty() ? "" : ", " + chart.tier)));
    if (!axis) {
        return out + fmt::format("<text class=\"tick\" x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">nothing to "
                                 "show: n/a</text></svg>",
                                 chart_width / 2, chart_height / 2);
    }
    for (const double tick : axis->ticks()) {
        const double y = axis->y(tick);
        out += fmt::format("<path class=\"grid\" d=\"M{:.0f} {:.1f}H{:.0f}\"/><text class=\"tick\" x=\"{:.0f}\" "
                           "y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
                           left, y, chart_width - right, left - 7, y + 3.5, tick_text(tick));
    }
    for (std::size_t i = 0; i < chart.categories.size(); ++i) {
        out +=
            fmt::format("<text class=\"tick\" x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>",
                        x_of(i, chart.categories.size()), chart_height - bottom + 17, escape_html(chart.categories[i]));
    }
    out += fmt::format("<text class=\"tick\" x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"middle\">k rows changed per "
                       "step</text>",
                       (left + chart_width - right) / 2, chart_height - 4);
    if (!chart.bound.values.empty()) {
        out += fmt::format("<path class=\"bound\" d=\"{}\"/>", line_path(chart.bound, *axis, chart.categories.size()));
    }
    // The first loop is drawn last, so that it is on top of coinciding lines.
    for (auto series = chart.series.rbegin(); series != chart.series.rend(); ++series) {
        const auto at = std::find(legend.begin(), legend.end(), series->name);
        out += series_svg(*series, chart, *axis, static_cast<std::size_t>(at - legend.begin()));
    }
    return out + "</svg>";
}

} // namespace bytebound
