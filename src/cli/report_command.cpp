#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/parser.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {

ExitCode report_main(const std::vector<std::string>& words) {
    const Syntax syntax{
        "bytebound report",
        "Writes the reports of a run directory again, only from run.json and samples.csv. The output is\n"
        "identical on every machine.",
        "bytebound report first-run",
        {},
        "RUN",
        1,
        1};
    const auto parsed = parse(syntax, words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    const auto written = write_reports(parsed->positionals.front());
    if (!written) return complain(written.error());
    return print(terminal_report(written->run, written->summary, stdout_takes_colour()) + written->report.string() +
                 "\n");
}

} // namespace bytebound
