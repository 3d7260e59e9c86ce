#pragma once
// Whether what a run directory publishes follows from its raw steps.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "evidence/difference.hpp"
#include "figures/summary.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// The texts of all files that follow from run.json and the raw steps, by name.
using Derivation = std::function<std::map<std::string, std::string>(const RunRecord&, const Summary&)>;

struct Verification {
    std::filesystem::path directory;
    std::vector<Difference> differences;
    /// Why nothing was derived: run.json or the raw steps cannot be read. The differences are then those of the hashes.
    std::optional<Error> not_derived;
    std::vector<std::string> derived;   ///< files that were derived again
    std::vector<std::string> hashed;    ///< files that were compared with SHA256SUMS
    std::vector<std::string> leftovers; ///< of a killed process; they count as nothing in the directory
    ProgramVersion written_by;          ///< that wrote the reports
    bool failed_run = false;            ///< the run did not complete; what it had measured was verified
};

/// Compares every file with SHA256SUMS and run.json, derives the others again from run.json, samples.csv and
/// background.csv, and adds workers.csv up. Writes nothing. Error (bad_data): it is not a run, is of another schema, is
/// not finished, is not sealed although it did not complete, or another process writes to it.
Result<Verification> verify_run(const std::filesystem::path& directory, const Derivation& derive);

} // namespace bytebound
