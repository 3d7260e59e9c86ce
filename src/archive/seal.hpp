#pragma once
// SHA256SUMS: whether the files of a run directory are still those that the run wrote.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "record/run_record.hpp"

namespace bytebound {

/// The text of SHA256SUMS, one file a line, in the form that `sha256sum -c` reads.
std::string sums_text(const std::map<std::string, FileRecord>& files);

/// What SHA256SUMS says about a directory.
struct SealCheck {
    bool present = false;                    ///< the file exists
    bool readable = true;                    ///< it could be read, and is in the form of sha256sum
    std::string fault;                       ///< why it could not be read; empty: it could, or does not exist
    std::map<std::string, std::string> sums; ///< file -> SHA-256 in lower case
    /// Files that figures are derived from (run.json and the raw steps) and that are not those of the run:
    /// "samples.csv", "workers.csv (missing)", "background.csv (not listed)".
    std::vector<std::string> changed;
};
enum class SealScope {
    directory, ///< a run's: no name has a /
    tree,      ///< a suite's: the files of its directories, too
};
/// Reads SHA256SUMS of an open directory, and compares nothing: `changed` is empty.
SealCheck read_seal(int directory, SealScope scope = SealScope::directory);
/// Of an open directory. `shown`: SHA-256 of files as they were read for the figures; the others are read again.
SealCheck check_seal(int directory, const std::map<std::string, std::string>& shown = {});
/// The same for a run whose reports are missing, by the hashes in run.json.
std::vector<std::string> changed_raw_files(int directory, const std::map<std::string, FileRecord>& files,
                                           const std::map<std::string, std::string>& shown);

/// What a report of these files has to say first; empty if they are those of the run. A run that did not end
/// (`status` running) was never sealed, and its report says so elsewhere.
std::string seal_caveat(const SealCheck& check, RunStatus status);

} // namespace bytebound
