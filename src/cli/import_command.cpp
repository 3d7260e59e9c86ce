#include <fmt/format.h>

#include "archive/imported_csv.hpp"
#include "archive/run_directory.hpp"
#include "base/text.hpp"
#include "base/visible.hpp"
#include "base/words.hpp"
#include "base/write_error.hpp"
#include "cli/command.hpp"
#include "cli/common_options.hpp"
#include "cli/console.hpp"
#include "cli/stop_signals.hpp"
#include "import/import_files.hpp"
#include "record/samples.hpp"
#include "render/reports/summary_json.hpp"
#include "render/reports/write_reports.hpp"
#include "render/sections/main_table.hpp"

namespace bytebound {
namespace {

constexpr std::size_t most_files = 10'000;
constexpr std::array<NamedValue<DecimalChoice>, 3> decimal_words = {
    {{DecimalChoice::automatic, "auto"}, {DecimalChoice::point, "point"}, {DecimalChoice::comma, "comma"}}};

struct ImportWords {
    ImportRequest request;
    std::string out;
    bool force = false, json = false;
};

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    for (const ImportFormat& format : import_formats())
        names.emplace_back(format.name);
    return names;
}

std::string purpose_text() {
    std::string text =
        "Reads files that another tool wrote into a run directory that report, compare, verify, history and\n"
        "merge accept. Files of one name are the blocks of one row. FORMAT:\n";
    for (const ImportFormat& format : import_formats())
        text += fmt::format("  {:<17} {}\n", format.name, format.purpose);
    text.pop_back();
    return text;
}

Syntax import_syntax(ImportWords& words) {
    ImportOptions& options = words.request.options;
    Syntax syntax{"bytebound import",
                  purpose_text(),
                  "bytebound import perf-stat run1.csv run2.csv --out imported",
                  {},
                  "FORMAT FILE",
                  2,
                  most_files};
    syntax.options.push_back({"--name", "NAME", "of what was measured: once, or once per FILE in their order", "Files",
                              [&words](const std::string& text) -> Result<void> {
                                  if (text.empty()) return bad_value("--name", "the name is empty", "give a name");
                                  words.request.names.push_back(text);
                                  return {};
                              },
                              true});
    syntax.options.push_back({"--separator", "TEXT", "perf-stat: the text of perf stat -x (default: found in the file)",
                              "Files", [&options](const std::string& text) -> Result<void> {
                                  if (text.empty())
                                      return bad_value("--separator", "the text is empty",
                                                       "give the text of perf stat -x");
                                  options.separator = text == "\\t" ? "\t" : text;
                                  return {};
                              }});
    syntax.options.push_back({"--decimal", "auto|point|comma",
                              "ncu, xctrace: decimal separator (default: auto, by what the numbers show)", "Files",
                              [&options](const std::string& text) -> Result<void> {
                                  const std::span<const NamedValue<DecimalChoice>> table(decimal_words);
                                  const auto choice = value_named(table, text);
                                  if (!choice) return unknown_word("--decimal", "separator", text, names_of(table));
                                  options.decimal = *choice;
                                  return {};
                              }});
    syntax.options.push_back({"--ncu-options", "TEXT", "ncu: the options that it was called with, for the report",
                              "Files", text_into(options.ncu_options)});
    syntax.options.push_back({"--out", "DIR", "directory of the run (required)", "Output",
                              [&words](const std::string& text) -> Result<void> {
                                  if (text.empty()) return bad_value("--out", "the name is empty", "give a directory");
                                  words.out = text;
                                  return {};
                              }});
    syntax.options.push_back(flag("--force", "replace the run in DIR, and nothing else", "Output", words.force));
    syntax.options.push_back(json_option(words.json));
    return syntax;
}

Result<void> write_all_files(RunDirectory& directory, ImportedRun& run) {
    RunRecord& record = run.record;
    TRY(directory.write_record(record));
    const auto file = TRY(directory.create_file(imported_file));
    const std::string text = imported_text(run.samples, csv_comments(record, imported_schema));
    if (const int number = file->append(text); number != 0) return fail(write_error(file->path(), number, {}));
    TRY(directory.sync());
    record.files = TRY(directory.files());
    record.measured = true;
    return directory.write_record(record);
}

Result<WrittenReports> write_run(const ImportWords& words, ImportedRun& run) {
    RunDirectory directory = TRY(RunDirectory::create(words.out, words.force));
    TRY(write_all_files(directory, run));
    run.record.status = RunStatus::complete;
    auto written = TRY(write_reports(directory, run.record));
    run.record.files = TRY(directory.files());
    TRY(directory.write_record(run.record));
    TRY(directory.seal(run.record.files));
    return written;
}

Result<std::string> import(ImportWords& words, const std::vector<std::string>& positionals) {
    words.request.format = find_import_format(positionals.front());
    if (words.request.format == nullptr) return unknown_word("FORMAT", "format", positionals.front(), format_names());
    if (words.out.empty()) return bad_value("--out", "it is missing", "give a directory for the run");
    words.request.files.assign(positionals.begin() + 1, positionals.end());
    TRY(RunDirectory::check(words.out, words.force));
    const StopSignals signals;
    ImportedRun run = TRY(import_files(words.request, StopSignals::flag()));
    const WrittenReports written = TRY(write_run(words, run));
    for (const std::string& text : written.run.subject.imported->notes)
        note(text);
    if (words.json) return summary_json(written.run, written.summary);
    return terminal_report(written.run, written.summary, stdout_takes_colour(), stdout_columns()) +
           visible(written.report.string()) + "\n";
}

} // namespace

ExitCode import_main(const std::vector<std::string>& words) {
    ImportWords asked;
    const auto parsed = parse(import_syntax(asked), words);
    if (!parsed) return complain(parsed.error());
    if (parsed->help) return print(parsed->help_text);
    asked.request.command = {"bytebound", "import"};
    asked.request.command.insert(asked.request.command.end(), words.begin(), words.end());
    const auto answer = import(asked, parsed->positionals);
    return answer ? print(*answer) : complain(answer.error());
}

} // namespace bytebound
