#include <algorithm>

#include "archive/imported_csv.hpp"
#include "fuzz/require.hpp"
#include "fuzz/target_functions.hpp"
#include "import/import_files.hpp"

namespace bytebound::fuzz {
namespace {

/// Rows that were written read as the same, and their text is the same again.
void require_same_rows(const ImportedSamples& samples) {
    const std::string text = imported_text(samples, {"bytebound.imported/1"});
    const auto again = parse_imported(text, "imported.csv");
    require(again.has_value(), "rows that were written can be read", again ? text : to_line(again.error()));
    require(imported_text(*again, {"bytebound.imported/1"}) == text, "rows read as they were written", text);
}

bool import_of(std::string_view input, std::string_view format) {
    ImportBuilder builder;
    const ImportFormat& found = *find_import_format(format);
    builder.set_naming(found.naming);
    ImportOptions options;
    options.name = "program";
    const auto done = found.read(text_source(input), "file", options, builder);
    if (!done)
        return require_refusal(done.error(),
                               done.error().code == ExitCode::usage ? ExitCode::usage : ExitCode::bad_data);
    for (const ImportNote& note : builder.notes())
        require(note.lines > 0 && !note.text.empty(), "a note says something");
    const ImportedSamples samples = builder.take();
    for (const ImportedSample& row : samples.rows)
        require(row.value.has_value() == samples.reasons[row.reason].empty(), "a row has a value or a reason");
    require_same_rows(samples);
    return true;
}

} // namespace

bool perf_stat(std::string_view input) { return import_of(input, "perf-stat"); }
bool likwid(std::string_view input) { return import_of(input, "likwid"); }
bool xctrace(std::string_view input) { return import_of(input, "xctrace"); }
bool ncu(std::string_view input) { return import_of(input, "ncu"); }
bool google_benchmark(std::string_view input) { return import_of(input, "google-benchmark"); }

bool imported_csv(std::string_view input) {
    const auto samples = parse_imported(input, "imported.csv");
    if (!samples) return require_refusal(samples.error(), ExitCode::bad_data);
    require_same_rows(*samples);
    return true;
}

} // namespace bytebound::fuzz
