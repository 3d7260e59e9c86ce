#include "machine/environment.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <optional>
#include <set>
#include <thread>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment_facts.hpp"

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

std::string field(const std::string& text, const std::string& key) {
    for (const std::string& line : split(text, '\n')) {
        const auto colon = line.find(':');
        if (colon != std::string::npos && trim(std::string_view(line).substr(0, colon)) == key)
            return std::string(trim(std::string_view(line).substr(colon + 1)));
    }
    return {};
}

} // namespace environment

namespace {

using environment::Facts;
using environment::field;

const std::string no_cpufreq = "no cpufreq directory: firmware or hypervisor set the frequency";

/// One text when all CPUs agree, else "performance (CPU 0-1), powersave (CPU 2)". CPUs without the file are left out.
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

void add_cpu(Facts& facts, const Machine& machine, const std::vector<int>& cpus) {
    const auto text = facts.root().read("proc/cpuinfo");
    const std::string info = text ? *text : std::string();
    // x86 names on the left; arm64 has an implementer and a part instead (arch/arm64/kernel/cpuinfo.c).
    const std::vector<std::pair<std::string, std::vector<std::string>>> wanted = {
        {"model", {"model name", "Processor", "cpu model"}}, {"vendor", {"vendor_id", "CPU implementer"}},
        {"family", {"cpu family", "CPU architecture"}},      {"model number", {"model", "CPU part"}},
        {"stepping", {"stepping", "CPU revision"}},          {"microcode", {"microcode"}}};
    for (const auto& [name, keys] : wanted) {
        std::string value;
        for (const std::string& key : keys)
            if (value.empty()) value = field(info, key);
        if (!value.empty())
            facts.add("cpu", name, value);
        else
            facts.missing("cpu", name,
                          text ? "not in /proc/cpuinfo" : environment::unreadable("proc/cpuinfo", text.error()));
    }
    std::set<int> packages;
    for (const Core& core : machine.cores)
        packages.insert(core.package);
    facts.add("cpu", "topology",
              std::to_string(packages.size()) + " packages, " + std::to_string(machine.cores.size()) + " cores, " +
                  std::to_string(machine.online.size()) + " CPUs online, " + std::to_string(machine.nodes.size()) +
                  " NUMA nodes");
    facts.add("cpu", "chosen CPUs", format_cpu_list(cpus));
    for (const CacheInfo& cache : machine.last_level_caches(cpus)) {
        facts.add("cpu", "last-level cache",
                  "L" + std::to_string(cache.level) + " " + format_size(static_cast<double>(cache.size_bytes)) + ", " +
                      (cache.ways > 0 ? std::to_string(cache.ways) + " ways" : "ways unknown") + ", CPU " +
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
                                                                                  : "the driver does not state it");
    }
    // The same switch, once inverted: intel_pstate's own, and the one of acpi-cpufreq and amd-pstate.
    const auto no_turbo = facts.root().read(cpu_directory + "intel_pstate/no_turbo");
    const auto boost = facts.root().read(cpu_directory + "cpufreq/boost");
    if (no_turbo)
        facts.add("frequency", "turbo", *no_turbo == "0" ? "on" : "off");
    else if (boost)
        facts.add("frequency", "turbo", *boost == "0" ? "off" : "on");
    else
        facts.missing("frequency", "turbo", "neither intel_pstate/no_turbo nor cpufreq/boost exists");
}

/// "always [madvise] never" -> "madvise".
std::string bracketed(const std::string& text) {
    const auto open = text.find('['), close = text.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open) return text;
    return text.substr(open + 1, close - open - 1);
}

void add_memory(Facts& facts) {
    const auto text = facts.root().read("proc/meminfo");
    for (const auto& [name, key] : {std::pair<const char*, const char*>{"total", "MemTotal"},
                                    {"available", "MemAvailable"},
                                    {"swap", "SwapTotal"}}) {
        const std::string value = text ? field(*text, key) : std::string();
        const auto kib = parse_unsigned(std::string_view(value).substr(0, value.find(' ')));
        if (kib)
            facts.add("memory", name, format_size(static_cast<double>(*kib) * 1024));
        else
            facts.missing("memory", name,
                          text ? "not in /proc/meminfo" : environment::unreadable("proc/meminfo", text.error()));
    }
    const std::string thp = "sys/kernel/mm/transparent_hugepage/";
    for (const auto& [name, file] : {std::pair<const char*, const char*>{"transparent huge pages", "enabled"},
                                     {"huge page defragmentation", "defrag"}}) {
        const auto value = facts.root().read(thp + file);
        if (value)
            facts.add("memory", name, bracketed(*value));
        else
            facts.missing("memory", name, environment::unreadable(thp + file, value.error()));
    }
    facts.file("memory", "NUMA balancing", "proc/sys/kernel/numa_balancing", "the kernel was built without it");
}

/// Boot options that change timing or traffic; the rest of the command line is nobody's business.
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
    facts.file("kernel", "release", "proc/sys/kernel/osrelease");
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

std::string percent(double value) {
    const std::string tenths = std::to_string(static_cast<long>(value * 10 + 0.5));
    return (tenths.size() > 1 ? tenths.substr(0, tenths.size() - 1) : "0") + "." + tenths.back() + " %";
}

/// The CPU of `cpus` with the largest value of `load`, as "12.5 % (CPU 3)"; a reason when none has a value.
void add_busiest(Facts& facts, const std::string& group, const std::string& name, const std::map<int, CpuLoad>& loads,
                 const std::vector<int>& cpus, double CpuLoad::*of, const std::string& reason) {
    std::optional<std::pair<double, int>> highest;
    for (const int cpu : cpus)
        if (const auto load = loads.find(cpu); load != loads.end() && (!highest || load->second.*of > highest->first))
            highest = {load->second.*of, cpu};
    if (highest)
        facts.add(group, name, percent(highest->first) + " (CPU " + std::to_string(highest->second) + ")");
    else
        facts.missing(group, name, reason);
}

void add_load(Facts& facts, const Machine& machine, const std::vector<int>& cpus, std::chrono::milliseconds window) {
    std::vector<int> siblings;
    for (const Core& core : machine.cores) {
        const auto chosen = [&](int cpu) { return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end(); };
        if (std::none_of(core.cpus.begin(), core.cpus.end(), chosen)) continue;
        std::copy_if(core.cpus.begin(), core.cpus.end(), std::back_inserter(siblings), std::not_fn(chosen));
    }
    const bool any_smt =
        std::any_of(machine.cores.begin(), machine.cores.end(), [](const Core& core) { return core.cpus.size() > 1; });
    facts.file("smt", "control", cpu_directory + "smt/control");
    facts.add("smt", "active", any_smt ? "yes" : "no");
    facts.add("smt", "siblings of the chosen CPUs", siblings.empty() ? "none" : format_cpu_list(siblings));

    std::string reason = "a recorded machine has one look at /proc/stat";
    std::map<int, CpuLoad> loads;
    const auto before = facts.root().read("proc/stat");
    if (facts.root().is_live() && before) {
        std::this_thread::sleep_for(window);
        const auto after = facts.root().read("proc/stat");
        if (after) loads = cpu_load(*before, *after);
        reason = "no clock tick within the window";
    }
    if (!before) reason = environment::unreadable("proc/stat", before.error());
    add_busiest(facts, "smt", "sibling load", loads, siblings, &CpuLoad::busy,
                siblings.empty() ? "the chosen CPUs have no other SMT siblings" : reason);
    add_busiest(facts, "load", "chosen CPUs", loads, cpus, &CpuLoad::busy, reason);
    add_busiest(facts, "load", "steal", loads, cpus, &CpuLoad::steal, reason);
    facts.file("load", "average", "proc/loadavg");
    facts.add("load", "online CPUs", std::to_string(machine.online.size()));
}

} // namespace

std::map<int, CpuLoad> cpu_load(std::string_view stat_before, std::string_view stat_after) {
    // cpuN user nice system idle iowait irq softirq steal guest guest_nice (proc(5)); guest time is within user.
    struct Ticks {
        std::uint64_t idle = 0, steal = 0, total = 0;
    };
    const auto parse = [](std::string_view text) {
        std::map<int, Ticks> ticks;
        for (const std::string& line : split(text, '\n')) {
            const auto words = split(line, ' ');
            if (words.size() < 5 || !words[0].starts_with("cpu")) continue;
            const auto cpu = parse_unsigned(words[0].substr(3));
            if (!cpu) continue;
            Ticks& of = ticks[static_cast<int>(*cpu)];
            for (std::size_t i = 1; i < words.size() && i <= 8; ++i) {
                const std::uint64_t value = parse_unsigned(words[i]).value_or(0);
                of.total += value;
                if (i == 4 || i == 5) of.idle += value;
                if (i == 8) of.steal += value;
            }
        }
        return ticks;
    };
    const auto before = parse(stat_before);
    std::map<int, CpuLoad> loads;
    for (const auto& [cpu, after] : parse(stat_after)) {
        const auto from = before.find(cpu);
        if (from == before.end() || after.total <= from->second.total) continue;
        const double total = static_cast<double>(after.total - from->second.total);
        // iowait may go backwards (proc(5)).
        const double idle = after.idle > from->second.idle ? static_cast<double>(after.idle - from->second.idle) : 0;
        const double steal =
            after.steal > from->second.steal ? static_cast<double>(after.steal - from->second.steal) : 0;
        loads[cpu] = {100.0 * std::max(0.0, total - idle) / total, 100.0 * steal / total};
    }
    return loads;
}

std::vector<EnvironmentFact> capture_environment(const SysRoot& root, const Machine& machine,
                                                 const std::vector<int>& cpus, std::chrono::milliseconds load_window) {
    Facts facts(root);
    add_cpu(facts, machine, cpus);
    add_frequency(facts, cpus);
    add_memory(facts);
    add_kernel(facts, machine);
    environment::add_virtualisation(facts);
    add_load(facts, machine, cpus, load_window);
    environment::add_build(facts);
    return facts.take();
}

} // namespace bytebound
