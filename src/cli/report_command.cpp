#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/parser.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {

ExitCode report_main(const std::vector<std::string>& words) {
    const Syntax syntax{
        "bytebound report",
        "Writes the reports of a run directory again, only from its raw steps. The output is identical on\n"
        "every machine. Files that SHA256SUMS does not know are reported, with a warning in the first line.",
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
    const std::string& directory = parsed->positionals.front();
    if (const std::string& caveat = written->summary.files_caveat; !caveat.empty()) warn(directory + ": " + caveat);
    if (!written->restored.empty())
        warn(directory + ": changed after the run, and written again: " + join(written->restored, ", "));
    std::string text = terminal_report(written->run, written->summary, stdout_takes_colour(), stdout_columns());
    if (written->written) {
        text += written->report.string() + "\n";
    } else {
        warn(directory + ": another bytebound is writing to the directory, so no file was written");
    }
    return print(text);
}

} // namespace bytebound
