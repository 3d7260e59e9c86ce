#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "render/html.hpp"
#include "render/markdown.hpp"
#include "render/plain_table.hpp"
#include "render/sections/main_table.hpp"
#include "render/sections/report_document.hpp"
#include "render/sections/verdict.hpp"
#include "support/example_run.hpp"

using namespace bytebound;
using namespace bytebound::test;

namespace {

std::string markdown(const RunRecord& run, const SampleTable& samples) {
    return to_markdown(report_document(run, summarize(run, samples)));
}

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

} // namespace

TEST_CASE("report.md equals its golden file") {
    const std::string text = markdown(example_run(), example_samples());
    CHECK(golden("report.md", text) == text);
}

TEST_CASE("report.md of a machine without counters equals its golden file") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    drop_counters(run, samples);
    const std::string text = markdown(run, samples);
    CHECK(golden("report-no-counters.md", text) == text);
}

TEST_CASE("the terminal's table equals its golden file") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    drop_counters(run, samples);
    const std::string text = terminal_report(run, summarize(run, samples), false);
    CHECK(golden("table.txt", text) == text);
}

TEST_CASE("ENVIRONMENT.md equals its golden file") {
    const std::string text = to_markdown(environment_document(example_run()));
    CHECK(golden("ENVIRONMENT.md", text) == text);
}

TEST_CASE("a verdict contains time, both levels of bytes, and their tiers") {
    const Summary summary = summarize(example_run(), example_samples());
    const VerdictItem verdict = verdict_of(summary, 2);
    CHECK(verdict.label == "k=2, A=1, R=1");
    CHECK(verdict.headline == "7.67x");
    CHECK(verdict.caption == "paired faster than index");
    CHECK(verdict.sentence.starts_with("paired takes 0.105 us (95% CI 0."));
    CHECK(has(verdict.sentence, ", timed) per step against 0.805 us (95% CI "));
    CHECK(has(verdict.sentence, ") for index, 7.7x faster (95% CI "));
    CHECK(has(verdict.sentence,
              "); it requests 2 KiB (computed), 2.00x the bound of 1 KiB, where index requests 16 KiB "
              "(16.00x)"));
    CHECK(has(verdict.sentence, "it moves at the memory controller 1.4 KiB (simulated), 1.40x the bound, where index "
                                "moves at the memory controller 512 B (0.50x)"));
}

TEST_CASE("a verdict at k = 0 has no ratio to the bound") {
    const VerdictItem verdict = verdict_of(summarize(example_run(), example_samples()), 0);
    CHECK(has(verdict.sentence, "the bound is 0, so there is no ratio to it"));
    CHECK_FALSE(has(verdict.sentence, "x the bound"));
}

TEST_CASE("traffic below the bound is attributed to the cache, never presented as a win") {
    const std::string text = markdown(example_run(), example_samples());
    CHECK(has(text, "rows stayed in the last-level cache, not that fewer were stored"));
    CHECK_FALSE(has(text, "beat"));
}

TEST_CASE("the report of a failed run begins with the failure") {
    RunRecord run = example_run();
    run.status = RunStatus::failed;
    run.failure = FailureRecord{"prove", "slab", "slot 3 differs", "report it", 1};
    SampleTable samples = example_samples();
    const std::string text = markdown(run, samples);
    const std::size_t failure = text.find("> This run failed: prove slab: slot 3 differs; report it (exit code 1).");
    REQUIRE(failure != std::string::npos);
    CHECK(failure < text.find("## Verdict"));
    CHECK(has(terminal_report(run, summarize(run, samples), false), "This run failed"));
}

TEST_CASE("a run without a finished phase still has a report") {
    RunRecord run = example_run();
    run.status = RunStatus::failed;
    const std::string text = markdown(run, SampleTable{});
    CHECK(has(text, "No phase finished: there is no figure."));
    CHECK(has(text, "paired k=2"));
    CHECK(has(terminal_report(run, summarize(run, SampleTable{}), false), "not measured: paired k=2"));
}

TEST_CASE("in a column with several tiers each cell has its tier") {
    SampleTable samples = example_samples();
    samples.rows[0].readings[0] = Reading{200, 1000, 500, ReadingState::scaled};
    const Table table = main_table(summarize(example_run(), samples));
    const std::size_t cpi = table.columns.size() - 2;
    CHECK(table.columns[cpi].title == "CPI");
    CHECK(table.below_titles[cpi] == "mixed");
    CHECK(table.rows[0][cpi].ends_with(" scaled"));
    CHECK(table.rows[1][cpi].ends_with(" counted"));
}

TEST_CASE("no report contains NaN or infinity") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    drop_counters(run, samples);
    const Summary summary = summarize(run, samples);
    for (const std::string& text :
         {markdown(run, samples), to_html(report_document(run, summary)), terminal_report(run, summary, true)}) {
        CHECK_FALSE(has(text, "nan"));
        CHECK_FALSE(has(text, "inf "));
        CHECK_FALSE(has(text, "-inf"));
    }
}

TEST_CASE("user-supplied text is escaped in every format") {
    RunRecord run = example_run();
    run.host = "</script><b>|x|";
    run.command.push_back("$(rm -rf) it's");
    run.environment.push_back({"cpu", "<i>", "a|b", ""});
    const std::string page = to_html(report_document(run, summarize(run, example_samples())));
    CHECK_FALSE(has(page, "</script>"));
    CHECK_FALSE(has(page, "<i>"
                          "</td>"));
    const std::string text = markdown(run, example_samples());
    CHECK_FALSE(has(text, "<b>"));
    CHECK(has(text, "a\\|b"));
    CHECK(has(text, "'$(rm -rf) it'\\''s'"));
}

TEST_CASE("drifting traffic is one line for all its rows, although the run has one warning per row") {
    RunRecord run = example_run();
    run.experiments[0].stationary = run.experiments[3].stationary = run.experiments[6].stationary = false;
    run.warnings.push_back({"not_stationary", std::nullopt, "paired at k 2: the traffic (lines read) drifts"});
    run.warnings.push_back({"not_stationary", std::nullopt, "paired at k 3: the traffic (lines read) drifts"});
    const std::string text = markdown(run, example_samples());
    CHECK(has(text, "- `not_stationary` paired: the traffic drifts"));
    CHECK(text.find("- `not_stationary`") == text.rfind("- `not_stationary`"));
    CHECK(has(text, "; the traffic of paired drifts."));
}

TEST_CASE("the terminal and the verdicts show few repeats and drifting traffic") {
    RunRecord run = example_run();
    run.experiments[1].stationary = false;
    const Summary summary = summarize(run, example_samples());
    CHECK(has(terminal_report(run, summary, false),
              "\nflags: few_blocks (every row), not_stationary (index k=2); see Warnings and flags in the report\n"));
    CHECK(has(verdict_of(summary, 2).sentence, ", 2 repeats, timed) per step against "));
    CHECK(has(verdict_of(summary, 2).sentence, "; the traffic of index drifts."));
    CHECK_FALSE(has(verdict_of(summary, 3).sentence, "drifts"));
}

TEST_CASE("a k without the column's base has no speedup, and the base is mentioned") {
    RunRecord run = example_run();
    SampleTable samples = example_samples();
    std::erase_if(samples.rows, [](const Sample& sample) { return sample.loop == "index" && sample.k == 2; });
    const Summary summary = summarize(run, samples);
    const Table table = main_table(summary);
    REQUIRE(table.columns[4].title == "speedup\nvs index");
    CHECK(table.rows[0][4] == "n/a"); // paired, k=2
    CHECK(table.rows[1][4] == "n/a"); // hybrid
    CHECK(table.rows[2][4] == "4.00x");
    CHECK(has(terminal_report(run, summary, false), "\nn/a speedup (k=2): index has no finished phase there\n"));
}

TEST_CASE("no line of the terminal's table is wider than the terminal, and the report is named for the rest") {
    const Summary summary = summarize(example_run(), example_samples());
    for (const std::size_t columns : {std::size_t{80}, std::size_t{60}}) {
        const std::string text = terminal_report(example_run(), summary, false, columns);
        for (const std::string& line : split(text, '\n')) {
            INFO(line);
            CHECK(columns_of(line) <= columns);
        }
        CHECK(has(text, fmt::format("not shown in {} columns: min KiB, ", columns)));
        CHECK(has(text, "speedup"));
    }
    CHECK_FALSE(has(terminal_report(example_run(), summary, false), "not shown"));
}

TEST_CASE("a caveat about the files is the first line of the terminal's report") {
    Summary summary = summarize(example_run(), example_samples());
    summary.files_caveat = "samples.csv was edited";
    CHECK(terminal_report(example_run(), summary, false).starts_with("Caveat: samples.csv was edited.\n\n"));
}

TEST_CASE("the card of a verdict contains the bytes against the bound, with their tiers") {
    const VerdictItem verdict = verdict_of(summarize(example_run(), example_samples()), 2);
    REQUIRE(verdict.bytes.size() == 2);
    CHECK(verdict.bytes[0] == "paired requests 2.00x the bound (computed)");
    CHECK(verdict.bytes[1].starts_with("paired moves at the memory controller "));
    CHECK(has(to_html(report_document(example_run(), summarize(example_run(), example_samples()))),
              "<p class=\"bytes\">paired requests 2.00x the bound (computed)</p>"));
}

TEST_CASE("a warning that occurs twice is listed once") {
    RunRecord run = example_run();
    REQUIRE_FALSE(run.warnings.empty());
    const std::string once = markdown(run, example_samples());
    run.warnings.push_back(run.warnings.front());
    CHECK(markdown(run, example_samples()) == once);
}
