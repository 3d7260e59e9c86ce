#include "doctor/machine_facts.hpp"

#include "base/text.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {
namespace {

ResctrlFacts gather_resctrl(const SysRoot& root) {
    ResctrlFacts resctrl;
    for (const std::string& line : split(text_of(root, "proc/filesystems"), '\n'))
        if (line.ends_with("resctrl")) resctrl.in_kernel = true;
    resctrl.mounted = root.exists("sys/fs/resctrl/info");
    for (const std::string& feature : split(text_of(root, "sys/fs/resctrl/info/L3_MON/mon_features"), '\n'))
        if (trim(feature) == "mbm_total_bytes") resctrl.mbm_total = true;
    const std::string data = "sys/fs/resctrl/mon_data/";
    for (const std::string& domain : root.list(data))
        for (const std::string& name : root.list(data + domain))
            if (name.starts_with("mon_sub_L3_")) resctrl.knows_clusters = true;
    return resctrl;
}

std::vector<std::string> loaded_modules(const SysRoot& root) {
    std::vector<std::string> modules = root.list("sys/module"); // includes built-in modules if they have parameters
    for (const std::string& line : split(text_of(root, "proc/modules"), '\n'))
        if (!line.empty()) modules.push_back(line.substr(0, line.find(' ')));
    return modules;
}

/// What a preset counts as memory is a memory controller, even if no table of names contains its PMU.
void recognise_controllers(std::vector<PmuFacts>& pmus, const CpuKnowledge& knowledge) {
    for (PmuFacts& pmu : pmus)
        if (knowledge.memory_pmus.contains(pmu.name)) pmu.kind = PmuKind::memory_controller;
}

} // namespace

MachineFacts gather_facts(const SysRoot& root) {
    MachineFacts facts{gather_permissions(root)};
    facts.live = root.is_live();
    std::vector<FileFault> faults;
    facts.machine = survey_machine(root, faults);
    for (const FileFault& fault : faults)
        facts.warnings.push_back(fault.path + " is not a CPU list: " + quoted_text(fault.text));
    facts.pmus = read_pmus(root);
    for (const PmuFacts& pmu : facts.pmus)
        facts.warnings.insert(facts.warnings.end(), pmu.faults.begin(), pmu.faults.end());
    facts.event_source = !facts.pmus.empty();
    facts.proc_sys_kernel = root.exists("proc/sys/kernel");
    facts.nmi_watchdog = integer_of(root, "proc/sys/kernel/nmi_watchdog");
    facts.modules = loaded_modules(root);
    facts.knowledge = cpu_knowledge(root, facts.machine, root.list("sys/bus/acpi/devices"));
    recognise_controllers(facts.pmus, facts.knowledge);
    facts.resctrl = gather_resctrl(root);
    facts.clocksource = text_of(root, "sys/devices/system/clocksource/clocksource0/current_clocksource");
    return facts;
}

} // namespace bytebound
