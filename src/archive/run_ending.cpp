#include "archive/run_ending.hpp"

namespace bytebound {

Result<void> note_measured(std::optional<RunDirectory>& directory, RunRecord& record) {
    if (!directory) return {};
    TRY(directory->sync());
    record.files = TRY(directory->files());
    record.measured = true;
    return directory->write_record(record);
}

Result<void> note_failure(std::optional<RunDirectory>& directory, RunRecord& record, const Error& e) {
    if (record.failure) return {};
    record.status = RunStatus::failed;
    std::string cause = e.cause;
    if (e.sys_errno != 0) cause += " (" + errno_name(e.sys_errno) + ")";
    record.failure = FailureRecord{e.operation, e.object, cause, e.remedy, static_cast<int>(e.code)};
    if (!record.measured) record.files.clear();
    return directory ? directory->write_record(record) : Result<void>{};
}

Result<void> seal_run(std::optional<RunDirectory>& directory, RunRecord& record) {
    if (!directory) return {};
    const auto seal = [&]() -> Result<void> {
        TRY(directory->sync()); // of a run that ended early, too
        record.files = TRY(directory->files());
        TRY(directory->write_record(record));
        return directory->seal(record.files);
    };
    auto done = seal();
    if (!done) static_cast<void>(note_failure(directory, record, done.error()));
    directory->release();
    return done;
}

} // namespace bytebound
