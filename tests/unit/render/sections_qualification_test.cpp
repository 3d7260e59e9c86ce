#include <catch2/catch.hpp>

#include "render/sections/sections.hpp"

using namespace bytebound;

namespace {

QualifiedEvent event(const char* name, const char* kernel, const char* unit, double truth, double mean, double bias,
                     double cv, QualificationVerdict verdict, const char* reason) {
    QualifiedEvent out;
    out.name = name;
    out.kernel = kernel;
    out.unit = unit;
    out.truth = truth;
    out.n = 10;
    out.mean = mean;
    out.bias = bias;
    out.cv = cv;
    out.threshold = 0.01;
    out.verdict = verdict;
    out.reason = reason;
    return out;
}

std::string text_of(const Block& block) { return std::get<Paragraph>(block).text.spans[0].text; }

} // namespace

TEST_CASE("the section on qualification has a line for every event and kernel, with its limits and its date") {
    RunRecord run;
    run.qualification.done = true;
    run.qualification.cached = true;
    run.qualification.measured = "2026-01-02T03:04:05Z";
    QualifiedEvent range = event("ddr", "copy 64 MiB", "bytes", 134217728, 67108864, -0.5, 0.002,
                                 QualificationVerdict::failed, "counted 0.50 x the least it can be, 134 217 728 bytes");
    range.truth_high = 201326592;
    range.threshold = 0.05;
    QualifiedEvent cycles;
    cycles.name = "cycles";
    cycles.reason = "no kernel takes a known number of cycles";
    run.qualification.events = {event("instructions", "2-instruction loop", "instructions", 1e6, 1000027, 27e-6, 0,
                                      QualificationVerdict::passed, ""),
                                event("task-clock", "2 ms of CPU time", "ns of CPU time", 2000167.6, 2000168, 2e-6,
                                      3e-6, QualificationVerdict::passed, ""),
                                range, cycles};
    const Blocks blocks = qualification_section(run, {});
    REQUIRE(blocks.size() == 3);
    CHECK(text_of(blocks[1]) ==
          "The run's counters, in its groups, counted kernels with known counts on the leader's CPU and memory (cached "
          "from an earlier run since this boot, 2026-01-02T03:04:05Z). An event fails if its bias is above the limit "
          "or its variation between repeats is above 5%. Figures of a failed event are withheld.");
    const auto& rows = std::get<Table>(blocks[2]).rows;
    using Row = std::vector<std::string>;
    REQUIRE(rows.size() == 4);
    CHECK(rows[0] == Row{"instructions", "2-instruction loop", "1000000 instructions", "1000027", "10", "+0.0027%",
                         "0%", "1%", "passed"});
    CHECK(rows[1] == Row{"task-clock", "2 ms of CPU time", "2000168 ns of CPU time", "2000168", "10", "<0.001%",
                         "<0.001%", "1%", "passed"});
    CHECK(rows[2] == Row{"ddr", "copy 64 MiB", "134217728-201326592 bytes", "67108864", "10", "-50%", "0.200%", "5%",
                         "failed: counted 0.50 x the least it can be, 134 217 728 bytes"});
    CHECK(rows[3] == Row{"cycles", "none", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a",
                         "not judged: no kernel takes a known number of cycles"});
    run.qualification.allow_unqualified = true;
    CHECK(text_of(qualification_section(run, {})[1]).find("are shown with the mark ! (--allow-unqualified).") !=
          std::string::npos);
}
