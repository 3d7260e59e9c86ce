#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/text.hpp"
#include "counters/permission.hpp"
#include "machine/environment_facts.hpp"
#include "machine/lists.hpp"
#include "machine/tuning_readers.hpp"

namespace bytebound::tuning {
namespace {

/// More are listed by number only.
constexpr std::size_t named_interrupts = 4;

/// A device's interrupt in proc/interrupts:
///             CPU0       CPU1
///  31:          0        619 PCI-MSIX-0000:00:01.0   3-edge      virtio0-stats
struct Interrupt {
    int number = 0;
    std::string device;
    std::uint64_t count = 0;   ///< on all CPUs
    std::vector<int> fired_on; ///< CPUs where it was counted
};

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    for (std::string& word : split(line, ' '))
        if (!word.empty()) words.push_back(std::move(word));
    return words;
}

std::vector<int> cpus_of_header(std::string_view header) {
    std::vector<int> cpus;
    for (const std::string& word : words_of(header))
        if (const auto cpu = word.starts_with("CPU") ? parse_unsigned(word.substr(3)) : std::nullopt)
            cpus.push_back(static_cast<int>(*cpu));
    return cpus;
}

/// nullopt for interrupts of the processor itself, which have a name instead of a number: NMI, LOC.
std::optional<Interrupt> parse_interrupt(std::string_view line, const std::vector<int>& cpus) {
    const auto words = words_of(line);
    if (words.empty() || !words[0].ends_with(':')) return {};
    const auto number = parse_unsigned(words[0].substr(0, words[0].size() - 1));
    if (!number) return {};
    Interrupt found;
    found.number = static_cast<int>(*number);
    for (std::size_t i = 0; i < cpus.size() && i + 1 < words.size(); ++i) {
        const std::uint64_t count = parse_unsigned(words[i + 1]).value_or(0);
        found.count += count;
        if (count > 0) found.fired_on.push_back(cpus[i]);
    }
    const auto gap = line.rfind("  ");
    found.device = gap == line.npos ? std::string() : std::string(trim(line.substr(gap)));
    return found;
}

std::vector<Interrupt> interrupts_in(const std::string& text) {
    const auto lines = split(text, '\n');
    const auto cpus = cpus_of_header(lines.empty() ? "" : lines.front());
    std::vector<Interrupt> found;
    for (const std::string& line : lines)
        if (auto interrupt = parse_interrupt(line, cpus)) found.push_back(std::move(*interrupt));
    return found;
}

/// The CPUs that get the next one: the kernel's choice among those that are allowed.
std::vector<int> next_cpus(const TuningView& view, const Interrupt& interrupt, const std::string& directory) {
    if (const auto effective = view.root.read(directory + "effective_affinity_list"))
        return parse_cpu_list(*effective).value_or(std::vector<int>{});
    return interrupt.fired_on;
}

std::string list_text(const std::vector<Interrupt>& interrupts) {
    if (interrupts.empty()) return "none";
    std::vector<std::string> named;
    std::vector<int> numbers;
    for (const Interrupt& interrupt : interrupts) {
        numbers.push_back(interrupt.number);
        named.push_back(std::to_string(interrupt.number) +
                        (interrupt.device.empty() ? "" : " (" + interrupt.device + ")"));
    }
    std::sort(numbers.begin(), numbers.end());
    return interrupts.size() <= named_interrupts ? "IRQ " + join(named, ", ") : "IRQ " + format_cpu_list(numbers);
}

} // namespace

TuningState interrupts(const TuningView& view) {
    const auto text = view.root.read("proc/interrupts");
    if (!text) return unknown(environment::unreadable("proc/interrupts", text.error()));
    const std::vector<int> others = difference(view.machine.online, view.cpus);
    std::vector<Interrupt> disturbing;
    TuningState state;
    for (const Interrupt& interrupt : interrupts_in(*text)) {
        if (interrupt.count == 0) continue;
        const std::string directory = "proc/irq/" + std::to_string(interrupt.number) + "/";
        if (intersection(next_cpus(view, interrupt, directory), view.cpus).empty()) continue;
        disturbing.push_back(interrupt);
        const auto allowed = view.root.read(directory + "smp_affinity_list");
        if (allowed) state.files.push_back({directory + "smp_affinity_list", *allowed, format_cpu_list(others)});
    }
    state.value = list_text(disturbing);
    state.verdict = disturbing.empty() ? TuningVerdict::quiet : TuningVerdict::noisy;
    if (others.empty() && !disturbing.empty()) {
        state.cannot = "every online CPU is chosen: no other one is left for them";
        state.files.clear();
    }
    return state;
}

TuningState irqbalance(const TuningView& view) {
    bool running = false;
    for (const std::string& name : view.root.list("proc")) {
        if (!parse_unsigned(name)) continue;
        const auto command = view.root.read("proc/" + name + "/comm");
        if (command && *command == "irqbalance") running = true;
    }
    TuningState state;
    state.value = running ? "running" : "not running";
    state.verdict = running ? TuningVerdict::noisy : TuningVerdict::quiet;
    if (running) {
        state.set = {"systemctl stop irqbalance"};
        state.restore = {"systemctl start irqbalance"};
    } else if (!view.root.is_live()) {
        return unknown("a recorded machine does not list its processes");
    } else if (runs_in_container(view.root)) {
        return unknown("a container does not show the processes of its host");
    }
    return state;
}

} // namespace bytebound::tuning
