#include "evidence/seal_differences.hpp"

#include <cerrno>
#include <iterator>
#include <set>

#include "archive/run_directory.hpp"
#include "base/input_file.hpp"
#include "evidence/text_differences.hpp"

namespace bytebound {
namespace {

using Hash = std::optional<std::string>;

Hash hash_in(const std::map<std::string, std::string>& hashes, const std::string& name) {
    const auto found = hashes.find(name);
    return found == hashes.end() ? std::nullopt : Hash(found->second);
}

/// What the three sources say about one file.
struct Hashes {
    Hash in_sums, in_record, of_file;
    std::string fault; ///< why the file has no hash
};

/// The files of a run, their hashes, and those that were published.
class SealComparison {
public:
    SealComparison(const RunFiles& files, const RunRecord& run, const SealCheck& seal, const ShownFiles& shown)
        : files_(files), run_(run), seal_(seal), shown_(shown) {}

    void compare(const std::string& name, Verification& out) const {
        const Hashes hashes = hashes_of(name);
        if (!seal_.present || !seal_.readable) return compare_record(name, hashes, out);
        const bool of_record = name == run_file;
        if (hashes.in_sums && hashes.of_file) out.hashed.push_back(name);
        const bool equal = hashes.in_sums && hashes.in_sums == hashes.of_file;
        if (!equal && (hashes.in_sums || hashes.of_file || !hashes.fault.empty())) {
            const bool confirmed = !of_record && hashes.in_record == hashes.of_file && hashes.of_file;
            const bool invented = !hashes.of_file && hashes.fault.empty() && !hashes.in_record && !of_record;
            Difference difference{name, "SHA-256", hashes.in_sums, hashes.of_file, note_of(hashes)};
            if (confirmed || invented || (of_record && !hashes.in_sums)) {
                difference.file = sums_file;
                difference.figure = name;
            }
            out.differences.push_back(std::move(difference));
        }
        // A file that differs from both is listed once.
        if (equal || (!hashes.in_sums && !hashes.of_file)) compare_record(name, hashes, out);
    }

    std::map<std::string, FileRecord> records(const std::set<std::string>& names) const {
        std::map<std::string, FileRecord> records;
        for (const std::string& name : names)
            if (const Hashes hashes = hashes_of(name); hashes.of_file) records[name].sha256 = *hashes.of_file;
        return records;
    }

private:
    Hashes hashes_of(const std::string& name) const {
        Hashes hashes{hash_in(seal_.sums, name), std::nullopt, hash_in(shown_, name), ""};
        if (const auto record = run_.files.find(name); record != run_.files.end())
            hashes.in_record = record->second.sha256;
        if (hashes.of_file) return hashes;
        if (name.find('/') != std::string::npos) {
            hashes.fault = "it is not in this directory";
            return hashes;
        }
        if (auto read = hash_file(files_.descriptor(), name))
            hashes.of_file = read->sha256;
        else if (read.error().sys_errno != ENOENT)
            hashes.fault = read.error().cause;
        return hashes;
    }

    static std::string note_of(const Hashes& hashes) {
        if (!hashes.fault.empty()) return hashes.fault;
        if (!hashes.of_file) return "the file is missing";
        if (!hashes.in_sums) return "SHA256SUMS does not list it";
        return "by SHA256SUMS";
    }

    void compare_record(const std::string& name, const Hashes& hashes, Verification& out) const {
        if (name == run_file || hashes.in_record == hashes.of_file) return;
        out.differences.push_back({std::string(run_file), "/files/" + name + "/sha256", hashes.in_record,
                                   hashes.of_file, hashes.of_file ? "" : "the file is missing"});
    }

    const RunFiles& files_;
    const RunRecord& run_;
    const SealCheck& seal_;
    const ShownFiles& shown_;
};

} // namespace

Result<void> compare_seal(const RunFiles& files, const RunRecord& run, const SealCheck& seal, const ShownFiles& shown,
                          Verification& out) {
    std::set<std::string> names;
    for (std::string& name : TRY(files.names())) {
        if (is_leftover(name))
            out.leftovers.push_back(std::move(name));
        else if (name != sums_file)
            names.insert(std::move(name));
    }
    const SealComparison comparison(files, run, seal, shown);
    const std::set<std::string> present = names;
    for (const auto& [name, hash] : seal.sums)
        if (seal.readable) names.insert(name);
    for (const auto& [name, file] : run.files)
        names.insert(name);
    if (!seal.present)
        out.differences.push_back({std::string(sums_file), "the file", std::nullopt, std::nullopt,
                                   "the file is missing: the run is not sealed"});
    if (seal.present && !seal.readable) {
        const auto text = read_input_in(files.descriptor(), std::string(sums_file), input::sums);
        auto found =
            line_differences(std::string(sums_file), text.value_or(""), sums_text(comparison.records(present)));
        std::move(found.begin(), found.end(), std::back_inserter(out.differences));
    }
    for (const std::string& name : names)
        comparison.compare(name, out);
    return {};
}

} // namespace bytebound
