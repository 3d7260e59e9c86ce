#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sysroot.hpp"
#include "counters/event.hpp"

namespace bytebound {

/// Resolves the names that users write to kernel encodings, from /sys alone: nothing is opened.
///
/// Grammar (perf's): generic hardware, software and cache events (`cycles`, `task-clock`, `LLC-load-misses`), sysfs
/// aliases (`msr/tsc/`, `pmu/alias/`), terms through `format/` (`pmu/event=0x04,umask=0x03/`), raw `rNNNN`,
/// `mem:ADDR[/LEN][:rwx]` breakpoints; and libpfm4's `skx::L2_LINES_IN:ALL`, where the build has it. Modifiers
/// `:u :k :uk` (also `pmu/.../u`). Default domain: user only. The name of a PMU may be that of a family or a glob
/// (`uncore_imc/.../`, `imc*/.../`): the event is then the sum over its boxes. Terms and modifiers that only concern
/// samples are ignored; other syntax of perf is refused by its name.
class EventResolver {
public:
    /// `cpu`: the pinned CPU. On hybrid machines a bare name resolves on the core PMU whose `cpus` contain it.
    EventResolver(const SysRoot& root, int cpu);

    Result<Resolution> resolve(std::string_view name) const;

private:
    SysRoot root_;
    int cpu_;
};

/// One entry of `bytebound events list`.
struct ListedEvent {
    std::string name; ///< as it can be given to resolve()
    std::string pmu;
    std::string kind; ///< "hardware", "software", "cache", "sysfs", "breakpoint"
};

/// All names from the static tables and this root's sysfs, in a stable order.
std::vector<ListedEvent> list_events(const SysRoot& root);

/// "cycles,cpu/event=0x3c,umask=0/,r01c0" -> three names: commas between slashes are part of the name.
std::vector<std::string> split_event_names(std::string_view list);

} // namespace bytebound
