#include <catch2/catch.hpp>

#include "render/sections/sections.hpp"

using namespace bytebound;

namespace {

/// A run of 20 repeats whose rows simulated so many segments; 0: not simulated.
std::string simulation_text(const std::vector<std::uint32_t>& segments, std::optional<GeometryOrigin> line) {
    RunRecord run;
    run.workload.repeats = 20;
    run.simulation = SimulationRecord{{std::uint64_t{8} << 20, 16, 128}, GeometryOrigin::option, 1.5, 12345, {}, line};
    for (const std::uint32_t each : segments) {
        ExperimentRecord experiment;
        experiment.simulated = each != 0;
        experiment.simulated_segments = each;
        run.experiments.push_back(experiment);
    }
    const Blocks blocks = simulation_section(run, {});
    REQUIRE(blocks.size() == 2);
    return std::get<Paragraph>(blocks[1]).text.spans.at(0).text;
}

const std::string start = "Last-level cache of 8 MiB, 16 ways, 128-byte lines, 4096 sets (geometry from --llc";
const std::string policy = "); LRU, write-allocate, write-back, empty at the start. ";
const std::string end = " with the same warm-up and the same steps, 12345 line references.";

} // namespace

TEST_CASE("the section Simulation says which segments were replayed, and who states the line length") {
    CHECK(simulation_text({6, 6, 0}, GeometryOrigin::option) ==
          start + policy + "Segments 0 to 5 of the 20 timed ones, each a block," + end);
    CHECK(simulation_text({12, 20, 6}, GeometryOrigin::sysfs) ==
          start + ", line length from sysfs" + policy +
              "Segments 0 to n-1 of the 20 timed ones, each a block, n = 6 to 20 by the cost of the loop," + end);
    CHECK(simulation_text({1}, GeometryOrigin::assumed) ==
          start + ", line length assumed" + policy + "Segment 0 of the trace" + end);
    CHECK(simulation_text({1}, {}) == start + policy + "Segment 0 of the trace" + end);
}
