#pragma once

#include "archive/run_files.hpp"
#include "archive/seal.hpp"
#include "evidence/verify.hpp"

namespace bytebound {

/// Compares all files with their hashes in SHA256SUMS and run.json. A difference is that of the file unless run.json
/// says that the file is right: then it is that of SHA256SUMS. `shown`: the hashes of files as they were read before.
/// Error (bad_data): the directory cannot be read.
Result<void> compare_seal(const RunFiles& files, const RunRecord& run, const SealCheck& seal, const ShownFiles& shown,
                          Verification& out);

} // namespace bytebound
