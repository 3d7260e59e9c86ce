#include "machine/environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment_facts.hpp"
#include "machine/meminfo.hpp"
#include "machine/tuning_readers.hpp"

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

void Facts::tuning(std::string_view group) {
    for (const TuningState& state : tuning_)
        if (state.item->group == group)
            facts_.push_back({std::string(group), std::string(state.item->fact), state.value, state.reason});
}

std::string bracketed(const std::string& text) {
    const auto open = text.find('['), close = text.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open) return text;
    return text.substr(open + 1, close - open - 1);
}

} // namespace environment

namespace {

using environment::Facts;

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

void add_frequency(Facts& facts, const Machine& machine, const std::vector<int>& cpus) {
    for (const auto& [name, file] : {std::pair<const char*, const char*>{"driver", "cpufreq/scaling_driver"},
                                     {"lowest kHz", "cpufreq/scaling_min_freq"},
                                     {"highest kHz", "cpufreq/scaling_max_freq"}}) {
        const std::string value = tuning::by_cpu(facts.root(), cpus, file);
        if (!value.empty())
            facts.add("frequency", name, value);
        else
            facts.missing("frequency", name,
                          tuning::by_cpu(facts.root(), cpus, "cpufreq/scaling_governor").empty()
                              ? tuning::without_cpufreq(machine)
                              : "the driver does not report it");
    }
    facts.tuning("frequency");
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
    facts.tuning("memory");
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
    facts.file("kernel", "perf_event_paranoid", "proc/sys/kernel/perf_event_paranoid",
               "the kernel was built without perf_event");
    facts.file("kernel", "clock source", "sys/devices/system/clocksource/clocksource0/current_clocksource");
    facts.tuning("kernel");

    const std::string directory = cpu_directory + "vulnerabilities";
    const auto names = facts.root().list(directory);
    if (names.empty()) facts.missing("mitigations", "all", "no /" + directory);
    for (const std::string& name : names)
        facts.file("mitigations", name, directory + "/" + name);
}

} // namespace

std::vector<EnvironmentFact> capture_environment(const SysRoot& root, const Machine& machine,
                                                 const std::vector<int>& cpus, std::chrono::milliseconds load_window) {
    const LoadReading load = read_load(root, load_window);
    Facts facts(root, read_tuning(root, machine, cpus, load));
    add_cpu(facts, machine, cpus);
    add_frequency(facts, machine, cpus);
    add_memory(facts);
    facts.tuning("interrupts");
    add_kernel(facts, machine);
    environment::add_virtualisation(facts, machine);
    environment::add_load(facts, machine, cpus, load);
    environment::add_build(facts);
    return facts.take();
}

void capture_after(std::vector<EnvironmentFact>& facts, const SysRoot& root, const Machine& machine,
                   const std::vector<int>& cpus, const LoadReading& during) {
    const auto fill = [&facts](std::string_view group, std::string_view name, const std::string& value) {
        for (EnvironmentFact& fact : facts)
            if (fact.group == group && fact.name == name && !value.empty()) fact.after = value;
    };
    for (const TuningState& state : read_tuning(root, machine, cpus, during))
        if (state.item->name != "cpu_load") fill(state.item->group, state.item->fact, state.value);
    fill("load", "steal", busiest_text(during.cpus, cpus, &CpuLoad::steal));
}

} // namespace bytebound
