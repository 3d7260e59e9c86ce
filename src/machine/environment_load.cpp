#include <algorithm>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment_facts.hpp"

namespace bytebound::environment {

void add_load(Facts& facts, const Machine& machine, const std::vector<int>& cpus, const LoadReading& load) {
    const std::vector<int> siblings = other_siblings(machine, cpus);
    const bool any_smt =
        std::any_of(machine.cores.begin(), machine.cores.end(), [](const Core& core) { return core.cpus.size() > 1; });
    facts.file("smt", "control", cpu_directory + "smt/control");
    facts.add("smt", "active", any_smt ? "yes" : "no");
    facts.add("smt", "siblings of the chosen CPUs", siblings.empty() ? "none" : format_cpu_list(siblings));
    facts.tuning("smt");

    facts.tuning("load");
    const std::string steal = busiest_text(load.cpus, cpus, &CpuLoad::steal);
    if (!steal.empty())
        facts.add("load", "steal", steal);
    else
        facts.missing("load", "steal", load.reason);
    facts.add("load", "online CPUs", std::to_string(machine.online.size()));
}

} // namespace bytebound::environment
