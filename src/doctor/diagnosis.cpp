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

std::optional<std::uint64_t> term_of(const std::string& alias, std::string_view term) {
    for (const std::string& part : split(alias, ',')) {
        const std::size_t equals = part.find('=');
        if (equals != std::string::npos && part.substr(0, equals) == term)
            return parse_unsigned(part.substr(equals + 1));
    }
    return std::nullopt;
}

/// Aliases of released kernels that count something else than their names say.
void warn_of_wrong_aliases(const MachineFacts& facts, std::vector<std::string>& warnings) {
    if (facts.machine.cpu.vendor != "GenuineIntel" || facts.machine.cpu.family != 6) return;
    const bool icx = facts.machine.cpu.model == 0x6a || facts.machine.cpu.model == 0x6c;
    const bool two_subchannels = facts.machine.cpu.model == 0xad || facts.machine.cpu.model == 0xae ||
                                 facts.machine.cpu.model == 0xaf || facts.machine.cpu.model == 0xdd ||
                                 facts.machine.cpu.model == 0xb6;
    for (const PmuFacts& pmu : facts.pmus) {
        const auto alias = [&](const char* name) {
            const auto found = pmu.events.find(name);
            return found == pmu.events.end() ? std::string() : found->second;
        };
        const bool free_running = pmu.name.starts_with("uncore_imc_free_running");
        if (pmu.name.starts_with("uncore_imc_") && !free_running) {
            // Linux before 5.17 used Haswell's table for Ice Lake-SP (fixed by 96fd2e89fba1).
            if (icx && term_of(alias("cas_count_write"), "umask") == 0x0c) {
                warnings.push_back(pmu.name +
                                   "/cas_count_write/ counts underfill reads on this kernel (umask 0x0c, fixed in "
                                   "5.17): use event=0x04,umask=0x30");
                return;
            }
            if (two_subchannels && !alias("cas_count_read").empty()) {
                warnings.push_back(pmu.name + "/cas_count_read/ counts only one of two subchannels on this kernel: add "
                                              "event=0x06,umask=0xcf");
                return;
            }
        }
        // 4 bytes instead of 64 per count: corrected in 5.16.
        if (free_running && alias("read.scale").starts_with("3.8")) {
            warnings.push_back(pmu.name + "/read.scale is 16 times too small on this kernel (fixed in 5.16)");
            return;
        }
    }
}

void warn_of_cpumasks(const MachineFacts& facts, std::vector<std::string>& warnings) {
    for (const PmuFacts& pmu : facts.pmus) {
        if (pmu.kind != PmuKind::memory_controller || !pmu.cpumask || facts.machine.online.empty()) continue;
        for (const int cpu : *pmu.cpumask)
            if (!std::binary_search(facts.machine.online.begin(), facts.machine.online.end(), cpu))
                warnings.push_back(pmu.name + " lists CPU " + std::to_string(cpu) + ", which is not online");
    }
    const auto packages = facts.machine.package_count();
    if (!packages) return;
    // First-generation EPYC, and Hygon's.
    const bool dies =
        (facts.machine.cpu.family == 23 && facts.machine.cpu.model < 0x30) || facts.machine.cpu.family == 24;
    for (const PmuFacts& pmu : facts.pmus) {
        // amd_df has one CPU per die there; elsewhere one per package.
        const bool one_per_package = pmu.name.starts_with("uncore_imc") || (pmu.name == "amd_df" && !dies);
        if (!one_per_package || !pmu.cpumask || pmu.cpumask->empty()) continue;
        const int cpus = static_cast<int>(pmu.cpumask->size());
        if (cpus == *packages) continue;
        warnings.push_back(pmu.name + " names " + std::to_string(cpus) + " CPUs (" + format_cpu_list(*pmu.cpumask) +
                           ") for " + std::to_string(*packages) + " packages: totals may miss or repeat one");
        return;
    }
}

void warn_of_machine(const MachineFacts& facts, std::vector<std::string>& warnings) {
    if (!facts.machine.offline.empty())
        warnings.push_back("CPUs " + format_cpu_list(facts.machine.offline) + " are offline");
    if (!has_sub_numa_clusters(facts.machine)) return;
    const int packages = *facts.machine.package_count();
    warnings.push_back(std::to_string(facts.machine.nodes_with_cpus->size()) + " NUMA nodes on " +
                       std::to_string(packages) + " package" + (packages > 1 ? "s" : "") +
                       ": memory-controller totals are per package, not per node");
}

} // namespace

bool has_sub_numa_clusters(const Machine& machine) {
    const auto packages = machine.package_count();
    return packages && machine.nodes_with_cpus && static_cast<int>(machine.nodes_with_cpus->size()) > *packages;
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
    warn_of_wrong_aliases(facts, diagnosis.warnings);
    warn_of_cpumasks(facts, diagnosis.warnings);
    warn_of_machine(facts, diagnosis.warnings);
    diagnosis.facts = std::move(facts);
    return diagnosis;
}

} // namespace bytebound
