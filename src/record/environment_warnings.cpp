// The warnings that follow from the environment, one rule per function; thresholds: environment_warnings.hpp.

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/text.hpp"
#include "machine/load.hpp"
#include "machine/tuning.hpp"
#include "record/environment_warnings.hpp"
#include "record/warning_codes.hpp"

namespace bytebound {
namespace {

constexpr double steal_percent_limit = 1;

struct CpuShare {
    double percent = 0;
    std::uint64_t cpu = 0;
};

/// The leading number of a value ("12.5 % (CPU 3)").
std::optional<double> number_in(const std::string& value) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (end == value.c_str()) return {};
    return number;
}

/// "12.5 % (CPU 3)": the CPU with the highest load.
std::optional<CpuShare> share_in(const std::string& value) {
    const auto percent = number_in(value);
    const std::size_t cpu = value.find("(CPU ");
    if (!percent || cpu == value.npos || !value.ends_with(')')) return {};
    const auto id = parse_unsigned(std::string_view(value).substr(cpu + 5, value.size() - cpu - 6));
    if (!id) return {};
    return CpuShare{*percent, *id};
}

/// Lookup by group and name.
class FactTable {
public:
    explicit FactTable(const std::vector<EnvironmentFact>& facts) : facts_(facts) {}
    /// Empty if absent or unknown.
    std::string text(std::string_view group, std::string_view name) const {
        for (const EnvironmentFact& fact : facts_)
            if (fact.group == group && fact.name == name) return fact.value;
        return {};
    }
    std::optional<double> number(std::string_view group, std::string_view name) const {
        return number_in(text(group, name));
    }
    std::optional<CpuShare> busiest(std::string_view group, std::string_view name) const {
        return share_in(text(group, name));
    }

private:
    const std::vector<EnvironmentFact>& facts_;
};

using Found = std::optional<Warning>;

Warning found(std::string_view code, WarningFields fields = {}) { return {std::string(code), std::move(fields), {}}; }

Found governor(const FactTable& facts) {
    const std::string value = facts.text("frequency", "governor");
    if (value.empty() || value == "performance") return {};
    return found(warning_code::governor_not_performance, {{"governor", value}});
}

Found turbo(const FactTable& facts) {
    if (facts.text("frequency", "turbo") != "on") return {};
    return found(warning_code::turbo_on);
}

Found sibling(const FactTable& facts) {
    const auto load = facts.busiest("smt", "sibling load");
    if (!load || load->percent < busy_percent_limit) return {};
    return found(warning_code::smt_sibling_busy, {{"busy_percent", load->percent}, {"cpu", load->cpu}});
}

Found chosen_cpu(const FactTable& facts) {
    const auto load = facts.busiest("load", "chosen CPUs");
    if (!load || load->percent < busy_percent_limit) return {};
    return found(warning_code::cpu_busy, {{"busy_percent", load->percent}, {"cpu", load->cpu}});
}

Found steal(const FactTable& facts) {
    const auto load = facts.busiest("load", "steal");
    if (!load || load->percent < steal_percent_limit) return {};
    return found(warning_code::steal_time, {{"steal_percent", load->percent}, {"cpu", load->cpu}});
}

Found load_average(const FactTable& facts) {
    const auto load = facts.number("load", "average");
    const auto cpus = parse_unsigned(facts.text("load", "online CPUs"));
    if (!load || !cpus || !load_is_high(*load, *cpus)) return {};
    return found(warning_code::load_high, {{"load_average", *load}, {"online_cpus", *cpus}});
}

Found numa_balancing(const FactTable& facts) {
    const auto mode = parse_unsigned(facts.text("memory", "NUMA balancing"));
    if (!mode || *mode == 0 || facts.text("cpu", "topology").ends_with(", 1 NUMA nodes")) return {};
    return found(warning_code::numa_balancing_on, {{"mode", *mode}});
}

Found huge_pages(const FactTable& facts) {
    if (facts.text("memory", "transparent huge pages") != "never") return {};
    return found(warning_code::thp_never);
}

Found clock_source(const FactTable& facts) {
    const std::string value = facts.text("kernel", "clock source");
    if (value != "hpet" && value != "acpi_pm" && value != "jiffies") return {};
    return found(warning_code::clock_slow, {{"clock_source", value}});
}

Found cpu_quota(const FactTable& facts) {
    const auto cpus = facts.number("virtualisation", "CPU quota");
    if (!cpus) return {};
    return found(warning_code::cpu_quota, {{"quota_cpus", *cpus}});
}

Found nmi_watchdog(const FactTable& facts) {
    if (facts.text("kernel", "NMI watchdog") != "1") return {};
    return found(warning_code::nmi_watchdog_on);
}

Found virtual_machine(const FactTable& facts) {
    const std::string value = facts.text("virtualisation", "virtual machine");
    if (!value.starts_with("yes")) return {};
    return found(warning_code::in_vm, {{"signs", value.substr(value.find(' ') + 1)}});
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

std::vector<Warning> change_warnings(const std::vector<EnvironmentFact>& facts) {
    std::vector<Warning> warnings;
    for (const TuningItem& item : tuning_items()) {
        const auto fact = std::find_if(facts.begin(), facts.end(), [&](const EnvironmentFact& each) {
            return each.group == item.group && each.name == item.fact;
        });
        if (fact == facts.end() || !fact->after) continue;
        if (item.steady && !fact->value.empty() && fact->value != *fact->after)
            warnings.push_back(
                {std::string(warning_code::setting_changed),
                 WarningFields{
                     {"group", fact->group}, {"setting", fact->name}, {"before", fact->value}, {"after", *fact->after}},
                 {}});
        const auto share = item.name == "smt_sibling" ? share_in(*fact->after) : std::nullopt;
        if (share && share->percent >= busy_percent_limit)
            warnings.push_back({std::string(warning_code::smt_sibling_busy_during),
                                WarningFields{{"busy_percent", share->percent}, {"cpu", share->cpu}},
                                {}});
    }
    return warnings;
}

} // namespace bytebound
