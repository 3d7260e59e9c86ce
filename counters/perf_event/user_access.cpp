#include "counters/perf_event/user_access.hpp"

#include <array>

#include "counters/names/format_field.hpp"
#include "counters/names/pmu_device.hpp"
#include "counters/sys_file.hpp"

namespace bytebound {

std::optional<Event> with_user_access(const SysRoot& root, const Event& event) {
    if (event.scope != Scope::thread || text_of(root, "proc/sys/kernel/perf_user_access") != "1") return {};
    const auto field = parse_format(text_of(root, pmu_path(event.pmu, "format/rdpmc")));
    if (!field || field->word > 2) return {};
    std::array<std::uint64_t, 3> words = {event.config, event.config1, event.config2};
    field->place(1, words);
    Event asking = event;
    asking.config = words[0];
    asking.config1 = words[1];
    asking.config2 = words[2];
    return asking;
}

std::string remedy_for_user_reads(const SysRoot& root) {
    if (text_of(root, "proc/sys/kernel/perf_user_access") == "0") return "sudo sysctl kernel.perf_user_access=1";
    if (text_of(root, pmu_path("cpu", "rdpmc")) == "0")
        return "echo 1 | sudo tee /sys/bus/event_source/devices/cpu/rdpmc";
    return {};
}

} // namespace bytebound
