#include <catch2/catch.hpp>

#include "render/chart.hpp"

using namespace bytebound;

namespace {

Chart chart_of(std::vector<double> values, std::vector<bool> known) {
    Chart chart;
    chart.title = "Time";
    chart.unit = "us";
    for (std::size_t i = 0; i < values.size(); ++i)
        chart.categories.push_back(std::to_string(i));
    chart.series = {{"paired", values, values, values, known}};
    return chart;
}

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
        ++n;
    return n;
}

} // namespace

TEST_CASE("a chart has one marker per known value above 0, and a gap elsewhere") {
    const std::string svg = chart_svg(chart_of({10, 0, 5, 20, 30}, {true, true, false, true, true}), {"paired"});
    CHECK(count(svg, "<circle") == 3);
    CHECK(count(svg, "L") == 1); // one line, between the last two points; none through a missing point
}

TEST_CASE("a chart without values says so and does not divide by 0") {
    const std::string svg = chart_svg(chart_of({0, 0}, {false, false}), {"paired"});
    CHECK(svg.find("n/a") != std::string::npos);
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find("inf") == std::string::npos);
}

TEST_CASE("a chart of one value that is a power of ten has an axis") {
    const std::string svg = chart_svg(chart_of({100}, {true}), {"paired"});
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(svg.find(">100<") != std::string::npos);
}

TEST_CASE("a greater value is drawn higher") {
    // Axis 1..100, plot from y=30 (top) to y=220 (bottom): 1 -> 220, 10 -> 125, 100 -> 30.
    const std::string svg = chart_svg(chart_of({1, 10, 100}, {true, true, true}), {"paired"});
    CHECK(svg.find("cy=\"220.0\"") != std::string::npos);
    CHECK(svg.find("cy=\"125.0\"") != std::string::npos);
    CHECK(svg.find("cy=\"30.0\"") != std::string::npos);
}

TEST_CASE("text in a chart cannot leave its element") {
    Chart chart = chart_of({1, 2}, {true, true});
    chart.title = "</svg><script>alert(1)</script>";
    chart.series[0].name = "\"&'";
    const std::string svg = chart_svg(chart, {"\"&'"});
    CHECK(svg.find("<script") == std::string::npos);
    CHECK(svg.find("&quot;&amp;&#39;") != std::string::npos);
}

TEST_CASE("the numbers of an axis are never in exponents") {
    const std::string large = chart_svg(chart_of({1e5, 5e6}, {true, true}), {"paired"});
    CHECK(large.find(">100k<") != std::string::npos);
    CHECK(large.find(">5M<") != std::string::npos);
    const std::string small = chart_svg(chart_of({0.00002, 0.0005}, {true, true}), {"paired"});
    CHECK(small.find(">0.00002<") != std::string::npos);
    CHECK(small.find(">0.0005<") != std::string::npos);
    const std::string middle = chart_svg(chart_of({10000, 50000}, {true, true}), {"paired"});
    CHECK(middle.find(">50000<") != std::string::npos);
}
