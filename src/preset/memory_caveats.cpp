#include "preset/memory_caveats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "counters/names/pmu_device.hpp"
#include "io/regex.hpp"
#include "preset/memory_boxes.hpp"

namespace bytebound {
namespace {

bool any_counted_by(const std::string& pattern, const std::vector<MemoryCounter>& counters) {
    const Regex compiled(pattern);
    return std::any_of(counters.begin(), counters.end(),
                       [&](const MemoryCounter& c) { return compiled.matches(c.event.pmu); });
}

bool any_has_alias(const SysRoot& root, const std::string& alias, const std::vector<MemoryCounter>& counters) {
    return std::any_of(counters.begin(), counters.end(),
                       [&](const MemoryCounter& c) { return root.exists(pmu_path(c.event.pmu, "events/" + alias)); });
}

/// Boxes that are each a channel of one package. A kernel that numbers packages wrongly opens them all on one package.
void warn_of_reach(const Machine& machine, const std::vector<MemoryCounter>& counters, BoxWarnings& warnings) {
    std::set<int> reached;
    for (const MemoryCounter& counter : counters)
        if (const auto place = machine.places.find(counter.cpu); place != machine.places.end() && place->second.package)
            reached.insert(*place->second.package);
    const auto packages = machine.package_count();
    if (!packages || static_cast<int>(reached.size()) == *packages) return;
    for (const MemoryCounter& counter : counters)
        warnings.add(counter.event.pmu,
                     fmt::format("the cpumasks of all boxes together reach {} of {} packages: the kernel places boxes "
                                 "wrongly or lists too few, and traffic may be missing or counted twice",
                                 reached.size(), *packages));
}

} // namespace

std::vector<std::string> cpumask_caveats(const Machine& machine, const MemorySource& source,
                                         const std::vector<MemoryCounter>& counters) {
    BoxWarnings warnings;
    for (const MemoryCounter& counter : counters) {
        const std::vector<int>& cpus = counter.event.cpus;
        const bool per_machine = source.scope == BoxScope::machine || source.scope == BoxScope::channel;
        // Before die_id existed, the kernel's uncore drivers counted per package.
        const auto once = per_machine ? std::optional(1) : machine.package_count();
        const auto also = source.scope == BoxScope::die ? machine.die_count() : once;
        const auto named = std::optional(static_cast<int>(cpus.size()));
        if (once && named != once && named != also)
            warnings.add(counter.event.pmu,
                         fmt::format("its cpumask {} has {} CPUs where {} expected, one per {}: the kernel places the "
                                     "box wrongly, and its traffic may be missing or counted twice",
                                     format_cpu_list(cpus), cpus.size(),
                                     also == 1 ? "1 is" : std::to_string(*also) + " are", name_of(source.scope)));
        for (const int cpu : cpus)
            if (machine.online_stated && !std::binary_search(machine.online.begin(), machine.online.end(), cpu))
                warnings.add(
                    counter.event.pmu,
                    fmt::format("its cpumask lists CPU {}, which is offline: the box cannot be opened there", cpu));
    }
    if (source.scope == BoxScope::channel) warn_of_reach(machine, counters, warnings);
    return warnings.lines();
}

namespace {

bool holds_of_machine(const Erratum& erratum, const Machine& machine) {
    const auto packages = machine.package_count();
    const std::size_t nodes = machine.nodes_with_cpus ? machine.nodes_with_cpus->size() : 0;
    return has_model(erratum.models, machine.cpu) &&
           (!erratum.kernel_before ||
            machine.kernel.before(erratum.kernel_before->first, erratum.kernel_before->second)) &&
           (!erratum.nodes_per_package_not ||
            (packages && nodes != 0 && nodes != static_cast<std::size_t>(*packages) * *erratum.nodes_per_package_not));
}

} // namespace

std::vector<Erratum> errata_of(const SysRoot& root, const Machine& machine, const Preset& preset,
                               const std::vector<MemoryCounter>& counters, const std::vector<std::string>& differing) {
    std::vector<Erratum> errata;
    for (const Erratum& erratum : preset.errata) {
        const bool applies = !erratum.resctrl && holds_of_machine(erratum, machine) &&
                             (erratum.alias_differs.empty() || std::find(differing.begin(), differing.end(),
                                                                         erratum.alias_differs) != differing.end()) &&
                             (erratum.alias_exists.empty() || any_has_alias(root, erratum.alias_exists, counters)) &&
                             (erratum.counted_by.empty() || any_counted_by(erratum.counted_by, counters));
        if (applies) errata.push_back(erratum);
    }
    return errata;
}

std::vector<Erratum> resctrl_errata_of(const Machine& machine, const Preset& preset) {
    std::vector<Erratum> errata;
    for (const Erratum& erratum : preset.errata)
        if (erratum.resctrl && holds_of_machine(erratum, machine)) errata.push_back(erratum);
    return errata;
}

} // namespace bytebound
