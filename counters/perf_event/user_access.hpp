#pragma once

#include <optional>
#include <string>

#include "base/sysroot.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// The event with the bit that requests user-space reads, if its PMU needs the request (arm64: `rdpmc` in format/,
/// Documentation/arch/arm64/perf.rst) and the administrator allows it (kernel.perf_user_access); else nullopt. The
/// `long` bit stays clear: before PMUv3p5, processors reject it together with this bit for every event except cycles. A
/// 32-bit counter is sufficient, because it interrupts on overflow.
std::optional<Event> with_user_access(const SysRoot& root, const Event& event);

/// What the administrator must change to allow user-space reads on this machine; empty if nothing.
std::string remedy_for_user_reads(const SysRoot& root);

} // namespace bytebound
