#include <catch2/catch.hpp>

#include "figures/summary.hpp"
#include "render/markdown.hpp"
#include "render/reports/summary_csv.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"
#include "render/sections/program_table.hpp"
#include "render/sections/report_document.hpp"
#include "support/programs.hpp"

using namespace bytebound;

TEST_CASE("commands are shown a figure a line, with tier, n and interval, and the ratio of the first to the line's") {
    const RunRecord run = test::two_commands();
    const Table table = program_table(run, summarize(run, test::two_commands_samples()));
    REQUIRE(table.rows.size() == 4); // time and page_faults, and not once more by the name of its event
    CHECK(table.rows[0][0] == "time_ns");
    CHECK(table.rows[0][1] == "A");
    CHECK(table.rows[0][2] == "9.00 ms");
    CHECK(table.rows[0][4] == "16");
    CHECK(table.rows[0][5] == "timed");
    CHECK(table.rows[0].back() == "1x");
    CHECK(table.rows[1][2] == "4.50 ms");
    CHECK(table.rows[1].back() == "2.00x (2.000-2.000)");
    CHECK(table.rows[2] ==
          std::vector<std::string>{"page_faults", "A", "10", "10 to 10", "16", "counted", "perf", "1x"});
    CHECK(table.rows[3].back() == "1.00x (1.000-1.000)=");
}

TEST_CASE("every missing line of commands has its reason, and figures of a trace are not missed") {
    const RunRecord run = test::two_commands();
    const std::string text = terminal_report(run, summarize(run, test::two_commands_samples()), false);
    CHECK(text.find("n/a cpi, cycles: no core PMU") != std::string::npos);
    CHECK(text.find("bound") == std::string::npos);
    CHECK(text.find(" k ") == std::string::npos);
}

TEST_CASE("unequal exit codes and children left running are said before the reasons") {
    RunRecord run = test::two_commands();
    run.subject.commands->commands[1].exit_code = 3;
    run.subject.commands->commands[0].runs_with_children = 2;
    CHECK(command_notes(run) ==
          std::vector<std::string>{"A left children running in 2 of 16 runs: they were killed, and what they did after "
                                   "its end is in no figure",
                                   "not compared, because the exit codes are unequal: A 0, B 3"});
}

TEST_CASE("a run of commands has reports without sections of update loops, and no roofline") {
    const RunRecord run = test::two_commands();
    const Summary summary = summarize(run, test::two_commands_samples());
    const std::string report = to_markdown(report_document(run, summary));
    CHECK(report.find("B is 2.00x faster than A") != std::string::npos);
    CHECK(report.find("cp 'a b' c") != std::string::npos);
    for (const char* heading : {"Ledger", "Expected traffic", "Simulation", "max(A,R)", "k="})
        CHECK(report.find(heading) == std::string::npos);
    CHECK_FALSE(report_texts(run, summary).contains("roofline.vl.json"));
    const std::string csv = summary_csv(run, summary);
    CHECK(csv.find("\nA,,,,,drift,9000000,") != std::string::npos);
}
