#include <cstdlib>

#include "base/trial_process.hpp"
#include "counters/registry.hpp"
#include "counters/search_path.hpp"
#include "doctor/rules.hpp"

namespace bytebound {
namespace {

/// Why PAPI cannot count on the running machine; empty if it can, or is not built in.
std::string ask_papi(Sys& sys, const SysRoot& root) {
    const CollectorEntry* papi = find_collector(collectors(), collector_name::papi);
    if (papi == nullptr || papi->make == nullptr) return {};
    // In a child, because PAPI may end the process at any of its many reads of /proc; nothing of it is needed
    // afterwards.
    const TrialEnd end = try_in_child([&](std::string& cause) {
        const Capability capability = papi->make(sys, root)->capability();
        if (!capability.available) cause = capability.cause;
        return true;
    });
    if (!end.untried.empty()) return "PAPI may end the process that uses it, and there is " + end.untried;
    return end.killed.empty() ? end.text : "PAPI ends the process that uses it (" + end.killed + ")";
}

ProgramFacts gather_program(bool live) {
    ProgramFacts program;
    program.architecture = program_architecture();
    for (const CollectorEntry& entry : collectors())
        if (entry.built_in()) program.built_in.emplace_back(entry.name);
    if (live) program.valgrind = find_program(std::getenv("PATH"), "valgrind").has_value();
    return program;
}

/// All facts but those of PAPI.
MachineFacts gather_all(Sys* sys, const SysRoot& root) {
    MachineFacts facts = gather_facts(root);
    facts.program = gather_program(root.is_live());
    if (root.is_live()) {
        if (sys != nullptr) facts.probes = probe_machine(*sys, facts.machine, facts.pmus);
    } else if (const auto text = root.read("probes.json")) {
        if (auto probes = parse_probes(*text))
            facts.probes = std::move(*probes);
        else
            facts.warnings.push_back("probes.json: " + probes.error().cause);
    }
    return facts;
}

} // namespace

SourceDiagnosis diagnose_core_pmu(Sys* sys, const SysRoot& root) { return diagnose_core(gather_all(sys, root)); }

SourceDiagnosis diagnose_memory_pmu(Sys* sys, const SysRoot& root) {
    return diagnose_memory_controller(gather_all(sys, root));
}

MachineDiagnosis diagnose_machine(Sys* sys, const SysRoot& root) {
    MachineFacts facts = gather_all(sys, root);
    if (root.is_live() && sys != nullptr) facts.program.papi_refusal = ask_papi(*sys, root);
    return diagnose(std::move(facts));
}

} // namespace bytebound
