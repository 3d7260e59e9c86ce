#include "machine/environment_facts.hpp"
#include "record/calibration_record.hpp"
#include "record/stamp.hpp"

namespace bytebound {
namespace {

/// "always [madvise] never" -> "madvise".
std::string chosen_word(const std::string& text) {
    const auto open = text.find('['), close = text.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open) return text;
    return text.substr(open + 1, close - open - 1);
}

} // namespace

HostFacts host_facts(const SysRoot& root) {
    HostFacts facts;
    facts.host = host_name();
    if (const auto info = root.read("proc/cpuinfo")) {
        // arm64 has an implementer and a part instead of a name.
        for (const char* key : {"model name", "Processor", "cpu model"})
            if (facts.cpu_model.empty()) facts.cpu_model = environment::field(*info, key);
        if (facts.cpu_model.empty())
            facts.cpu_model = "implementer " + environment::field(*info, "CPU implementer") + ", part " +
                              environment::field(*info, "CPU part");
    }
    if (const auto release = root.read("proc/sys/kernel/osrelease")) facts.kernel = *release;
    const auto thp = root.read("sys/kernel/mm/transparent_hugepage/enabled");
    facts.thp = thp ? chosen_word(*thp) : "unknown";
    return facts;
}

} // namespace bytebound
