#pragma once

#include <span>
#include <vector>

#include "base/error.hpp"
#include "machine/page_proof.hpp"
#include "record/run_record.hpp"

namespace bytebound {

/// Checks the location of bound pages. Error (internal: a proof failed) for a present page on another node if the
/// policy does not allow that; `local` may spill, which is a warning per buffer.
Result<std::vector<Warning>> judge_pages(const Placement& placement, std::span<const PageProof> proofs);

} // namespace bytebound
