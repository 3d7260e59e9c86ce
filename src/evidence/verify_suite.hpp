#pragma once

#include <filesystem>
#include <vector>

#include "evidence/verify.hpp"

namespace bytebound {

struct SuiteVerification {
    /// Of the suite as a whole: every file in it and below, by SHA256SUMS and suite.json. Nothing is derived.
    Verification own;
    std::vector<std::filesystem::path> runs; ///< to be verified by verify_run()
};

/// Compares every file of a suite with its hash in SHA256SUMS, and its members with suite.json. Writes nothing. Error
/// (bad_data): it is not a suite, is of another schema, is not finished, or another process writes to it.
Result<SuiteVerification> verify_suite(const std::filesystem::path& directory);

} // namespace bytebound
