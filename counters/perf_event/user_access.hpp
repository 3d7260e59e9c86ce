#pragma once

#include <optional>
#include <string>

#include "base/sysroot.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// The event with the bit that asks the kernel for user-space reads, where its PMU wants to be asked (arm64: `rdpmc`
/// in format/, Documentation/arch/arm64/perf.rst) and the administrator allows it (kernel.perf_user_access). Nothing
/// where there is nothing to ask for. The `long` bit stays out: processors before PMUv3p5 refuse it together with this
/// one for all but cycles, and a counter of 32 bits is no obstacle, as it interrupts when it overflows.
std::optional<Event> with_user_access(const SysRoot& root, const Event& event);

/// What the administrator would have to do for user-space reads on this machine; empty when nothing.
std::string remedy_for_user_reads(const SysRoot& root);

} // namespace bytebound
