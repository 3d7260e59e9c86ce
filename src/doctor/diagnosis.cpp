#include "doctor/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/text.hpp"
#include "doctor/rules.hpp"

namespace bytebound {
namespace {

struct Rule {
    const char* source;
    SourceDiagnosis (*diagnose)(const MachineFacts&);
};
constexpr std::array rules{
    Rule{"core PMU", diagnose_core},     Rule{"memory controller", diagnose_memory_controller},
    Rule{"resctrl", diagnose_resctrl},   Rule{"PAPI", diagnose_papi},
    Rule{"valgrind", diagnose_valgrind}, Rule{"simulation", diagnose_simulation},
    Rule{"clock", diagnose_clock},
};

void warn_of_cpumasks(const MachineFacts& facts, std::vector<std::string>& warnings) {
    for (const PmuFacts& pmu : facts.pmus) {
        if (pmu.kind != PmuKind::memory_controller || !pmu.cpumask || !facts.machine.online_stated) continue;
        for (const int cpu : *pmu.cpumask)
            if (!std::binary_search(facts.machine.online.begin(), facts.machine.online.end(), cpu))
                warnings.push_back(pmu.name + " lists CPU " + std::to_string(cpu) + ", which is not online");
    }
    const auto packages = facts.machine.package_count();
    if (!packages) return;
    for (const PmuFacts& pmu : facts.pmus) {
        const auto scope = facts.knowledge.scopes.find(pmu.name);
        const bool per_package = scope != facts.knowledge.scopes.end() &&
                                 (scope->second == BoxScope::die || scope->second == BoxScope::package);
        if (!per_package || !pmu.cpumask || pmu.cpumask->empty()) continue;
        const int cpus = static_cast<int>(pmu.cpumask->size());
        if (cpus == *packages || (scope->second == BoxScope::die && cpus == facts.machine.die_count())) continue;
        warnings.push_back(pmu.name + " names " + std::to_string(cpus) + " CPUs (" + format_cpu_list(*pmu.cpumask) +
                           ") for " + std::to_string(*packages) + " packages: totals may miss or repeat one");
        return;
    }
}

void warn_of_machine(const MachineFacts& facts, std::vector<std::string>& warnings) {
    if (!facts.machine.offline.empty())
        warnings.push_back("CPUs " + format_cpu_list(facts.machine.offline) + " are offline");
    if (!facts.machine.hwloc_refusal.empty())
        warnings.push_back("hwloc does not describe this machine: " + facts.machine.hwloc_refusal +
                           "; cores and caches come from sysfs alone");
    if (!has_sub_numa_clusters(facts.machine)) return;
    const int packages = *facts.machine.package_count();
    warnings.push_back(std::to_string(facts.machine.nodes_with_cpus->size()) + " NUMA nodes on " +
                       std::to_string(packages) + " package" + (packages > 1 ? "s" : "") +
                       ": memory-controller totals are per package, not per node");
}

} // namespace

bool has_sub_numa_clusters(const Machine& machine) {
    const auto dies = machine.die_count();
    return dies && machine.nodes_with_cpus && static_cast<int>(machine.nodes_with_cpus->size()) > *dies;
}

const SourceDiagnosis& MachineDiagnosis::source(std::string_view name) const {
    const auto found =
        std::find_if(sources.begin(), sources.end(), [&](const SourceDiagnosis& line) { return line.source == name; });
    assert(found != sources.end());
    return *found;
}

std::vector<std::string> source_names() {
    std::vector<std::string> names;
    for (const Rule& rule : rules)
        names.emplace_back(rule.source);
    return names;
}

MachineDiagnosis diagnose(MachineFacts facts) {
    MachineDiagnosis diagnosis;
    for (const Rule& rule : rules) {
        SourceDiagnosis line = rule.diagnose(facts);
        line.source = rule.source;
        diagnosis.sources.push_back(std::move(line));
    }
    diagnosis.warnings = facts.warnings;
    diagnosis.warnings.insert(diagnosis.warnings.end(), facts.knowledge.errata.begin(), facts.knowledge.errata.end());
    warn_of_cpumasks(facts, diagnosis.warnings);
    warn_of_machine(facts, diagnosis.warnings);
    diagnosis.facts = std::move(facts);
    return diagnosis;
}

} // namespace bytebound
