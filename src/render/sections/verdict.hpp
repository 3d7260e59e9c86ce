#pragma once

#include <cstdint>

#include "figures/summary.hpp"
#include "render/document.hpp"

namespace bytebound {

/// One sentence for one k: the time of paired (else of the first loop other than the base) compared with the base, and
/// its requested and DRAM bytes compared with the bound, with their tiers. It never says that the bound is beaten:
/// bytes that stay in the cache belong to another level.
VerdictItem verdict_of(const Summary& summary, std::uint32_t k);

} // namespace bytebound
