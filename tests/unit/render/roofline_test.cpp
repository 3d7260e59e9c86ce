#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "figures/roofline.hpp"
#include "render/reports/roofline_json.hpp"
#include "render/reports/roofline_plot.hpp"
#include "support/example_run.hpp"

using namespace bytebound;
using namespace bytebound::test;
using nlohmann::json;

namespace {

RunRecord run_with_flops() {
    RunRecord run = example_run();
    CalibrationUse use{"c.json", "2026-01-01T00:00:00Z", "0.1.0", "avx2", false, {}};
    using enum StreamKernel;
    use.ceilings.capacities = {{MemoryLevel::l1, 1, 32768}, {MemoryLevel::llc, 1, 1 << 20}};
    use.ceilings.ceilings = {{read, MemoryLevel::l1, 1, 0, 16384, 100e9, 90e9, 110e9, 20, false},
                             {read, MemoryLevel::memory, 1, 0, 1 << 23, 20e9, 19e9, 21e9, 20, false},
                             {row_copy, MemoryLevel::llc, 1, 1024, 1 << 19, 40e9, 39e9, 41e9, 20, false},
                             {row_copy, MemoryLevel::memory, 1, 512, 1 << 23, 8e9, 7e9, 9e9, 20, false}};
    use.ceilings.compute = {{"f32", "avx2+fma", 1, 200e9, 190e9, 210e9, 20}};
    run.calibration = use;
    return run;
}

json data_of(const RunRecord& run) { return json::parse(roofline_json(run, summarize(run, example_samples())).dump()); }
json plot_of(const RunRecord& run) { return json::parse(roofline_plot(run, summarize(run, example_samples()))); }

json point_of(const json& data, const std::string& loop, int k) {
    for (const json& point : data["points"])
        if (point["loop"] == loop && point["k"] == k) return point;
    FAIL(loop << " " << k);
    return {};
}

/// The fields that an encoding names, wherever they stand.
void fields_of(const json& value, std::vector<std::string>& out) {
    if (value.is_object() && value.contains("field")) out.push_back(value["field"]);
    if (value.is_structured())
        for (const json& each : value)
            fields_of(each, out);
}

} // namespace

TEST_CASE("every loop and k has a point: the bytes that a step touches and its bandwidth") {
    RunRecord run = run_with_flops();
    run.workload.cache->is_host = true;
    const json data = data_of(run);
    CHECK(data["points"].size() == 9);
    // N + m = 72 rows of 1024 bytes.
    CHECK(data["footprint_bytes"] == 73728);
    CHECK(data["row_bytes"] == 1024);
    const json paired = point_of(data, "paired", 2);
    // One row loaded and stored, and 48 bytes of metadata.
    CHECK(paired["working_set_bytes"] == 2 * 1024 + 48);
    // 2048 bytes in a median of 105 ns.
    CHECK(paired["requested"]["bytes_per_second"].get<double>() == Approx(2048 / 105e-9));
    CHECK(paired["requested"]["tier"] == "timed");
    CHECK(paired["requested"]["ci_low"].get<double>() <= paired["requested"]["bytes_per_second"].get<double>());
    CHECK(paired["dram"]["tier"] == "simulated");
    const json hybrid = point_of(data, "hybrid", 2);
    CHECK(hybrid["dram"].is_null());
    CHECK(hybrid["unavailable"]["dram_gbps"] == "no dram_bytes: left out of this example");
}

TEST_CASE("ceilings apply from the nearer level's capacity to their own; the ridge is peak divided by read bandwidth") {
    const json data = data_of(run_with_flops());
    REQUIRE(data["levels"].size() == 3);
    CHECK(data["levels"][0]["level"] == "L1");
    CHECK(data["levels"][0]["from_bytes"] == 0);
    CHECK(data["levels"][0]["to_bytes"] == 32768);
    CHECK(data["levels"][1]["level"] == "LLC");
    CHECK(data["levels"][1]["from_bytes"] == 32768);
    CHECK(data["levels"][1]["to_bytes"] == 1 << 20);
    CHECK(data["levels"][1]["ceilings"].size() == 1);
    CHECK(data["levels"][2]["level"] == "memory");
    CHECK(data["levels"][2]["from_bytes"] == 1 << 20);
    CHECK(data["levels"][2]["to_bytes"].is_null());
    CHECK(data["levels"][2]["ceilings"][1]["row_bytes"] == 512);
    REQUIRE(data["compute"].size() == 1);
    // 200 GFLOP/s over 100 and 20 GB/s.
    CHECK(data["compute"][0]["ridges"][0]["level"] == "L1");
    CHECK(data["compute"][0]["ridges"][0]["flops_per_byte"] == 2);
    CHECK(data["compute"][0]["ridges"][1]["flops_per_byte"] == 10);
    CHECK(data["reason"].is_null());
}

TEST_CASE("one worker's ceilings in a team's run are neither in the roofline nor in its plot") {
    RunRecord run = run_with_flops();
    run.workload.threads = 2;
    for (auto& each : run.calibration->ceilings.capacities)
        each.threads = 2;
    run.calibration->ceilings.ceilings[1].threads = 2;
    const json data = data_of(run);
    std::size_t ceilings = 0;
    for (const json& level : data["levels"])
        ceilings += level["ceilings"].size();
    CHECK(ceilings == 1);
    CHECK(data["compute"].empty());
    CHECK(plot_of(run)["datasets"]["ceilings_by_working_set"].size() == 1);
    CHECK(plot_of(run)["datasets"]["ceilings_by_row"].empty());
}

TEST_CASE("without a calibration there are only the points, with the reason") {
    RunRecord run = example_run();
    run.calibration_reason = "--calibration none";
    const json data = data_of(run);
    CHECK(data["points"].size() == 9);
    CHECK(data["levels"].empty());
    CHECK(data["compute"].empty());
    CHECK(data["reason"] == "--calibration none; bytebound calibrate measures the ceilings");
    const json plot = plot_of(run);
    CHECK(plot["title"]["subtitle"] == "No ceilings: --calibration none; bytebound calibrate measures the ceilings");
    CHECK(plot["datasets"]["ceilings_by_row"].empty());
}

TEST_CASE("the plot is one Vega-Lite document: two charts whose every field is in their own data") {
    const json plot = plot_of(run_with_flops());
    CHECK(plot["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json");
    REQUIRE(plot["vconcat"].size() == 2);
    std::size_t layers = 0;
    for (const json& chart : plot["vconcat"])
        for (const json& layer : chart["layer"]) {
            ++layers;
            const json& rows = plot["datasets"][layer["data"]["name"].get<std::string>()];
            REQUIRE(!rows.empty());
            CHECK(layer["mark"].contains("type"));
            std::vector<std::string> fields;
            fields_of(layer["encoding"], fields);
            CHECK(fields.size() >= 3);
            for (const std::string& field : fields)
                for (const json& row : rows) {
                    INFO(layer["data"] << " " << field);
                    CHECK(row.contains(field));
                }
        }
    CHECK(layers == 7);
    CHECK(plot["vconcat"][0]["layer"][0]["encoding"]["x"]["scale"]["type"] == "log");
}

TEST_CASE("k = 0 and missing figures are omitted, because a logarithmic axis cannot show them") {
    const json plot = plot_of(run_with_flops());
    bool paired_at_0 = false, hybrid_dram = false;
    for (const json& row : plot["datasets"]["points"]) {
        CHECK(row["gbps"].get<double>() > 0);
        CHECK(row["low"].get<double>() <= row["high"].get<double>());
        paired_at_0 = paired_at_0 || (row["loop"] == "paired" && row["k"] == 0);
        hybrid_dram = hybrid_dram || (row["loop"] == "hybrid" && row["bytes"] == "DRAM");
    }
    CHECK_FALSE(paired_at_0);
    CHECK_FALSE(hybrid_dram);
    for (const json& row : plot["datasets"]["ceilings_by_working_set"]) {
        CHECK(row["from_bytes"].get<double>() > 0);
        CHECK(row["to_bytes"].get<double>() > row["from_bytes"].get<double>());
    }
    // A row copy of another size is not in the chart over working sets, but in the other one.
    CHECK(plot["datasets"]["ceilings_by_working_set"].size() == 3);
    CHECK(plot["datasets"]["ceilings_by_row"].size() == 2);
}
