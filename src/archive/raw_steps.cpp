#include "archive/raw_steps.hpp"

#include <algorithm>
#include <cerrno>
#include <set>

#include "archive/imported_csv.hpp"
#include "archive/record_json.hpp"
#include "archive/run_directory.hpp"
#include "archive/samples_csv.hpp"
#include "base/text.hpp"
#include "record/sample_check.hpp"

namespace bytebound {
namespace {

Failure missing(const std::filesystem::path& file) {
    return fail({ExitCode::bad_data, "read", file.string(), "the file is missing or unreadable",
                 "give a run directory that bytebound run wrote", ENOENT});
}

/// The files of raw steps of a run.
struct RawFiles {
    const RunRecord& run;
    const std::filesystem::path& directory;
    const RunTexts& texts;
    ShownFiles& shown;

    bool complete() const { return run.status == RunStatus::complete; }

    /// nullopt: there is no such file.
    Result<std::optional<SampleTable>> read(std::string_view name, SampleFile kind) const {
        const auto text = TRY(texts(name));
        if (!text) return std::nullopt;
        shown[std::string(name)] = TRY(hash_text(*text)).sha256;
        return std::optional(
            TRY(parse_samples(*text, (directory / name).string(), complete() ? FileEnd::whole : FileEnd::cut, kind)));
    }
};

std::uint32_t readings_of_phase(const RunRecord& run, const Sample& of) {
    for (const ExperimentRecord& experiment : run.experiments)
        if (experiment.loop == of.loop && experiment.k == of.k) return readings_of(run.workload, experiment);
    return run.workload.steps_per_k;
}

Result<SampleTable> samples_of(const RawFiles& files) {
    const std::filesystem::path file = files.directory / samples_file;
    auto table = TRY(files.read(samples_file, SampleFile::steps));
    if (!table) {
        // A run that failed early has no raw steps; its report has the reason.
        if (!files.complete()) return SampleTable{};
        return missing(file);
    }
    SampleTable samples = std::move(*table);
    if (!files.complete() && !samples.rows.empty())
        drop_unfinished_phase(samples, readings_of_phase(files.run, samples.rows.back()));
    TRY(check_samples(samples, files.run, SampleFile::steps, file.string()));
    return samples;
}

Result<std::optional<SampleTable>> background_of(const RawFiles& files) {
    const auto shared = [](const EventRecord& event) { return event.sharing == "socket" && event.pass >= 0; };
    if (std::none_of(files.run.events.begin(), files.run.events.end(), shared)) return std::nullopt;
    const std::filesystem::path file = files.directory / background_file;
    auto table = TRY(files.read(background_file, SampleFile::background));
    if (!table && files.complete()) return missing(file);
    if (table) TRY(check_samples(*table, files.run, SampleFile::background, file.string()));
    return table;
}

/// imported.csv, whose rows are those of the run.
Result<SampleTable> imported_of(const RawFiles& files) {
    const std::filesystem::path file = files.directory / imported_file;
    const auto text = TRY(files.texts(imported_file));
    if (!text) return missing(file);
    files.shown[std::string(imported_file)] = TRY(hash_text(*text)).sha256;
    SampleTable out;
    out.imported = TRY(parse_imported(*text, file.string()));
    std::set<std::string_view> names;
    for (const ExperimentRecord& row : files.run.experiments)
        names.insert(row.loop);
    for (const ImportedSubject& subject : out.imported->subjects)
        if (const std::string name = row_name(subject); !names.contains(name))
            return fail({ExitCode::bad_data, "read", file.string(), "run.json does not list " + clipped(name, 200),
                         "restore the file from the run, or import the files again"});
    return out;
}

} // namespace

Result<ReadRecord> read_record(const std::filesystem::path& directory, const RunTexts& texts, ShownFiles& shown) {
    const std::filesystem::path file = directory / run_file;
    auto text = TRY(texts(run_file));
    if (!text) return missing(file);
    auto record = TRY(parse_run_record(*text, file.string()));
    shown[std::string(run_file)] = TRY(hash_text(*text)).sha256;
    return ReadRecord{std::move(*text), std::move(record)};
}

Result<RawSteps> read_raw_steps(const RunRecord& run, const std::filesystem::path& directory, const RunTexts& texts,
                                ShownFiles& shown) {
    const RawFiles files{run, directory, texts, shown};
    if (run.subject.kind == Subject::imported) return RawSteps{TRY(imported_of(files)), std::nullopt};
    SampleTable samples = TRY(samples_of(files));
    auto background = TRY(background_of(files));
    return RawSteps{std::move(samples), std::move(background)};
}

} // namespace bytebound
