#include "evidence/verify_suite.hpp"

#include <cerrno>
#include <iterator>
#include <set>

#include "archive/run_directory.hpp"
#include "archive/seal.hpp"
#include "archive/suite_directory.hpp"
#include "archive/suite_record.hpp"
#include "base/input_file.hpp"
#include "evidence/text_differences.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

namespace fs = std::filesystem;

Failure refused(const fs::path& path, std::string cause, std::string remedy, int number = 0) {
    return fail({ExitCode::bad_data, "verify", path.string(), std::move(cause), std::move(remedy), number});
}

Result<void> check_no_writer(const fs::path& path, const Descriptor& directory) {
    const std::string writer = DirectoryLock::holder(directory.get());
    if (writer.empty()) return {};
    return refused(path, writer + " is writing to the directory", "try again when it has ended");
}

void compare_file(int directory, const std::string& name, const SealCheck& seal, Verification& out) {
    const auto sum = seal.sums.find(name);
    const auto published = sum == seal.sums.end() ? std::nullopt : std::optional(sum->second);
    const auto hash = hash_file(directory, name);
    if (hash && published) out.hashed.push_back(name);
    if (hash && published == hash->sha256) return;
    const auto derived = hash ? std::optional(hash->sha256) : std::nullopt;
    out.differences.push_back({name, "SHA-256", published, derived,
                               !hash ? (hash.error().sys_errno == ENOENT ? "the file is missing" : hash.error().cause)
                               : !published ? "SHA256SUMS of the suite does not list it"
                                            : "by SHA256SUMS of the suite"});
}

Result<void> compare_sums(const fs::path& path, int directory, Verification& out) {
    const auto present = TRY(files_of_suite(path, &out.leftovers));
    const SealCheck seal = read_seal(directory, SealScope::tree);
    if (!seal.present) {
        out.differences.push_back({std::string(sums_file), "the file", std::nullopt, std::nullopt,
                                   "the file is missing: the suite is not sealed"});
        return {};
    }
    if (!seal.readable) {
        std::map<std::string, FileRecord> records;
        for (const std::string& name : present)
            records[name] = TRY(hash_file(directory, name));
        const auto text = read_input_in(directory, std::string(sums_file), input::sums);
        auto found = line_differences(std::string(sums_file), text.value_or(""), sums_text(records));
        if (found.empty())
            found.push_back({std::string(sums_file), "the file", std::nullopt, std::nullopt, "it cannot be read"});
        std::move(found.begin(), found.end(), std::back_inserter(out.differences));
        return {};
    }
    std::set<std::string> names(present.begin(), present.end());
    for (const auto& [name, hash] : seal.sums)
        names.insert(name);
    for (const std::string& name : names)
        compare_file(directory, name, seal, out);
    return {};
}

/// What the directory must contain by suite.json, whatever SHA256SUMS says.
void compare_members(const fs::path& path, const SuiteRecord& suite, Verification& out) {
    for (std::size_t i = 0; i < suite.members.size(); ++i) {
        const SuiteMember& member = suite.members[i];
        std::error_code error;
        if (member.path.empty() || fs::exists(path / member.path, error)) continue;
        out.differences.push_back({std::string(suite_file), "/members/" + std::to_string(i) + "/path", member.path,
                                   std::nullopt, "the file is missing"});
    }
}

} // namespace

Result<SuiteVerification> verify_suite(const fs::path& path) {
    const Descriptor directory = open_directory(path);
    if (!directory) return refused(path, "the directory cannot be read", "give a directory that you may read", errno);
    TRY(check_no_writer(path, directory));
    SuiteVerification out;
    out.own.directory = path;
    out.own.written_by = program_version();
    auto suite = read_suite(path);
    if (suite) {
        if (suite->status == SuiteStatus::running)
            return refused(path, "suite.json says that the suite is running: it goes on, or its process was killed",
                           "wait until it ends; the runs in it can be verified one by one");
        out.own.failed_run = suite->status != SuiteStatus::complete;
        out.own.written_by = {suite->version, suite->git_revision};
        compare_members(path, *suite, out.own);
        for (const SuiteMember& member : suite->members)
            if (member.run && !member.path.empty()) out.runs.push_back(path / member.path);
    } else {
        out.own.not_derived = suite.error();
    }
    TRY(compare_sums(path, directory.get(), out.own));
    if (!out.own.differences.empty()) TRY(check_no_writer(path, directory));
    return out;
}

} // namespace bytebound
