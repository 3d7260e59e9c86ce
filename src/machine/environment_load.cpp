#include <algorithm>
#include <functional>
#include <optional>
#include <thread>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment.hpp"
#include "machine/environment_facts.hpp"

namespace bytebound {
namespace environment {
namespace {

std::string percent(double value) {
    const std::string tenths = std::to_string(static_cast<long>(value * 10 + 0.5));
    return (tenths.size() > 1 ? tenths.substr(0, tenths.size() - 1) : "0") + "." + tenths.back() + " %";
}

/// Adds the CPU of `cpus` with the largest value of `load`, as "12.5 % (CPU 3)"; a reason if none has a value.
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

} // namespace

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

    std::string reason = "a recorded machine has only one copy of /proc/stat";
    std::map<int, CpuLoad> loads;
    const auto before = facts.root().read("proc/stat");
    if (facts.root().is_live() && before) {
        std::this_thread::sleep_for(window);
        const auto after = facts.root().read("proc/stat");
        if (after) loads = cpu_load(*before, *after);
        reason = "no clock tick within the window";
    }
    if (!before) reason = unreadable("proc/stat", before.error());
    add_busiest(facts, "smt", "sibling load", loads, siblings, &CpuLoad::busy,
                siblings.empty() ? "the chosen CPUs have no other SMT siblings" : reason);
    add_busiest(facts, "load", "chosen CPUs", loads, cpus, &CpuLoad::busy, reason);
    add_busiest(facts, "load", "steal", loads, cpus, &CpuLoad::steal, reason);
    facts.file("load", "average", "proc/loadavg");
    facts.add("load", "online CPUs", std::to_string(machine.online.size()));
}

} // namespace environment

std::map<int, CpuLoad> cpu_load(std::string_view stat_before, std::string_view stat_after) {
    // cpuN user nice system idle iowait irq softirq steal guest guest_nice (proc(5)); user includes guest time.
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
        // iowait may decrease (proc(5)).
        const double idle = after.idle > from->second.idle ? static_cast<double>(after.idle - from->second.idle) : 0;
        const double steal =
            after.steal > from->second.steal ? static_cast<double>(after.steal - from->second.steal) : 0;
        loads[cpu] = {100.0 * std::max(0.0, total - idle) / total, 100.0 * steal / total};
    }
    return loads;
}

} // namespace bytebound
