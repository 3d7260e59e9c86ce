#include <catch2/catch.hpp>

#include "history/history_csv.hpp"
#include "history/history_run.hpp"
#include "unit/evidence/example_pair.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

const HistoryFigure& figure_of(const HistoryRun& run, std::string_view loop, std::uint32_t k, std::string_view metric) {
    for (const HistoryFigure& figure : run.figures)
        if (figure.loop == loop && figure.k == k && figure.metric == metric) return figure;
    throw std::runtime_error("no such figure");
}

} // namespace

TEST_CASE("a history keeps every figure of a run with its interval, tier and source") {
    const RunEvidence evidence = example_evidence("runs/a");
    const HistoryRun run = history_run(evidence).value();
    std::size_t figures = 0;
    for (const SummaryRow& row : evidence.summary.rows)
        figures += row.metrics.size();
    CHECK(run.figures.size() == figures);
    CHECK(run.host == evidence.run.host);
    CHECK(run.path == "runs/a");
    const HistoryFigure& time = figure_of(run, "paired", 2, "time_ns");
    CHECK(time.value == 105);
    CHECK(time.ci_low.has_value());
    CHECK(time.tier == "timed");
    CHECK(time.source == "clock");
    CHECK(time.basis.empty());
    CHECK_FALSE(time.exact);
}

TEST_CASE("the basis of a simulated figure contains its cache, so that figures of unlike caches are of unlike series") {
    RunEvidence evidence = example_evidence();
    const HistoryFigure before = figure_of(history_run(evidence).value(), "paired", 2, "dram_read_bytes");
    CHECK(before.exact);
    evidence.run.simulation->geometry.ways *= 2;
    const HistoryFigure after = figure_of(history_run(evidence).value(), "paired", 2, "dram_read_bytes");
    CHECK(before.basis != after.basis);
    CHECK(before.value == after.value);
}

TEST_CASE("the basis of a simulated figure contains the copies, which a trial may choose otherwise in each run") {
    RunEvidence evidence = example_evidence();
    std::vector<std::string> bases;
    for (const char* copy : {"memcpy", "avx2", "nt", "prefetch:4x8", "prefetch:2x8"}) {
        for (ExperimentRecord& row : evidence.run.experiments)
            row.copy_method = copy;
        bases.push_back(figure_of(history_run(evidence).value(), "paired", 2, "dram_read_bytes").basis);
    }
    CHECK(bases[0].find("ordinary stores, geometry") != std::string::npos);
    CHECK(bases[1] == bases[0]);
    CHECK(bases[2].find("non-temporal stores, geometry") != std::string::npos);
    CHECK(bases[3].find("ordinary stores with prefetch:4x8, geometry") != std::string::npos);
    CHECK(bases[4] != bases[3]);
}

TEST_CASE("runs whose steps add and remove unlike numbers of rows have another workload") {
    RunEvidence evidence = example_evidence();
    const std::string half = identity_in_history(evidence).workload;
    CHECK(half.find("A+R") == std::string::npos);
    for (ExperimentRecord& row : evidence.run.experiments) {
        row.added = 2;
        row.removed = 6;
    }
    CHECK(identity_in_history(evidence).workload.find("\"A+R\":\"2+6\"") != std::string::npos);
}

TEST_CASE("A and R of an odd k alternate, which is not another workload") {
    RunEvidence evidence = example_evidence();
    const std::string before = identity_in_history(evidence).workload;
    const auto steps = static_cast<double>(readings_of(evidence.run.workload, evidence.run.experiments[0]));
    evidence.run.experiments[0].added += 0.5 / steps;
    evidence.run.experiments[0].removed -= 0.5 / steps;
    CHECK(identity_in_history(evidence).workload == before);
}

TEST_CASE("a run whose files were changed is not kept") {
    RunEvidence evidence = example_evidence();
    evidence.summary.files_caveat = "not the files that the run wrote";
    const auto run = history_run(evidence);
    REQUIRE_FALSE(run);
    CHECK(run.error().code == ExitCode::bad_data);
    CHECK(run.error().cause == "not the files that the run wrote");
}

TEST_CASE("a cell of an export that a spreadsheet would compute is guarded") {
    HistoryRun run;
    run.id = 7;
    run.host = "=cmd|' /C calc'!A0";
    run.figures.push_back({"+1", 16, "time_ns", 2.5, 2.0, std::nullopt, 20, 2, "timed", "clock", "", false});
    const std::string text = history_csv({run});
    CHECK(text.substr(0, text.find('\n')) == "# schema: bytebound.history-csv/1");
    CHECK(text.find("\n7,'=cmd|' /C calc'!A0,,,,,,,,,,,'+1,16,time_ns,2.5,2,,20,2,timed,clock,,0\n") !=
          std::string::npos);
}
