#include "evidence/verify.hpp"

#include <cerrno>
#include <iterator>

#include <fmt/format.h>

#include "archive/raw_steps.hpp"
#include "archive/run_directory.hpp"
#include "archive/run_files.hpp"
#include "base/input_file.hpp"
#include "evidence/flag_differences.hpp"
#include "evidence/seal_differences.hpp"
#include "evidence/text_differences.hpp"
#include "evidence/worker_differences.hpp"

namespace bytebound {
namespace {

void append(std::vector<Difference>& found, std::vector<Difference> more) {
    found.insert(found.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
}

Failure refused(const RunFiles& files, std::string cause, std::string remedy) {
    return fail({ExitCode::bad_data, "verify", files.path().string(), std::move(cause), std::move(remedy)});
}

Result<void> check_nobody_writes(const RunFiles& files) {
    const std::string writer = files.writer();
    if (writer.empty()) return {};
    return refused(files, writer + " is writing to the directory", "try again when it has ended");
}

/// Whether there is something final to verify.
Result<void> check_finished(const RunFiles& files, const RunRecord& run, bool sealed) {
    if (run.status == RunStatus::complete || (run.status == RunStatus::failed && sealed)) return {};
    if (run.measured)
        return refused(files, "the run was measured, but its reports are missing, and it is not sealed",
                       "complete it: bytebound report " + files.path().string());
    if (run.status == RunStatus::running)
        return refused(files,
                       "run.json says that the run is running: it goes on, or its process was killed or could "
                       "not record its end",
                       "wait until it ends; of a killed run bytebound report shows the finished phases");
    return refused(files, "the run failed and is not sealed, so nothing says what its files were",
                   "measure again, or see its finished phases with bytebound report");
}

/// A derived file against the one in the directory.
void compare_file(const RunFiles& files, const std::string& name, const std::string& derived, Verification& out) {
    out.derived.push_back(name);
    const auto published = read_input_in(files.descriptor(), name, input::report);
    if (!published) {
        const InputFault& fault = published.error();
        out.differences.push_back({name, "the file", std::nullopt, fmt::format("{} bytes", derived.size()),
                                   fault.error == ENOENT ? "the file is missing"
                                   : fault.cause.empty() ? errno_name(fault.error)
                                                         : fault.cause});
        return;
    }
    append(out.differences, text_differences(name, *published, derived));
}

/// All that follows from the raw steps.
Result<void> verify_figures(const RunFiles& files, const RunRecord& run, const Derivation& derive, ShownFiles& shown,
                            Verification& out) {
    const RawSteps steps = TRY(read_raw_steps(run, files.path(), files.texts(), shown));
    const auto workers = TRY(read_worker_steps(run, files, shown));
    const Summary summary = summarize(run, steps.samples, steps.background ? &*steps.background : nullptr);
    for (const auto& [name, text] : derive(run, summary))
        compare_file(files, name, text, out);
    append(out.differences, flag_differences(steps.samples));
    if (run.workload.threads < 2) return {};
    const bool complete = run.status == RunStatus::complete;
    if (!workers && complete)
        out.differences.push_back({std::string(workers_file), "the file", std::nullopt, std::nullopt,
                                   fmt::format("the file is missing, the run has {} workers", run.workload.threads)});
    if (workers) append(out.differences, worker_differences(steps.samples, *workers, run.workload.threads, complete));
    return {};
}

} // namespace

Result<Verification> verify_run(const std::filesystem::path& directory, const Derivation& derive) {
    const RunFiles files = TRY(RunFiles::open(directory));
    TRY(check_nobody_writes(files));
    ShownFiles shown;
    const RunRecord run = TRY(read_record(directory, files.texts(), shown)).record;
    const SealCheck seal = read_seal(files.descriptor());
    if (!seal.fault.empty())
        return refused(files, "SHA256SUMS cannot be read: " + seal.fault, "make it a readable file, or remove it");
    TRY(check_finished(files, run, seal.present));
    Verification out;
    out.directory = directory;
    out.failed_run = run.status == RunStatus::failed;
    out.written_by = run.reports_by ? *run.reports_by : ProgramVersion{run.version, run.git_revision};
    auto figures = verify_figures(files, run, derive, shown, out);
    if (!figures) out.not_derived = std::move(figures).error();
    TRY(compare_seal(files, run, seal, shown, out));
    if (!out.differences.empty() || out.not_derived) TRY(check_nobody_writes(files));
    return out;
}

} // namespace bytebound
