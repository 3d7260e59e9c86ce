#include "render/reports/roofline_plot.hpp"

#include <algorithm>

#include "catalogue/metrics.hpp"
#include "figures/ceilings.hpp"
#include "figures/number.hpp"
#include "figures/roofline.hpp"
#include "io/json.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view vega_lite = "https://vega.github.io/schema/vega-lite/v5.json";

/// One row per loop, k and kind of bytes; unavailable values are omitted.
Json point_rows(const RunRecord& run, const Summary& summary) {
    Json rows = Json::array();
    for (const RooflinePoint& point : roofline_points(summary))
        for (const auto& [bytes, metric] :
             {std::pair<std::string_view, std::string_view>{"requested", metric_name::requested_gbps},
              {"DRAM", metric_name::dram_gbps}}) {
            const Figure* figure = point.row->find(metric);
            // k = 0 cannot be shown on a logarithmic axis.
            if (figure == nullptr || figure->value() <= 0) continue;
            Json row = {{"loop", point.row->loop},
                        {"k", point.row->k},
                        {"bytes", bytes},
                        {"working_set_bytes", json_number(point.working_set_bytes)},
                        {"row_bytes", run.workload.layout.row_bytes()},
                        {"gbps", json_number(figure->value())},
                        {"tier", name_of(figure->tier)},
                        {"source", figure->source},
                        {"n", figure->estimate.n}};
            row["low"] = json_number(figure->estimate.ci_low.value_or(figure->value()));
            row["high"] = json_number(figure->estimate.ci_high.value_or(figure->value()));
            rows.push_back(std::move(row));
        }
    return rows;
}

std::string label_of(const Ceiling& ceiling) {
    std::string label(name_of(ceiling.level));
    label += " ";
    label += name_of(ceiling.kernel);
    return label;
}

Json ceiling_row(const Ceiling& ceiling) {
    return {{"ceiling", label_of(ceiling)},
            {"level", name_of(ceiling.level)},
            {"kernel", name_of(ceiling.kernel)},
            {"gbps", json_number(ceiling.bytes_per_second / giga)},
            {"low", json_number(ceiling.ci_low / giga)},
            {"high", json_number(ceiling.ci_high / giga)},
            {"n", ceiling.n}};
}

/// Streams, and row copies of the run's size, each over the working sets of its level.
Json ceilings_by_working_set(const RunRecord& run, double largest) {
    Json rows = Json::array();
    const auto ceilings = ceilings_of_team(run);
    if (!ceilings) return rows;
    constexpr std::uint64_t smallest = 64;
    for (const LevelSpan& span : level_spans(*ceilings))
        for (const Ceiling& each : ceilings->ceilings) {
            const bool shown =
                each.kernel == StreamKernel::read || each.kernel == StreamKernel::copy ||
                (each.kernel == StreamKernel::row_copy && each.row_bytes == run.workload.layout.row_bytes());
            if (each.level != span.level || !shown) continue;
            Json row = ceiling_row(each);
            row["from_bytes"] = std::max(span.from_bytes, smallest);
            row["to_bytes"] =
                json_number(span.to_bytes ? static_cast<double>(*span.to_bytes)
                                          : std::max(largest, 4.0 * static_cast<double>(span.from_bytes)));
            rows.push_back(std::move(row));
        }
    return rows;
}

Json ceilings_by_row(const RunRecord& run) {
    Json rows = Json::array();
    const auto ceilings = ceilings_of_team(run);
    if (!ceilings) return rows;
    for (const Ceiling& each : ceilings->ceilings) {
        if (!copies_rows(each.kernel)) continue;
        Json row = ceiling_row(each);
        row["row_bytes"] = each.row_bytes;
        rows.push_back(std::move(row));
    }
    return rows;
}

Json axis(const char* field, const char* title) {
    return {{"field", field},
            {"type", "quantitative"},
            {"title", title},
            {"scale", {{"type", "log"}, {"nice", false}}},
            {"axis", {{"format", "~s"}}}};
}

Json tooltip(std::initializer_list<const char*> fields) {
    Json out = Json::array();
    for (const char* field : fields)
        out.push_back({{"field", field}});
    return out;
}

Json gbps_axis() { return axis("gbps", "GB/s"); }

/// The loops' points with their intervals.
Json point_layers(const char* x, const char* title) {
    const Json colour = {{"field", "loop"}, {"type", "nominal"}};
    Json interval = {{"data", {{"name", "points"}}}, {"mark", {{"type", "rule"}}}};
    interval["encoding"] = {
        {"x", axis(x, title)}, {"y", axis("low", "GB/s")}, {"y2", {{"field", "high"}}}, {"color", colour}};
    Json point = {{"data", {{"name", "points"}}}, {"mark", {{"type", "point"}, {"filled", true}, {"size", 60}}}};
    point["encoding"] = {{"x", axis(x, title)},
                         {"y", gbps_axis()},
                         {"color", colour},
                         {"shape", {{"field", "bytes"}, {"type", "nominal"}}},
                         {"tooltip", tooltip({"loop", "k", "bytes", x, "gbps", "low", "high", "n", "tier", "source"})}};
    return Json::array({interval, point});
}

Json working_set_chart() {
    const char* const title = "working set: bytes that a step touches";
    Json rule = {{"data", {{"name", "ceilings_by_working_set"}}}, {"mark", {{"type", "rule"}, {"color", "#666"}}}};
    rule["encoding"] = {{"x", axis("from_bytes", title)},
                        {"x2", {{"field", "to_bytes"}}},
                        {"y", gbps_axis()},
                        {"strokeDash", {{"field", "kernel"}, {"type", "nominal"}}},
                        {"tooltip", tooltip({"ceiling", "gbps", "low", "high", "n"})}};
    Json text = {{"data", {{"name", "ceilings_by_working_set"}}},
                 {"mark", {{"type", "text"}, {"align", "left"}, {"dy", -5}, {"fontSize", 9}, {"color", "#666"}}}};
    text["encoding"] = {
        {"x", axis("from_bytes", title)}, {"y", gbps_axis()}, {"text", {{"field", "ceiling"}, {"type", "nominal"}}}};
    Json layers = Json::array({rule, text});
    for (Json& layer : point_layers("working_set_bytes", title))
        layers.push_back(std::move(layer));
    return {{"title", "Bandwidth by working set"}, {"width", 640}, {"height", 360}, {"layer", std::move(layers)}};
}

Json row_chart() {
    const char* const title = "bytes of a row";
    Json line = {{"data", {{"name", "ceilings_by_row"}}}, {"mark", {{"type", "line"}, {"point", true}}}};
    line["encoding"] = {{"x", axis("row_bytes", title)},
                        {"y", gbps_axis()},
                        {"strokeDash", {{"field", "ceiling"}, {"type", "nominal"}}},
                        {"color", {{"value", "#666"}}},
                        {"tooltip", tooltip({"ceiling", "row_bytes", "gbps", "low", "high", "n"})}};
    Json layers = Json::array({line});
    for (Json& layer : point_layers("row_bytes", title))
        layers.push_back(std::move(layer));
    return {{"title", "Bandwidth by row size"}, {"width", 640}, {"height", 360}, {"layer", std::move(layers)}};
}

} // namespace

std::string roofline_plot(const RunRecord& run, const Summary& summary) {
    double largest = static_cast<double>(footprint_bytes(run));
    for (const RooflinePoint& point : roofline_points(summary))
        largest = std::max(largest, point.working_set_bytes.value_or(0));
    Json out = {{"$schema", vega_lite}, {"title", {{"text", "Update loops below the ceilings of " + run.host}}}};
    if (!run.calibration) out["title"]["subtitle"] = "No ceilings: " + why_no_ceilings(run);
    out["datasets"] = {{"points", point_rows(run, summary)},
                       {"ceilings_by_working_set", ceilings_by_working_set(run, largest)},
                       {"ceilings_by_row", ceilings_by_row(run)}};
    out["vconcat"] = Json::array({working_set_chart(), row_chart()});
    // The dash patterns of the charts have different meanings.
    out["resolve"] = {{"scale", {{"strokeDash", "independent"}}}};
    return document_text(out);
}

} // namespace bytebound
