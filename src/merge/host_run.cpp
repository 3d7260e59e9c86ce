#include "merge/host_run.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "archive/record_json.hpp"
#include "archive/run_directory.hpp"
#include "archive/run_files.hpp"
#include "archive/seal.hpp"
#include "base/input_file.hpp"
#include "evidence/run_evidence.hpp"

namespace bytebound {
namespace {

constexpr std::string_view summary_file = "summary.csv";

Failure unreadable(const RunFiles& files, std::string_view name, std::string remedy, const InputFault& fault) {
    return fail({ExitCode::bad_data, "read", (files.path() / name).string(),
                 fault.cause.empty() ? "the file is missing or unreadable" : fault.cause, std::move(remedy),
                 fault.error});
}

Result<void> check_finished(const RunFiles& files, const RunRecord& head) {
    if (const std::string writer = files.writer(); !writer.empty())
        return fail({ExitCode::bad_data, "merge", files.path().string(), writer + " is writing to the directory",
                     "wait until it ends"});
    if (head.status == RunStatus::complete) return {};
    return check_complete(files.path().string(), TRY(read_run_record(files.path())));
}

bool exists(const RunFiles& files, const std::string& name) {
    struct stat status {};
    return ::fstatat(files.descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/// Notes the files that are not those of the seal: by their hashes as far as they are in `read`, else by their absence.
void compare(const RunFiles& files, const std::map<std::string, std::string>& read, SealCheck& seal) {
    for (const auto& [name, hash] : seal.sums)
        if (const auto found = read.find(name); found == read.end() ? !exists(files, name) : found->second != hash)
            seal.changed.push_back(name + (found == read.end() ? " (missing)" : ""));
    for (const auto& [name, hash] : read)
        if (!seal.sums.contains(name)) seal.changed.push_back(name + " (not listed)");
}

} // namespace

Result<HostRun> read_host_run(const MergeInput& input) {
    const RunFiles files = TRY(RunFiles::open(input.directory));
    const std::string record_name(run_file), summary_name(summary_file);
    const auto record = TRY(files.text_of(run_file));
    if (!record)
        return unreadable(files, run_file, "give a run directory that bytebound run wrote", InputFault{{}, ENOENT});
    HostRun run{input, TRY(parse_run_head(*record, (files.path() / run_file).string())), {}, {}, {}};
    TRY(check_finished(files, run.head));
    const auto text = read_input_in(files.descriptor(), summary_name, input::report);
    if (!text)
        return unreadable(files, summary_file, "write it again: bytebound report " + files.path().string(),
                          text.error());
    run.summary = TRY(parse_summary(*text, (files.path() / summary_file).string()));

    const std::string record_hash = TRY(hash_text(*record)).sha256;
    SealCheck seal = read_seal(files.descriptor());
    if (seal.present && seal.readable)
        compare(files, {{record_name, record_hash}, {summary_name, TRY(hash_text(*text)).sha256}}, seal);
    run.files_caveat = seal_caveat(seal, RunStatus::complete);
    const auto steps =
        seal.sums.find(std::string(run.head.subject.kind == Subject::imported ? imported_file : samples_file));
    run.identity = steps == seal.sums.end() ? record_hash : steps->second;
    return run;
}

} // namespace bytebound
