#include <unistd.h>

#include <cstdlib>

#include "base/text.hpp"
#include "counters/machine_cpu.hpp"
#include "counters/machine_diagnosis.hpp"
#include "counters/registry.hpp"

namespace bytebound {
namespace {

bool on_search_path(const char* search_path, const std::string& program) {
    if (!search_path) return false;
    for (const std::string& folder : split(search_path, ':'))
        if (!folder.empty() && ::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
    return false;
}

/// Why PAPI can count nothing on the running machine; empty when it can, or is not built in.
std::string ask_papi(Sys& sys, const SysRoot& root) {
    const CollectorEntry* papi = find_collector(collectors(), "papi");
    if (papi == nullptr || papi->make == nullptr) return {};
    const Capability capability = papi->make(sys, root)->capability();
    return capability.available ? std::string() : capability.cause;
}

ProgramFacts gather_program(bool live) {
    ProgramFacts program;
    program.architecture = program_architecture();
    for (const CollectorEntry& entry : collectors())
        if (entry.make) program.built_in.emplace_back(entry.name);
    if (live) program.valgrind = on_search_path(std::getenv("PATH"), "valgrind");
    return program;
}

} // namespace

MachineDiagnosis diagnose_machine(Sys* sys, const SysRoot& root) {
    MachineFacts facts = gather_facts(root);
    facts.program = gather_program(root.is_live());
    if (root.is_live()) {
        if (sys) facts.probes = probe_machine(*sys, facts);
        if (sys) facts.program.papi_refusal = ask_papi(*sys, root);
    } else if (const auto text = root.read("probes.json")) {
        if (auto probes = parse_probes(*text))
            facts.probes = std::move(*probes);
        else
            facts.warnings.push_back("probes.json: " + probes.error().cause);
    }
    return diagnose(std::move(facts));
}

} // namespace bytebound
