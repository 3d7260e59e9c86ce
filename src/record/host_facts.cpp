#include "record/host_facts.hpp"

#include <fmt/format.h>

#include "counters/kernel.hpp"
#include "counters/sys_file.hpp"
#include "machine/cpu.hpp"
#include "machine/environment_facts.hpp"
#include "record/stamp.hpp"

namespace bytebound {

HostFacts host_facts(const SysRoot& root) {
    HostFacts facts;
    facts.host = host_name();
    const CpuIdentity cpu = identify_cpu(root);
    facts.cpu_model = cpu.model_name;
    // Arm has an implementer and a part instead of a name.
    if (cpu.model_name.empty() && cpu.implementer)
        facts.cpu_model = fmt::format("implementer {:#04x}, part {:#05x}", *cpu.implementer, cpu.part.value_or(0));
    facts.kernel = kernel_release(root).text;
    const std::string thp = text_of(root, "sys/kernel/mm/transparent_hugepage/enabled");
    facts.thp = thp.empty() ? "unknown" : environment::bracketed(thp);
    return facts;
}

} // namespace bytebound
