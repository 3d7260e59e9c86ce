// The doubts that follow from the environment, one rule per function; thresholds stand in environment_warnings.hpp.

#include <cstdlib>
#include <optional>

#include "base/text.hpp"
#include "record/environment_warnings.hpp"

namespace bytebound {
namespace {

constexpr double busy_percent_limit = 10;
constexpr double steal_percent_limit = 1;
constexpr double load_per_cpu_limit = 0.25;

/// Lookup by group and name.
class FactTable {
public:
    explicit FactTable(const std::vector<EnvironmentFact>& facts) : facts_(facts) {}
    /// Empty when absent or unknown.
    std::string text(std::string_view group, std::string_view name) const {
        for (const EnvironmentFact& fact : facts_)
            if (fact.group == group && fact.name == name) return fact.value;
        return {};
    }
    /// The number with which the value begins ("12.5 % (CPU 3)").
    std::optional<double> number(std::string_view group, std::string_view name) const {
        const std::string value = text(group, name);
        char* end = nullptr;
        const double number = std::strtod(value.c_str(), &end);
        if (end == value.c_str()) return {};
        return number;
    }

private:
    const std::vector<EnvironmentFact>& facts_;
};

using Found = std::optional<Warning>;

Found governor(const FactTable& facts) {
    const std::string value = facts.text("frequency", "governor");
    if (value.empty() || value == "performance") return {};
    return Warning{"governor_not_performance", "the frequency governor is " + value +
                                                   ": times include frequency changes; set it to performance "
                                                   "(cpupower frequency-set -g performance)"};
}

Found turbo(const FactTable& facts) {
    if (facts.text("frequency", "turbo") != "on") return {};
    return Warning{"turbo_on",
                   "turbo is on: the clock depends on temperature and on the load of other cores; switch it "
                   "off (intel_pstate/no_turbo or cpufreq/boost) for comparable times"};
}

Found sibling(const FactTable& facts) {
    const auto load = facts.number("smt", "sibling load");
    if (!load || *load < busy_percent_limit) return {};
    return Warning{"smt_sibling_busy", "an SMT sibling of a chosen CPU was busy " + facts.text("smt", "sibling load") +
                                           " before the run: it shares the core's units and caches; stop that work or "
                                           "choose other cores with --cpus"};
}

Found chosen_cpu(const FactTable& facts) {
    const auto load = facts.number("load", "chosen CPUs");
    if (!load || *load < busy_percent_limit) return {};
    return Warning{"cpu_busy", "a chosen CPU was busy " + facts.text("load", "chosen CPUs") +
                                   " before the run began: steps will be descheduled; stop that work or choose other "
                                   "CPUs with --cpus"};
}

Found steal(const FactTable& facts) {
    const auto load = facts.number("load", "steal");
    if (!load || *load < steal_percent_limit) return {};
    return Warning{"steal_time", "the hypervisor took " + facts.text("load", "steal") +
                                     " from a chosen CPU before the run: times include waiting for the host; use "
                                     "dedicated CPUs"};
}

Found load_average(const FactTable& facts) {
    const auto load = facts.number("load", "average");
    const auto cpus = facts.number("load", "online CPUs");
    if (!load || !cpus || *load < 1 || *load < load_per_cpu_limit * *cpus) return {};
    return Warning{"load_high", "the load average is " + facts.text("load", "average") + " on " +
                                    facts.text("load", "online CPUs") +
                                    " CPUs: other work shares caches and memory bandwidth; run on an idle machine"};
}

Found numa_balancing(const FactTable& facts) {
    const std::string value = facts.text("memory", "NUMA balancing");
    if (value.empty() || value == "0" || facts.text("cpu", "topology").ends_with(", 1 NUMA nodes")) return {};
    return Warning{"numa_balancing_on", "automatic NUMA balancing is on (" + value +
                                            "): the kernel unmaps and moves pages during the run; write 0 to "
                                            "/proc/sys/kernel/numa_balancing"};
}

Found huge_pages(const FactTable& facts) {
    if (facts.text("memory", "transparent huge pages") != "never") return {};
    return Warning{"thp_never", "transparent huge pages are off (never): rows are on small pages and copies cause more "
                                "TLB misses; set /sys/kernel/mm/transparent_hugepage/enabled to madvise"};
}

Found clock_source(const FactTable& facts) {
    const std::string value = facts.text("kernel", "clock source");
    if (value != "hpet" && value != "acpi_pm" && value != "jiffies") return {};
    return Warning{"clock_slow",
                   "the clock source is " + value + ": reading the time is a slow system call; boot with a usable tsc"};
}

Found cpu_quota(const FactTable& facts) {
    const auto cpus = facts.number("virtualisation", "CPU quota");
    if (!cpus) return {};
    return Warning{"cpu_quota", "a cgroup limits the CPU time to " + facts.text("virtualisation", "CPU quota") +
                                    ": threads stop when it is exhausted; raise the limit (cpu.max)"};
}

Found nmi_watchdog(const FactTable& facts) {
    if (facts.text("kernel", "NMI watchdog") != "1") return {};
    return Warning{"nmi_watchdog_on", "the NMI watchdog is on (1): it uses one counter of the core PMU; write 0 to "
                                      "/proc/sys/kernel/nmi_watchdog"};
}

Found virtual_machine(const FactTable& facts) {
    const std::string value = facts.text("virtualisation", "virtual machine");
    if (!value.starts_with("yes")) return {};
    return Warning{"in_vm", "this is a virtual machine (" + value.substr(value.find(' ') + 1) +
                                "): the host's load, cache and memory bandwidth are not visible from the guest; repeat "
                                "on bare metal before trusting small differences"};
}

} // namespace

std::vector<Warning> environment_warnings(const std::vector<EnvironmentFact>& facts) {
    static constexpr Found (*rules[])(const FactTable&) = {governor,     turbo,        sibling,        chosen_cpu,
                                                           steal,        load_average, numa_balancing, huge_pages,
                                                           clock_source, cpu_quota,    nmi_watchdog,   virtual_machine};
    const FactTable table(facts);
    std::vector<Warning> warnings;
    for (const auto rule : rules)
        if (auto warning = rule(table)) warnings.push_back(std::move(*warning));
    return warnings;
}

} // namespace bytebound
