#pragma once

#include <span>
#include <vector>

#include "base/error.hpp"
#include "machine/page_proof.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// Judges the pages of bound memory. Error (internal: a proof failed) for a present page elsewhere under a policy that
/// allows no other node; local may spill, which is a warning per buffer.
Result<std::vector<Warning>> judge_pages(const Placement& placement, std::span<const PageProof> proofs);

} // namespace bytebound
