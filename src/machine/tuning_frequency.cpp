#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "machine/cpu_directory.hpp"
#include "machine/environment_facts.hpp"
#include "machine/lists.hpp"
#include "machine/tuning_readers.hpp"

namespace bytebound::tuning {
namespace {

/// C1 and C1E are left within 10 us; C6 and deeper ones need 40 us and more (tables of drivers/idle/intel_idle.c).
constexpr std::uint64_t deep_latency_us = 10;

std::string of_cpu(int cpu, const std::string& file) {
    return cpu_directory + "cpu" + std::to_string(cpu) + "/" + file;
}

/// The first of the chosen CPUs in each policy: the CPUs of a policy share its files.
std::vector<int> one_per_policy(const TuningView& view) {
    std::vector<int> cpus;
    std::set<std::string> seen;
    for (const int cpu : view.cpus) {
        const auto members = view.root.read(of_cpu(cpu, "cpufreq/affected_cpus"));
        if (!members || members->empty() || seen.insert(*members).second) cpus.push_back(cpu);
    }
    return cpus;
}

/// A file of every policy that should contain "performance".
TuningState of_policies(const TuningView& view, const std::string& file, const std::string& choices) {
    TuningState state;
    state.value = by_cpu(view.root, view.cpus, "cpufreq/" + file);
    if (state.value.empty())
        return unknown(by_cpu(view.root, view.cpus, "cpufreq/scaling_governor").empty()
                           ? without_cpufreq(view.machine)
                           : "the driver does not report it");
    const std::string quiet = "performance";
    for (const int cpu : one_per_policy(view)) {
        const auto found = view.root.read(of_cpu(cpu, "cpufreq/" + file));
        if (!found) continue;
        state.files.push_back({of_cpu(cpu, "cpufreq/" + file), *found, quiet});
        const auto offered = view.root.read(of_cpu(cpu, "cpufreq/" + choices));
        if (*found == quiet || !offered) continue;
        const auto words = split(*offered, ' ');
        if (std::find(words.begin(), words.end(), quiet) == words.end())
            state.cannot = "the driver offers only: " + *offered;
    }
    judge_files(state);
    if (!state.cannot.empty()) state.files.clear();
    return state;
}

struct IdleState {
    std::string name, latency_us;
};

} // namespace

std::string by_cpu(const SysRoot& root, const std::vector<int>& cpus, const std::string& file) {
    std::map<std::string, std::vector<int>> cpus_of;
    for (const int cpu : cpus)
        if (const auto text = root.read(of_cpu(cpu, file))) cpus_of[*text].push_back(cpu);
    std::vector<std::string> parts;
    for (auto& [text, list] : cpus_of) {
        std::sort(list.begin(), list.end());
        parts.push_back(cpus_of.size() == 1 ? text : text + " (CPU " + format_cpu_list(list) + ")");
    }
    return join(parts, ", ");
}

std::string without_cpufreq(const Machine& machine) {
    return machine.virtualisation.in_virtual_machine()
               ? "no cpufreq directory: the hypervisor sets the frequency, which cannot be changed from a guest"
               : "no cpufreq directory: firmware or hypervisor set the frequency";
}

TuningState energy_preference(const TuningView& view) {
    return of_policies(view, "energy_performance_preference", "energy_performance_available_preferences");
}

TuningState governor(const TuningView& view) {
    return of_policies(view, "scaling_governor", "scaling_available_governors");
}

TuningState turbo(const TuningView& view) {
    // The same switch in two drivers: inverted in intel_pstate, not in acpi-cpufreq and amd-pstate.
    for (const auto& [file, off] :
         {std::pair<const char*, const char*>{"intel_pstate/no_turbo", "1"}, {"cpufreq/boost", "0"}}) {
        const std::string path = cpu_directory + file;
        if (!view.root.exists(path)) continue;
        TuningState state = one_file(view, path, {off});
        if (!state.value.empty()) state.value = state.verdict == TuningVerdict::quiet ? "off" : "on";
        return state;
    }
    std::string reason = "neither intel_pstate/no_turbo nor cpufreq/boost exists";
    if (view.machine.virtualisation.in_virtual_machine()) reason += ": it cannot be changed from a guest";
    return unknown(reason);
}

TuningState idle_states(const TuningView& view) {
    std::map<std::string, std::vector<int>> deep; // "C6 (133 us)" -> CPUs where it is enabled
    TuningState state;
    bool stated = false;
    for (const int cpu : view.cpus) {
        const std::string directory = of_cpu(cpu, "cpuidle");
        for (const int number : numbered_entries(view.root, directory, "state")) {
            const std::string base = directory + "/state" + std::to_string(number) + "/";
            const auto latency = view.root.read(base + "latency");
            const auto disabled = view.root.read(base + "disable");
            const auto us = latency ? parse_unsigned(*latency) : std::nullopt;
            if (!us || !disabled) continue;
            stated = true;
            if (*us <= deep_latency_us) continue;
            state.files.push_back({base + "disable", *disabled, "1"});
            if (*disabled == "0") {
                const auto name = view.root.read(base + "name");
                deep[(name ? *name : "state" + std::to_string(number)) + " (" + *latency + " us)"].push_back(cpu);
            }
        }
    }
    if (!stated)
        return unknown(
            "no /" + of_cpu(view.cpus.empty() ? 0 : view.cpus.front(), "cpuidle") + "/state*" +
            (view.machine.virtualisation.in_virtual_machine() ? ": the hypervisor chooses the idle states" : ""));
    std::vector<std::string> parts;
    for (auto& [text, cpus] : deep) {
        std::sort(cpus.begin(), cpus.end());
        parts.push_back(text + " on CPU " + format_cpu_list(cpus));
    }
    state.value = parts.empty() ? "none" : join(parts, ", ");
    state.verdict = parts.empty() ? TuningVerdict::quiet : TuningVerdict::noisy;
    return state;
}

TuningState uncore_frequency(const TuningView& view) {
    const std::string directory = cpu_directory + "intel_uncore_frequency";
    TuningState state;
    std::vector<std::string> parts;
    for (const std::string& name : view.root.list(directory)) {
        if (!name.starts_with("package_")) continue; // of newer processors there are its parts, too
        const std::string base = directory + "/" + name + "/";
        const auto lowest = view.root.read(base + "min_freq_khz");
        const auto highest = view.root.read(base + "max_freq_khz");
        if (!lowest || !highest) continue;
        parts.push_back((*lowest == *highest ? *lowest : *lowest + "-" + *highest) + " kHz (" + name + ")");
        state.files.push_back({base + "min_freq_khz", *lowest, *highest});
    }
    if (parts.empty())
        return unknown("no /" + directory + "/package_*" +
                       (view.machine.virtualisation.in_virtual_machine() ? ": it cannot be changed from a guest" : ""));
    state.value = join(parts, ", ");
    judge_files(state);
    return state;
}

} // namespace bytebound::tuning
