#include "preset/memory_doubts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "counters/names/pmu_device.hpp"
#include "io/regex.hpp"
#include "preset/memory_boxes.hpp"

namespace bytebound {
namespace {

std::vector<int> cpu_list_of(const SysRoot& root, std::string_view path) {
    const auto text = root.read(path);
    return (text ? parse_cpu_list(*text) : std::nullopt).value_or(std::vector<int>{});
}

std::optional<long> number_in(const SysRoot& root, const std::string& path) {
    const auto text = root.read(path);
    const auto value = text ? parse_unsigned(*text) : std::nullopt; // Arm says -1 where firmware names none
    if (!value) return {};
    return static_cast<long>(*value);
}

std::optional<std::pair<int, int>> kernel_version(const SysRoot& root) {
    for (const char* path : {"proc/sys/kernel/osrelease", "proc/version"}) {
        const auto text = root.read(path);
        static const Regex version("(Linux version )?([0-9]{1,3})\\.([0-9]{1,3}).*");
        const std::string line = text ? text->substr(0, text->find('\n')) : std::string();
        if (const auto groups = version.groups(line))
            return std::pair(std::stoi((*groups)[1]), std::stoi((*groups)[2]));
    }
    return {};
}

bool any_counted_by(const std::string& pattern, const std::vector<MemoryCounter>& counters) {
    const Regex compiled(pattern);
    return std::any_of(counters.begin(), counters.end(),
                       [&](const MemoryCounter& c) { return compiled.matches(c.event.pmu); });
}

bool any_has_alias(const SysRoot& root, const std::string& alias, const std::vector<MemoryCounter>& counters) {
    return std::any_of(counters.begin(), counters.end(),
                       [&](const MemoryCounter& c) { return root.exists(pmu_path(c.event.pmu, "events/" + alias)); });
}

} // namespace

MachineShape shape_of(const SysRoot& root) {
    MachineShape shape;
    shape.online = cpu_list_of(root, "sys/devices/system/cpu/online");
    shape.nodes = cpu_list_of(root, "sys/devices/system/node/has_cpu").size();
    shape.kernel = kernel_version(root);
    std::set<long> packages;
    std::set<std::pair<long, long>> dies;
    for (const int cpu : shape.online) {
        const std::string base = fmt::format("sys/devices/system/cpu/cpu{}/topology/", cpu);
        const auto package = number_in(root, base + "physical_package_id");
        if (!package) continue;
        packages.insert(*package);
        shape.package_of[cpu] = *package;
        dies.insert({*package, number_in(root, base + "die_id").value_or(0)});
    }
    shape.packages = packages.size();
    shape.dies = dies.size();
    return shape;
}

namespace {

/// Boxes that are channels of one package each: kernels that number packages wrongly put them all on one.
void doubt_reach(const MachineShape& shape, const std::vector<MemoryCounter>& counters, BoxWarnings& warnings) {
    std::set<long> reached;
    for (const MemoryCounter& counter : counters)
        if (const auto package = shape.package_of.find(counter.cpu); package != shape.package_of.end())
            reached.insert(package->second);
    if (shape.packages == 0 || reached.size() == shape.packages) return;
    for (const MemoryCounter& counter : counters)
        warnings.add(counter.event.pmu,
                     fmt::format("the cpumasks of all boxes together reach {} of {} packages: the kernel places boxes "
                                 "wrongly or knows too few, and traffic may be missing or counted twice",
                                 reached.size(), shape.packages));
}

} // namespace

std::vector<std::string> cpumask_doubts(const MachineShape& shape, const MemorySource& source,
                                        const std::vector<MemoryCounter>& counters) {
    BoxWarnings warnings;
    for (const MemoryCounter& counter : counters) {
        const std::vector<int>& cpus = counter.event.cpus;
        const bool per_machine = source.scope == BoxScope::machine || source.scope == BoxScope::channel;
        // The uncore drivers of kernels before die_id existed count per package.
        const std::size_t once = per_machine ? 1 : shape.packages;
        const std::size_t also = source.scope == BoxScope::die ? shape.dies : once;
        if (once != 0 && cpus.size() != once && cpus.size() != also)
            warnings.add(counter.event.pmu,
                         fmt::format("its cpumask {} has {} CPUs where {} expected, one per {}: the kernel places the "
                                     "box wrongly, and its traffic may be missing or counted twice",
                                     format_cpu_list(cpus), cpus.size(),
                                     also == 1 ? "1 is" : std::to_string(also) + " are", name_of(source.scope)));
        for (const int cpu : cpus)
            if (!shape.online.empty() && !std::binary_search(shape.online.begin(), shape.online.end(), cpu))
                warnings.add(counter.event.pmu,
                             fmt::format("its cpumask names CPU {}, which is offline: it cannot be opened there", cpu));
    }
    if (source.scope == BoxScope::channel) doubt_reach(shape, counters, warnings);
    return warnings.lines();
}

std::vector<std::string> errata_of(const SysRoot& root, const MachineShape& shape, const Preset& preset,
                                   const std::vector<MemoryCounter>& counters,
                                   const std::vector<std::string>& differing) {
    std::vector<std::string> texts;
    for (const Erratum& erratum : preset.errata) {
        const bool applies =
            (erratum.alias_differs.empty() ||
             std::find(differing.begin(), differing.end(), erratum.alias_differs) != differing.end()) &&
            (erratum.alias_exists.empty() || any_has_alias(root, erratum.alias_exists, counters)) &&
            (erratum.counted_by.empty() || any_counted_by(erratum.counted_by, counters)) &&
            (!erratum.kernel_before || (shape.kernel && *shape.kernel < *erratum.kernel_before)) &&
            (!erratum.nodes_per_package_not || (shape.packages != 0 && shape.nodes != 0 &&
                                                shape.nodes != shape.packages * *erratum.nodes_per_package_not));
        if (applies) texts.push_back(erratum.text);
    }
    return texts;
}

} // namespace bytebound
