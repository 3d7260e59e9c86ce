#include "render/answers/verify_text.hpp"

#include <algorithm>

#include "io/json.hpp"
#include "render/visible_format.hpp"

namespace bytebound {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json error_json(const std::optional<Error>& error) {
    if (!error) return nullptr;
    return {{"operation", error->operation},
            {"object", error->object},
            {"cause", error->cause},
            {"errno", error->sys_errno == 0 ? Json(nullptr) : Json(errno_name(error->sys_errno))},
            {"remedy", error->remedy},
            {"exit_code", static_cast<int>(error->code)}};
}

Json differences_json(const std::vector<Difference>& differences) {
    Json list = Json::array();
    for (const Difference& each : differences)
        list.push_back({{"file", each.file},
                        {"figure", each.figure},
                        {"published", text_or_null(each.published)},
                        {"derived", text_or_null(each.derived)},
                        {"note", json_text(each.note)}});
    return list;
}

std::optional<Error> error_of(const VerifiedRun& run) {
    return run.result ? run.result->not_derived : std::optional(run.result.error());
}

Json run_json(const VerifiedRun& run) {
    const Verification none, &verification = run.result ? *run.result : none;
    const std::optional<Error> error = error_of(run);
    return {{"run", run.directory},
            {"kind", run.suite ? "suite" : "run"},
            {"verdict", error              ? "refused"
                        : is_verified(run) ? "verified"
                                           : "different"},
            {"status", !run.result ? Json(nullptr) : Json(verification.failed_run ? "failed" : "complete")},
            {"derived", verification.derived},
            {"hashed", verification.hashed},
            {"leftovers", verification.leftovers},
            {"written_by", run.result ? Json{{"version", verification.written_by.version},
                                             {"git_revision", json_text(verification.written_by.git_revision)}}
                                      : Json(nullptr)},
            {"differences", differences_json(verification.differences)},
            {"error", error_json(error)}};
}

} // namespace

bool is_verified(const VerifiedRun& run) {
    return run.result && !run.result->not_derived && run.result->differences.empty();
}

std::string version_text(const ProgramVersion& program) {
    return program.version + (program.git_revision.empty() ? "" : " (git " + program.git_revision + ")");
}

std::string verify_text(const VerifiedRun& run) {
    if (!run.result) return {};
    std::string text;
    for (const Difference& each : run.result->differences)
        text += visible(run.directory) + (run.directory.ends_with('/') ? "" : "/") + to_line(each) + "\n";
    if (is_verified(run) && run.suite)
        text +=
            visible_format("{}: verified: all {} files of the suite have the hashes of SHA256SUMS{}\n", run.directory,
                           run.result->hashed.size(),
                           run.result->failed_run ? "; the suite did not complete, and these are what it left" : "");
    else if (is_verified(run))
        text += visible_format(
            "{}: verified: {} files follow from the raw steps, byte for byte; all {} have the hashes "
            "of SHA256SUMS{}\n",
            run.directory, run.result->derived.size(), run.result->hashed.size(),
            run.result->failed_run ? "; the run did not complete, and these are its finished phases" : "");
    return text;
}

std::string verify_json(const std::vector<VerifiedRun>& runs) {
    Json list = Json::array();
    for (const VerifiedRun& run : runs)
        list.push_back(run_json(run));
    return document_text(Json{{"schema", "bytebound.verify/1"},
                              {"runs", std::move(list)},
                              {"verified", std::all_of(runs.begin(), runs.end(), is_verified)}});
}

} // namespace bytebound
