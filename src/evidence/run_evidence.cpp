#include "evidence/run_evidence.hpp"

#include "archive/raw_steps.hpp"
#include "archive/run_directory.hpp"
#include "archive/run_files.hpp"
#include "archive/seal.hpp"

namespace bytebound {

Result<void> check_complete(const std::string& path, const RunRecord& run) {
    if (run.status == RunStatus::complete) return {};
    Error error{ExitCode::bad_data, "read", path, "the run is still being written, or its process was killed",
                "wait for its end, or measure again"};
    if (run.measured) error.remedy = "wait for its end; bytebound report completes a run whose process was killed";
    if (run.status == RunStatus::failed) {
        error.cause = "the run failed" + (run.failure ? ": " + run.failure->cause : std::string());
        error.remedy = run.measured ? "bytebound report completes a run that was measured" : "measure again";
    }
    return fail(std::move(error));
}

Result<RunEvidence> read_run_evidence(const std::filesystem::path& directory, AcceptedRuns accepted) {
    const RunFiles files = TRY(RunFiles::open(directory));
    const RunTexts texts = files.texts();
    ShownFiles shown;
    RunRecord run = TRY(read_record(directory, texts, shown)).record;
    if (accepted == AcceptedRuns::complete) TRY(check_complete(directory.string(), run));
    const RawSteps steps = TRY(read_raw_steps(run, directory, texts, shown));
    auto figures = summarize_for_comparison(run, steps.samples, steps.background ? &*steps.background : nullptr);
    const SealCheck seal = check_seal(files.descriptor(), shown);
    figures.summary.files_caveat = seal_caveat(seal, run.status);
    const auto sums = seal.present ? hash_file(files.descriptor(), std::string(sums_file)) : FileRecord{};
    return RunEvidence{directory.string(),           std::move(run),
                       std::move(figures.summary),   std::move(figures.rows),
                       shown[std::string(run_file)], sums ? sums->sha256 : ""};
}

} // namespace bytebound
