#include "import/import_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "archive/sha256.hpp"
#include "base/input_file.hpp"
#include "base/text.hpp"
#include "catalogue/sources.hpp"
#include "import/google_benchmark.hpp"
#include "import/likwid.hpp"
#include "import/ncu.hpp"
#include "import/perf_stat.hpp"
#include "import/xctrace.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

/// A format whose parser takes lines.
template <Result<void> (*parse)(TextLines&, const ImportOptions&, ImportBuilder&)>
Result<void> by_lines(const TextSource& source, const std::string& file, const ImportOptions& options,
                      ImportBuilder& into) {
    TextLines lines(source, file);
    return parse(lines, options, into);
}

constexpr std::array import_format_table{
    ImportFormat{source_name::perf_stat, "output of perf stat -x or -j, also with -I, -r, -A and --per-...",
                 by_lines<import_perf_stat>, perf_stat_metric, "perf stat"},
    ImportFormat{source_name::likwid, "CSV of likwid-perfctr -O, also of marker regions", by_lines<import_likwid>,
                 likwid_metric, "LIKWID"},
    ImportFormat{source_name::xctrace, "XML of xctrace export, or CSV of Instruments", import_xctrace, xctrace_metric,
                 "xctrace", true},
    ImportFormat{source_name::ncu, "CSV of Nsight Compute: long, --page raw, or a summary per kernel",
                 by_lines<import_ncu>, ncu_metric, "Nsight Compute"},
    ImportFormat{source_name::google_benchmark, "JSON of Google Benchmark", import_google_benchmark,
                 google_benchmark_metric, "Google Benchmark"},
};

/// The summary has a cell for every row and metric.
constexpr std::size_t most_figures = 1'000'000;

Failure unreadable(const std::string& file, const InputFault& fault) {
    return fail({ExitCode::bad_data, "import", file, fault.cause.empty() ? "the file cannot be read" : fault.cause,
                 "give a readable file", fault.error});
}

Result<void> check_names(const ImportRequest& request) {
    if (request.names.size() <= 1 || request.names.size() == request.files.size()) return {};
    return fail({ExitCode::usage, "import", std::string(request.format->name),
                 fmt::format("{} names for {} files", request.names.size(), request.files.size()),
                 "give --name once, or once per file"});
}

/// Name of what the file number `at` measured, and whether the user gave it.
ImportOptions options_of(const ImportRequest& request, std::size_t at) {
    ImportOptions options = request.options;
    options.named = !request.names.empty();
    if (options.named)
        options.name = request.names.size() == 1 ? request.names.front() : request.names[at];
    else if (request.format->file_is_row)
        options.name = std::filesystem::path(request.files[at]).stem().string();
    else
        options.name = "program";
    return options;
}

/// Reads the file, and hashes all of it: also what is behind the end of what the parser needs.
Result<ImportedFile> read_file(const std::string& path, const ImportFormat& format, const ImportOptions& options,
                               const StopFlag& stop, ImportBuilder& into) {
    auto opened = InputBlocks::open(path, input::foreign);
    if (!opened) return unreadable(path, opened.error());
    Sha256 hash;
    const TextSource source = [&](std::span<char> block) -> Result<std::size_t> {
        if (const int signal = stop.load(); signal != 0) return fail(stopped_by(signal));
        const auto got = opened->read(block);
        if (!got) return unreadable(path, got.error());
        hash.update({block.data(), *got});
        return *got;
    };
    TRY(format.read(source, path, options, into));
    std::string rest(64 << 10, '\0');
    while (TRY(source(rest)) != 0) {
    }
    const FileRecord record = TRY(hash.result());
    return ImportedFile{path, record.sha256, record.bytes};
}

/// Rows in the order of the files, with their blocks.
void put_experiments(RunRecord& record, const ImportedSamples& samples) {
    std::map<std::uint32_t, std::uint32_t> blocks;
    std::set<std::string> names;
    for (const ImportedSample& row : samples.rows)
        blocks[row.subject] = std::max(blocks[row.subject], row.repeat + 1);
    for (std::uint32_t i = 0; i < samples.subjects.size(); ++i) {
        ExperimentRecord row;
        row.loop = row_name(samples.subjects[i]);
        if (!names.insert(row.loop).second) continue;
        row.k = row.k_requested = no_k;
        row.repeats = blocks[i];
        row.repeats_end = RepeatsEnd::given;
        record.workload.loops.push_back(row.loop);
        record.workload.repeats = std::max(record.workload.repeats, blocks[i]);
        record.experiments.push_back(std::move(row));
    }
}

std::string note_text(const ImportNote& note) {
    return note.lines == 1 ? note.text : fmt::format("{} ({} times)", note.text, note.lines);
}

void put_notes(ImportedRecord& imported, const ImportBuilder& builder, const ImportedSamples& samples) {
    for (const ImportNote& note : builder.notes())
        imported.notes.push_back(note_text(note));
    const ImportOrigin& origin = builder.origin();
    if (!origin.command.empty()) imported.notes.push_back("the files name the program " + origin.command);
    if (!origin.started.empty()) imported.notes.push_back("measured at " + origin.started + ", as the files say");
    const auto aggregated = [](const ImportedSample& row) { return row.stat != ImportedStat::value; };
    if (std::any_of(samples.rows.begin(), samples.rows.end(), aggregated))
        imported.notes.push_back("means and medians of the source, without the numbers behind them, have no interval: "
                                 "each is one value of one block");
}

} // namespace

std::span<const ImportFormat> import_formats() { return import_format_table; }

const ImportFormat* find_import_format(std::string_view name) {
    const auto at = std::find_if(import_format_table.begin(), import_format_table.end(),
                                 [&](const ImportFormat& each) { return each.name == name; });
    return at == import_format_table.end() ? nullptr : &*at;
}

Result<ImportedRun> import_files(const ImportRequest& request, const StopFlag& stop) {
    TRY(check_names(request));
    ImportedRun out;
    RunRecord& record = out.record;
    record.started = utc_now();
    ImportedRecord imported;
    imported.tool = request.format->name;
    ImportBuilder builder;
    builder.set_naming(request.format->naming);
    std::map<std::string, std::uint32_t> next_block; // by name
    for (std::size_t i = 0; i < request.files.size(); ++i) {
        const ImportOptions options = options_of(request, i);
        std::uint32_t& block = next_block[options.name];
        builder.begin_block(block);
        imported.files.push_back(TRY(read_file(request.files[i], *request.format, options, stop, builder)));
        block = builder.block() + 1;
    }
    imported.tool_version = builder.origin().tool_version;
    record.host = builder.origin().host;
    out.samples = builder.take();
    if (out.samples.subjects.size() * out.samples.metrics.size() > most_figures)
        return fail({ExitCode::bad_data, "import", request.files.front(),
                     fmt::format("{} rows of {} metrics are more than a summary holds", out.samples.subjects.size(),
                                 out.samples.metrics.size()),
                     "import fewer kernels, threads or metrics at a time"});
    put_notes(imported, builder, out.samples);
    for (const ImportedMetric& metric : out.samples.metrics)
        imported.units.push_back({metric.name, metric.original, metric.unit});
    put_experiments(record, out.samples);
    record.workload.steps_per_k = 1;
    record.subject.kind = Subject::imported;
    record.subject.imported = std::move(imported);
    const ProgramVersion program = program_version();
    record.version = program.version;
    record.git_revision = program.git_revision;
    record.command = request.command;
    record.finished = utc_now();
    return out;
}

} // namespace bytebound
