#pragma once

#include <cstdint>

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

/// One sentence for one k: what paired (else the first loop besides the base) needs against the base in time, and its
/// requested and DRAM bytes against the bound, tiers named. Never says that the bound is beaten: bytes that stay in the
/// cache are another level.
VerdictItem verdict_of(const Summary& summary, std::uint32_t k);

} // namespace bytebound
