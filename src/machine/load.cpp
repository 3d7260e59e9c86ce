#include "machine/load.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <thread>
#include <utility>

#include "base/text.hpp"
#include "machine/environment_facts.hpp"

namespace bytebound {
namespace {

std::string percent(double value) {
    const std::string tenths = std::to_string(static_cast<long>(value * 10 + 0.5));
    return (tenths.size() > 1 ? tenths.substr(0, tenths.size() - 1) : "0") + "." + tenths.back() + " %";
}

using Busiest = std::optional<std::pair<double, int>>;

Busiest highest(const CpuLoads& loads, const std::vector<int>& cpus, double CpuLoad::*of) {
    Busiest found;
    for (const int cpu : cpus)
        if (const auto load = loads.find(cpu); load != loads.end() && (!found || load->second.*of > found->first))
            found = {load->second.*of, cpu};
    return found;
}

} // namespace

bool load_is_high(double average, std::size_t online_cpus) {
    return average >= 1 && average >= 0.25 * static_cast<double>(online_cpus);
}

CpuLoads cpu_load(std::string_view stat_before, std::string_view stat_after) {
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
    CpuLoads loads;
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

LoadReading read_load(const SysRoot& root, std::chrono::milliseconds window) {
    const auto before = root.read("proc/stat");
    if (!before) return {{}, environment::unreadable("proc/stat", before.error())};
    if (!root.is_live()) return {{}, "a recorded machine has only one copy of /proc/stat"};
    std::this_thread::sleep_for(window);
    return load_since(root, *before);
}

LoadReading load_since(const SysRoot& root, const std::string& stat_before) {
    const auto after = root.read("proc/stat");
    if (!after) return {{}, environment::unreadable("proc/stat", after.error())};
    return {cpu_load(stat_before, *after), "no clock tick within the window"};
}

std::string busiest_text(const CpuLoads& loads, const std::vector<int>& cpus, double CpuLoad::*of) {
    const Busiest found = highest(loads, cpus, of);
    return found ? percent(found->first) + " (CPU " + std::to_string(found->second) + ")" : "";
}

std::optional<double> busiest(const CpuLoads& loads, const std::vector<int>& cpus, double CpuLoad::*of) {
    const Busiest found = highest(loads, cpus, of);
    if (!found) return {};
    return found->first;
}

std::vector<int> other_siblings(const Machine& machine, const std::vector<int>& cpus) {
    std::vector<int> siblings;
    const auto chosen = [&](int cpu) { return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end(); };
    for (const Core& core : machine.cores)
        if (std::any_of(core.cpus.begin(), core.cpus.end(), chosen))
            std::copy_if(core.cpus.begin(), core.cpus.end(), std::back_inserter(siblings), std::not_fn(chosen));
    return siblings;
}

} // namespace bytebound
