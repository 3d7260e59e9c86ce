#include "base/text.hpp"
#include "counters/permission.hpp"
#include "machine/environment_facts.hpp"

namespace bytebound::environment {
namespace {

void add_machine(Facts& facts, const Virtualisation& virtualisation) {
    const auto or_unknown = [](const std::string& text) { return text.empty() ? "?" : text; };
    if (virtualisation.vendor.empty() && virtualisation.product.empty())
        facts.missing("virtualisation", "hardware", "no DMI table");
    else
        facts.add("virtualisation", "hardware",
                  or_unknown(virtualisation.vendor) + " " + or_unknown(virtualisation.product));
    const auto& signs = virtualisation.signs;
    facts.add("virtualisation", "virtual machine", signs.empty() ? "no sign found" : "yes: " + join(signs, ", "));
    facts.add("virtualisation", "container", runs_in_container(facts.root()) ? "yes" : "no sign found");
}

/// 150 -> "1.50"
std::string of_hundredths(std::uint64_t hundredths) {
    const std::string rest = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + "." + (rest.size() < 2 ? "0" : "") + rest;
}

void add_limits(Facts& facts, const Limits& limits) {
    if (limits.cpu_hundredths.value)
        facts.add("virtualisation", "CPU quota", of_hundredths(*limits.cpu_hundredths.value) + " CPUs");
    else if (limits.cpu_hundredths.stated)
        facts.add("virtualisation", "CPU quota", "none");
    else
        facts.missing("virtualisation", "CPU quota", "no cgroup file sets one");

    if (limits.memory_bytes.value)
        facts.add("virtualisation", "memory limit", format_size(static_cast<double>(*limits.memory_bytes.value)));
    else if (limits.memory_bytes.stated)
        facts.add("virtualisation", "memory limit", "none");
    else
        facts.missing("virtualisation", "memory limit", "no cgroup file sets one");
}

} // namespace

void add_virtualisation(Facts& facts, const Machine& machine) {
    add_machine(facts, machine.virtualisation);
    add_limits(facts, machine.limits);
}

} // namespace bytebound::environment
