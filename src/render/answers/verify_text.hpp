#pragma once

#include <string>
#include <vector>

#include "evidence/verify.hpp"

namespace bytebound {

/// One run or suite of `bytebound verify`, or why it was refused.
struct VerifiedRun {
    std::string directory; ///< as given
    Result<Verification> result;
    bool suite = false; ///< a suite as a whole, apart from the runs in it
};

/// stdout of `bytebound verify`: a line for each difference of a run, or one that says what was verified.
std::string verify_text(const VerifiedRun& run);
/// The same of all runs as one document, schema bytebound.verify/1 (reports/schema/verify.schema.json).
std::string verify_json(const std::vector<VerifiedRun>& runs);

/// Whether there is neither a difference nor a refusal.
bool is_verified(const VerifiedRun& run);
/// "0.1.0 (git 272caefd39d7)"
std::string version_text(const ProgramVersion& program);

} // namespace bytebound
