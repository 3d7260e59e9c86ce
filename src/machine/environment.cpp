#include "machine/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment_facts.hpp"
#include "machine/meminfo.hpp"

namespace bytebound {
namespace environment {

std::string unreadable(const std::string& path, const Error& error) {
    if (error.sys_errno == ENOENT || error.sys_errno == ENOTDIR) return "no /" + path;
    return "/" + path + " cannot be read (" + errno_name(error.sys_errno) + ")";
}

void Facts::file(std::string group, std::string name, const std::string& path, const std::string& reason) {
    const auto text = root_.read(path);
    if (!text) {
        const bool absent = text.error().sys_errno == ENOENT || text.error().sys_errno == ENOTDIR;
        missing(std::move(group), std::move(name), absent && !reason.empty() ? reason : unreadable(path, text.error()));
    } else if (text->empty()) {
        missing(std::move(group), std::move(name), "/" + path + " is empty");
    } else {
        add(std::move(group), std::move(name), *text);
    }
}

std::string bracketed(const std::string& text) {
    const auto open = text.find('['), close = text.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open) return text;
    return text.substr(open + 1, close - open - 1);
}

} // namespace environment

namespace {

using environment::Facts;

const std::string no_cpufreq = "no cpufreq directory: firmware or hypervisor set the frequency";

/// One text if all CPUs agree, else "performance (CPU 0-1), powersave (CPU 2)". CPUs without the file are omitted.
std::string by_cpu(const Facts& facts, const std::vector<int>& cpus, const std::string& file) {
    std::map<std::string, std::vector<int>> cpus_of;
    for (const int cpu : cpus)
        if (const auto text = facts.root().read(cpu_directory + "cpu" + std::to_string(cpu) + "/" + file))
            cpus_of[*text].push_back(cpu);
    std::vector<std::string> parts;
    for (auto& [text, list] : cpus_of) {
        std::sort(list.begin(), list.end());
        parts.push_back(cpus_of.size() == 1 ? text : text + " (CPU " + format_cpu_list(list) + ")");
    }
    return join(parts, ", ");
}

std::string decimal(const std::optional<std::uint32_t>& number) { return number ? std::to_string(*number) : ""; }

void add_cpu(Facts& facts, const Machine& machine, const std::vector<int>& cpus) {
    const CpuIdentity& cpu = machine.cpu;
    const auto info = facts.root().read("proc/cpuinfo");
    // Arm reports an implementer and a part instead of vendor and model (arch/arm64/kernel/cpuinfo.c).
    const std::pair<const char*, std::string> rows[] = {
        {"model", cpu.model_name},
        {"vendor", cpu.maker()},
        {"family", decimal(cpu.family ? cpu.family : cpu.arm_architecture)},
        {"model number", cpu.part ? fmt::format("{:#05x}", *cpu.part) : decimal(cpu.model)},
        {"stepping", decimal(cpu.stepping ? cpu.stepping : cpu.revision)},
        {"microcode", cpu.microcode}};
    for (const auto& [name, value] : rows) {
        if (!value.empty())
            facts.add("cpu", name, value);
        else
            facts.missing("cpu", name,
                          info ? "not in /proc/cpuinfo" : environment::unreadable("proc/cpuinfo", info.error()));
    }
    std::set<int> packages;
    for (const Core& core : machine.cores)
        packages.insert(core.package);
    facts.add("cpu", "topology",
              std::to_string(packages.size()) + " packages, " + std::to_string(machine.cores.size()) + " cores, " +
                  std::to_string(machine.online.size()) + " CPUs online, " + std::to_string(machine.nodes.size()) +
                  " NUMA nodes");
    facts.add("cpu", "chosen CPUs", format_cpu_list(cpus));
    if (const std::string kinds = describe_kinds(machine.kinds, cpus); !kinds.empty())
        facts.add("cpu", "kind of the chosen CPUs", kinds);
    for (const CacheInfo& cache : machine.last_level_caches(cpus)) {
        facts.add("cpu", "last-level cache",
                  "L" + std::to_string(cache.level) + " " + format_size(static_cast<double>(*cache.size_bytes)) + ", " +
                      (cache.ways ? std::to_string(*cache.ways) + " ways" : "ways unknown") + ", CPU " +
                      format_cpu_list(cache.cpus) + " (" + cache.origin + ")");
    }
}

void add_frequency(Facts& facts, const std::vector<int>& cpus) {
    for (const auto& [name, file] : {std::pair<const char*, const char*>{"governor", "cpufreq/scaling_governor"},
                                     {"driver", "cpufreq/scaling_driver"},
                                     {"lowest kHz", "cpufreq/scaling_min_freq"},
                                     {"highest kHz", "cpufreq/scaling_max_freq"},
                                     {"energy preference", "cpufreq/energy_performance_preference"}}) {
        const std::string value = by_cpu(facts, cpus, file);
        if (!value.empty())
            facts.add("frequency", name, value);
        else
            facts.missing("frequency", name,
                          by_cpu(facts, cpus, "cpufreq/scaling_governor").empty() ? no_cpufreq
                                                                                  : "the driver does not report it");
    }
    // The same switch in two drivers: inverted in intel_pstate, not in acpi-cpufreq and amd-pstate.
    const auto no_turbo = facts.root().read(cpu_directory + "intel_pstate/no_turbo");
    const auto boost = facts.root().read(cpu_directory + "cpufreq/boost");
    if (no_turbo)
        facts.add("frequency", "turbo", *no_turbo == "0" ? "on" : "off");
    else if (boost)
        facts.add("frequency", "turbo", *boost == "0" ? "off" : "on");
    else
        facts.missing("frequency", "turbo", "neither intel_pstate/no_turbo nor cpufreq/boost exists");
}

void add_memory(Facts& facts) {
    const auto text = facts.root().read("proc/meminfo");
    for (const auto& [name, key] : {std::pair<const char*, const char*>{"total", "MemTotal"},
                                    {"available", "MemAvailable"},
                                    {"swap", "SwapTotal"}}) {
        const auto bytes = text ? meminfo_bytes(*text, key) : std::nullopt;
        if (bytes)
            facts.add("memory", name, format_size(static_cast<double>(*bytes)));
        else
            facts.missing("memory", name,
                          text ? "not in /proc/meminfo" : environment::unreadable("proc/meminfo", text.error()));
    }
    const std::string thp = "sys/kernel/mm/transparent_hugepage/";
    for (const auto& [name, file] : {std::pair<const char*, const char*>{"transparent huge pages", "enabled"},
                                     {"huge page defragmentation", "defrag"}}) {
        const auto value = facts.root().read(thp + file);
        if (value)
            facts.add("memory", name, environment::bracketed(*value));
        else
            facts.missing("memory", name, environment::unreadable(thp + file, value.error()));
    }
    facts.file("memory", "NUMA balancing", "proc/sys/kernel/numa_balancing", "the kernel was built without it");
}

/// Boot options that change timing or traffic. The rest of the command line may be private.
std::string boot_options(const std::string& command_line) {
    static const std::vector<std::string> relevant = {
        "isolcpus",  "nohz_full",    "rcu_nocbs",    "mitigations", "nosmt",      "transparent_hugepage",
        "hugepages", "hugepagesz",   "intel_pstate", "amd_pstate",  "intel_idle", "processor.max_cstate",
        "idle",      "nmi_watchdog", "nowatchdog",   "clocksource", "tsc",        "numa_balancing",
        "numa",      "nokaslr",      "norandmaps",   "maxcpus",     "nr_cpus",    "skew_tick"};
    std::vector<std::string> found;
    for (const std::string& word : split(command_line, ' '))
        if (std::find(relevant.begin(), relevant.end(), word.substr(0, word.find('='))) != relevant.end())
            found.push_back(word);
    return found.empty() ? "none" : join(found, " ");
}

void add_kernel(Facts& facts, const Machine& machine) {
    if (machine.kernel.text.empty())
        facts.file("kernel", "release", "proc/sys/kernel/osrelease");
    else
        facts.add("kernel", "release", machine.kernel.text);
    facts.file("kernel", "version", "proc/sys/kernel/version");
    if (const auto command_line = facts.root().read("proc/cmdline"))
        facts.add("kernel", "boot options", boot_options(*command_line));
    else
        facts.missing("kernel", "boot options", environment::unreadable("proc/cmdline", command_line.error()));
    facts.add("kernel", "isolated CPUs", machine.isolated.empty() ? "none" : format_cpu_list(machine.isolated));
    facts.file("kernel", "ASLR", "proc/sys/kernel/randomize_va_space");
    facts.file("kernel", "perf_event_paranoid", "proc/sys/kernel/perf_event_paranoid",
               "the kernel was built without perf_event");
    facts.file("kernel", "NMI watchdog", "proc/sys/kernel/nmi_watchdog", "the kernel was built without it");
    facts.file("kernel", "clock source", "sys/devices/system/clocksource/clocksource0/current_clocksource");

    const std::string directory = cpu_directory + "vulnerabilities";
    const auto names = facts.root().list(directory);
    if (names.empty()) facts.missing("mitigations", "all", "no /" + directory);
    for (const std::string& name : names)
        facts.file("mitigations", name, directory + "/" + name);
}

} // namespace

std::vector<EnvironmentFact> capture_environment(const SysRoot& root, const Machine& machine,
                                                 const std::vector<int>& cpus, std::chrono::milliseconds load_window) {
    Facts facts(root);
    add_cpu(facts, machine, cpus);
    add_frequency(facts, cpus);
    add_memory(facts);
    add_kernel(facts, machine);
    environment::add_virtualisation(facts, machine);
    environment::add_load(facts, machine, cpus, load_window);
    environment::add_build(facts);
    return facts.take();
}

} // namespace bytebound
